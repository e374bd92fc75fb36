import Foundation
import TestSupport
import Testing

/// `evalkit slurm` with a Slurm of one node, which runs what is submitted at once.
@Suite struct SlurmTests {
  private let faces: Faces
  private let environment: [String: String]

  private static let commands = [
    // Tasks whose numbers are in the file `lost` end without a word; then no merge runs.
    "sbatch": #"""
    for word; do
      case $word in --array=*) array=${word#--array=} ;; esac
      script=$word
    done
    number=$(($(cat "$SLURM/number" 2> /dev/null || echo 0) + 1))
    echo "$number" > "$SLURM/number"
    echo "$*" >> "$SLURM/calls"
    log=$(sed -n 's/^#SBATCH --output="\(.*\)"$/\1/p' "$script" | sed 's/%%/%/g')
    if [ -z "$array" ]; then
      [ -e "$SLURM/lost" ] || sh "$script" > "$log" 2>&1
    else
      for part in $(echo "$array" | tr , ' '); do
        for task in $(seq "${part%-*}" "${part#*-}"); do
          grep -qsx "$task" "$SLURM/lost" && continue
          SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_JOB_ID=$number sh "$script" \
            > "$(echo "$log" | sed "s/%a/$task/")" 2>&1
        done
      done
    fi
    echo "$number"
    """#,
    "squeue": "exit 0", "scancel": #"echo "scancel $*" >> "$SLURM/calls""#,
  ]

  init() throws {
    faces = try Faces(13, side: 32)
    try faces.make("slurm")
    for (name, body) in Self.commands {
      try faces.write(Array("#!/bin/sh\n\(body)\n".utf8), to: "slurm/\(name)")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: faces.path("slurm/\(name)"))
    }
    environment = [
      "PATH": faces.path("slurm") + ":/usr/bin:/bin", "SLURM": faces.path("slurm"),
      "NODE": faces.path("node disk"),
    ]
  }

  private func slurm(_ words: String...) throws -> Outcome {
    try Program.run(["slurm"] + words, in: faces.path, environment: environment)
  }

  private static let table = [
    "table1", "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
    "mae,psnr,ssim", "--weights", SyntheticWeights.empty, "--quiet",
  ]

  /// A shard that is lost runs again alone; the table is that of one process.
  @Test(arguments: [[], ["--scratch", "$NODE/$SLURM_ARRAY_TASK_ID"]])
  func shardsAreOneRun(options: [String]) throws {
    try Program.run(Self.table + ["--results", "whole"], in: faces.path).expectSuccess()
    try faces.write(Array("2\n".utf8), to: "slurm/lost")
    let submitted = try Program.run(
      ["slurm", "submit", "--shards", "3", "--cpus", "1"] + options + ["night 1"] + Self.table,
      in: faces.path, environment: environment)
    submitted.expectSuccess()
    let status = try slurm("status", "night 1")
    status.expectSuccess()
    #expect(status.output.contains("3 shards: 2 ended, 1 stopped; 9 of 9 pairs"), "\(status)")
    try slurm("collect", "night 1").expectRefusal(
      6, "1 stopped", "'evalkit slurm submit night 1' runs the others again")
    try FileManager.default.removeItem(atPath: faces.path("slurm/lost"))
    try slurm("submit", "night 1").expectSuccess()
    let calls = try String(contentsOfFile: faces.path("slurm/calls"), encoding: .utf8)
    #expect(calls.contains("--array=2 "), "\(calls)")
    #expect(calls.contains("--dependency=afterok:3"), "\(calls)")
    #expect(try Database(faces.path("Results")).scores() == Database(faces.path("whole")).scores())
    let collected = try slurm("collect", "night 1", "--quiet")
    collected.expectSuccess()
    #expect(collected.output.contains("| ours"), "\(collected)")
    try slurm("submit", "night 1").expectRefusal(64, "all 3 shards")
  }

  /// Mistakes are found here, not on a node.
  @Test func commandsAreCheckedBeforeTheyAreSubmitted() throws {
    try slurm("submit").expectRefusal(64, "Missing expected argument '<job> ...'")
    try slurm("submit", "--night", "table1").expectRefusal(64, "needs the folder of the job")
    try slurm("submit", "night", "table1", "--metrics", "mea").expectRefusal(64, "mae")
    try slurm("submit", "night", "table1", "--shard", "1/2").expectRefusal(64, "leave --shard out")
    try slurm("submit", "night", "report").expectRefusal(64, "table, table1, generate")
    try slurm("submit", "night").expectRefusal(64, "holds no job")
    #expect(!FileManager.default.fileExists(atPath: faces.path("night")))
    let help = try slurm("submit", "--help")
    help.expectSuccess()
    #expect(help.output.contains("--scratch"), "\(help)")
  }

  /// Images of a method, in parts that share a folder.
  @Test func imagesAreMadeInShards() throws {
    let words = [
      "--dataset", "synthetic", "--method", "m=builtin:paint", "--limit", "5", "--output", "made",
    ]
    try Program.run(
      ["slurm", "submit", "night", "generate"] + words, in: faces.path, environment: environment
    ).expectRefusal(64, "--shards n")
    try Program.run(
      ["slurm", "submit", "--shards", "2", "night", "generate"] + words, in: faces.path,
      environment: environment
    ).expectSuccess()
    try slurm("collect", "night").expectSuccess()
    let images = try FileManager.default.contentsOfDirectory(atPath: faces.path("made"))
    #expect(images.count { $0.hasSuffix(".png") } == 5)
    try slurm("cancel", "night").expectSuccess()
  }
}
