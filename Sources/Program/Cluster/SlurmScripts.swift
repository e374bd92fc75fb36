/// What Slurm runs for a job.
struct SlurmScripts {
  private let job: SlurmJob
  private let folder: String

  init(_ job: SlurmJob, folder: String) {
    self.job = job
    self.folder = folder
  }

  /// The array of shards: each task one.
  ///
  /// A task that is told to end lets its shard store what it has; one that runs again goes on from there.
  var shards: String {
    (header(named: "shards", log: "shard-%a.log", resources: job.resources)
      + [
        "#SBATCH --requeue", "", "cd \(quoted(job.workingFolder))",
        "shard=$SLURM_ARRAY_TASK_ID",
        "rm -f \(endFile)",
      ] + beginning + [
        "", "\(program) \(words) &",
        """
        child=$!
        # A signal ends a wait at once, and the shard when it has stored what it has.
        trap 'kill -TERM "$child" 2> /dev/null' TERM INT USR1
        code=0
        wait "$child" || code=$?
        while kill -0 "$child" 2> /dev/null; do
          code=0
          wait "$child" || code=$?
        done
        """,
      ] + ending + [
        """
        # A shard that was told to end has not ended: it runs again.
        case "$code" in 130|143) ;; *) echo "$code" > \(endFile) ;; esac
        exit "$code"
        """
      ]).joined(separator: "\n") + "\n"
  }

  /// What joins the shards of a table; nil for other commands.
  var merge: String? {
    get throws {
      guard case .table(let results, let reports) = job.work else { return nil }
      let databases = try job.databases(in: folder).map { "  " + quoted($0) }
      return
        (header(named: "merge", log: "merge.log", resources: job.resources)
        + [
          "", "cd \(quoted(job.workingFolder))",
          "\(program) merge --results \(quoted(results)) --reports \(quoted(reports)) \\",
          databases.joined(separator: " \\\n"),
          """
          code=$?
          echo "$code" > \(quoted(SlurmJob.mergeEndFile(in: job.absolute(folder))))
          exit "$code"
          """,
        ]).joined(separator: "\n") + "\n"
    }
  }

  private func header(
    named name: String, log: String, resources: SlurmJob.Resources
  ) -> [String] {
    [
      "#!/bin/sh", "#SBATCH --job-name=evalkit-\(name)",
      "#SBATCH --cpus-per-task=\(resources.processors)", "#SBATCH --mem=\(resources.memory)",
      "#SBATCH --time=\(resources.minutes)", "#SBATCH --open-mode=append",
      // Slurm reads a quoted path, and % as a field of its own.
      "#SBATCH --output=\"\(job.absolute(folder).replacing("%", with: "%%"))/logs/\(log)\"",
      "#SBATCH --signal=B:USR1@60",
    ] + resources.options.map { "#SBATCH \($0)" }
  }

  private var program: String { quoted(job.program) }

  /// The file of a shard's exit code.
  private var endFile: String { quoted(job.absolute(folder)) + "/ended/$shard" }

  /// The command's words, with the options of a shard.
  private var words: String {
    let own =
      switch job.work {
      case .table:
        [
          "--results", "\"$work\"", "--shard", "\"$shard/\(job.shards)\"", "--jobs",
          "\(job.resources.processors)",
        ]
      case .images:
        ["--shard", "\"$shard/\(job.shards)\"", "--jobs", "\(job.resources.processors)"]
      case .whole: [String]()
      }
    return (job.command.map(quoted) + own).joined(separator: " ")
  }

  /// Where a shard works.
  private var beginning: [String] {
    guard case .table(let results, _) = job.work else { return [] }
    guard let scratch = job.resources.scratch else {
      return ["work=\(quoted(job.absolute(results)))"]
    }
    let drawn = quoted(job.absolute(results)) + "/datasets"
    return [
      "kept=\(quoted(SlurmJob.copies(in: job.absolute(folder))))/$shard",
      // Variables of the node stay variables.
      "work=\"\(scratch)/evalkit-$SLURM_ARRAY_JOB_ID-$shard\"",
      """
      mkdir -p "$work" \(drawn) || exit 1
      if [ -d "$kept" ]; then cp -R "$kept/." "$work" || exit 1; fi
      # Faces are drawn once for all shards.
      ln -sfn \(drawn) "$work/datasets" || exit 1
      """,
    ]
  }

  /// What brings a shard's results from a node's own disk.
  private var ending: [String] {
    guard case .table = job.work, job.resources.scratch != nil else { return [] }
    return [
      """
      rm -f "$work/datasets"
      mkdir -p "${kept%/*}" && rm -rf "$kept.part" && cp -R "$work" "$kept.part" \\
        && rm -rf "$kept" && mv "$kept.part" "$kept" && rm -rf "$work" || {
        echo "the results in $work on $(hostname) cannot be copied to $kept" >&2
        code=1
      }
      """
    ]
  }

  private func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./=:,@+".utf8.contains(byte)
    }
    return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}
