import ArgumentParser
import Cluster
import Essentials
import Foundation
import Harness
import Provenance
import Runs

/// `evalkit slurm`.
struct SlurmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm", abstract: "Run a command in shards on a Slurm cluster.",
    discussion: """
      submit writes a folder with all that Slurm needs and submits an array of shards, and a job that \
      joins them; status shows all shards at once, cancel ends them, collect prints the table. A shard that \
      was ended goes on where it was.
      """,
    examples: [
      "evalkit slurm submit night table ddgi.table1",
      "evalkit slurm status night",
    ],
    subcommands: [
      SlurmSubmitCommand.self, SlurmStatusCommand.self, SlurmCancelCommand.self,
      SlurmCollectCommand.self,
    ])
}

/// `evalkit slurm submit JOB COMMAND…`.
struct SlurmSubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Submit a command in shards, or again what has not ended well.",
    discussion: """
      The options come before JOB, behind it the command as it would be given here: table, table1 and \
      generate are cut into shards, tune and claims run as they are. Shards and their time limit \
      follow from what 'evalkit plan' measures on this machine: a quarter of an hour each, and three times \
      that as the limit. The joined run goes to --results. Without a command \
      the shards of JOB that failed or were ended run again.
      """,
    examples: [
      "evalkit slurm submit night table ddgi.table1",
      "evalkit slurm submit --shards 16 --memory 16G night table1",
      "evalkit slurm submit night",
    ])

  @Option(
    in: .shards, default: "as many as take 15 minutes each",
    help: ArgumentHelp("How many independent parts", valueName: "n"))
  var shards: Int?

  @Option(
    in: .threads, default: "the command's --jobs, or 4",
    help: ArgumentHelp("Threads of a shard", valueName: "n"))
  var cpus: Int?

  @Option(help: ArgumentHelp("Memory of a shard, as sbatch takes it", valueName: "size"))
  var memory = SlurmJob.Resources().memory

  @Option(
    in: .minutes, default: "three times what it should take, or 60",
    help: ArgumentHelp("Minutes until Slurm ends a shard", valueName: "n"))
  var minutes: Int?

  @Option(
    help: ArgumentHelp(
      "Folder of a node's own disk in which a table's shard works, for example '$TMPDIR'; its results are copied back when it ends",
      default: "none", valueName: "dir"))
  var scratch: String?

  @Option(
    name: .customLong("sbatch"),
    help: ArgumentHelp(
      "A further option of sbatch, for example --sbatch=--account=faces", valueName: "option"
    )
    .telling(default: "none")
    .repeatable)
  var options: [String] = []

  @Flag(help: "Write the folder and submit nothing")
  var dryRun = false

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("Folder of the job, then the command", valueName: "job"))
  var words: [String]

  func run() throws {
    // Behind the first word nothing is this command's own, help included.
    guard words.first != "--help", words.first != "-h" else { throw CleanExit.helpRequest(self) }
    guard let folder = words.first, !folder.hasPrefix("-") else {
      throw HarnessError(
        .usage,
        "submit needs the folder of the job and behind it the command, for example: evalkit slurm submit night table1"
      )
    }
    let submission = SlurmSubmission(folder: folder)
    if words.count > 1 { try submission.prepare(job(Array(words.dropFirst()))) }
    guard !dryRun else {
      let job = try SlurmJob(folder: folder)
      try Console.result(
        "\(folder) is written and nothing submitted: \(job.shards) shards of \(job.resources.minutes) minutes at most"
      )
      return
    }
    try Console.result(try submission.submit())
  }

  /// What a command's words mean; they are parsed here, so that no node finds a mistake in them.
  private func job(_ words: [String]) throws -> SlurmJob {
    guard let command = try Evalkit.parseAsRoot(words) as? any ClusterCommand else {
      throw HarnessError(
        .usage,
        "slurm runs table, table1, generate, tune and claims, not '\(words.joined(separator: " "))'"
      )
    }
    guard command.givenShard == nil else {
      throw HarnessError(.usage, "slurm numbers the shards itself; leave --shard out")
    }
    let work = command.work
    guard scratch == nil || work.isTable else {
      throw HarnessError(
        .usage, "--scratch is for tables; other commands write where they are told to")
    }
    var resources = SlurmJob.Resources()
    resources.memory = memory
    resources.scratch = scratch
    resources.options = options
    resources.processors = cpus ?? command.givenJobs ?? resources.processors
    let isTold = shards != nil && minutes != nil
    let shares = try share(
      of: isTold ? nil : command.threadSeconds(), for: work, resources.processors)
    resources.minutes = minutes ?? shares.minutes
    return SlurmJob(
      command: words, work: work, shards: shares.shards, resources: resources,
      workingFolder: FileManager.default.currentDirectoryPath, program: Self.program)
  }

  private func share(
    of cost: Double?, for work: SlurmJob.Work, _ processors: Int
  ) throws -> (shards: Int, minutes: Int) {
    if let cost {
      let shares = SlurmShares(seconds: cost, processors: processors, shards: shards)
      return (shares.shards, shares.minutes)
    }
    let usual = SlurmJob.Resources().minutes
    if work == .whole {
      guard shards ?? 1 == 1 else {
        throw HarnessError(.usage, "tune and claims have no shards; leave --shards out")
      }
      return (1, usual)
    }
    guard let shards else {
      throw HarnessError(
        .usage, "what generate takes only the method knows; say how many parts by --shards n")
    }
    return (shards, usual)
  }

  /// Path of this program.
  private static var program: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
  }
}

extension SlurmJob.Work {
  fileprivate var isTable: Bool { if case .table = self { true } else { false } }
}

/// A command that runs on a cluster.
protocol ClusterCommand {
  /// What its shards bring about.
  var work: SlurmJob.Work { get }
  /// What `--shard` says; nil if nothing.
  var givenShard: String? { get }
  /// What `--jobs` says; nil if nothing.
  var givenJobs: Int? { get }

  /// Seconds that one thread of this machine would work; nil if that cannot be known.
  ///
  /// - Throws: any error that the command itself would end with.
  func threadSeconds() throws -> Double?
}

extension ClusterCommand {
  /// That of a command which does all by itself.
  var work: SlurmJob.Work { .whole }
  var givenShard: String? { nil }
  var givenJobs: Int? { nil }

  func threadSeconds() throws -> Double? { nil }
}

/// `evalkit slurm status JOB`.
struct SlurmStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how far all shards of a job are.",
    examples: ["evalkit slurm status night"])

  @OptionGroup var job: SlurmJobFolder
  @OptionGroup var output: JSONFlag

  func run() throws {
    let status = try SlurmStatus(folder: job.folder)
    try Console.result(output.json ? status.json : status.text)
  }
}

/// `evalkit slurm cancel JOB`.
struct SlurmCancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End all shards of a job; what they stored stays.",
    examples: ["evalkit slurm cancel night"])

  @OptionGroup var job: SlurmJobFolder

  func run() throws {
    let job = try SlurmJob(folder: job.folder)
    let numbers = job.arrays.suffix(1) + [job.merge].compactMap(\.self)
    try SlurmClient().cancel(Array(numbers))
    try Console.result(
      "cancelled \(numbers.joined(separator: " and ")); 'evalkit slurm submit \(self.job.folder)' goes on"
    )
  }
}

/// `evalkit slurm collect JOB`.
struct SlurmCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Join the shards of a job that has ended and print the table.",
    examples: ["evalkit slurm collect night"])

  @OptionGroup var job: SlurmJobFolder
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var diagnostics: QuietFlag
  @OptionGroup var print: PrintOptions
  @OptionGroup var threads: JobsOption
  @OptionGroup var failures: FailureLimit

  func run() throws {
    let folder = job.folder
    let job = try SlurmJob(folder: folder)
    let status = try SlurmStatus(folder: folder)
    guard status.count(.ended) == job.shards else {
      let advice =
        status.isOver
        ? "'evalkit slurm submit \(folder)' runs the others again" : "wait for the others"
      throw HarnessError(.invalid, "\(status.summary); \(advice)")
    }
    switch job.work {
    case .images(let images): try Console.result("all images are in \(images)")
    case .whole:
      try Console.result(
        String(contentsOfFile: SlurmJob.log(of: 1, in: folder), encoding: .utf8)
          .trimmingCharacters(in: .newlines))
    case .table(let results, let reports):
      var options = MergeOptions()
      diagnostics.apply(to: &options.runOptions)
      threads.apply(to: &options.runOptions)
      options.runOptions.results = job.absolute(results)
      options.shards = try job.databases(in: folder)
      options.maximumFailures = failures.maxFailures
      let joined = try MergeJob(options).run(reports: job.absolute(reports))
      try print.show(joined, json: false)
      diagnostics.notice(joined.note)
      if let objection = joined.objection { throw objection }
    }
  }
}

/// The folder of a job.
struct SlurmJobFolder: ParsableArguments {
  @Argument(help: ArgumentHelp("Folder of the job", valueName: "job"), completion: .directory)
  var folder: String
}
