import Essentials
import Foundation
import Provenance
import Runs

/// A command that runs on a Slurm cluster, as the folder that holds all of it.
///
/// `job.json` says what was submitted, `shards.sh` and `merge.sh` are what Slurm runs, `logs` has what they print,
/// `ended` one file a shard and one of the merge with their exit codes, and `shards` what was copied from nodes' own disks.
package struct SlurmJob: Codable, Equatable, Sendable {
  /// What a command's shards bring about.
  package enum Work: Codable, Equatable, Sendable {
    /// Databases of shards, which are joined to a run in `results` with its `reports`.
    case table(results: String, reports: String)
    /// Images in one folder, which all shards share.
    case images(folder: String)
    /// Whatever a command without shards does.
    case whole
  }

  /// What a task asks of a node.
  package struct Resources: Codable, Equatable, Sendable {
    /// Threads.
    package var processors = 4
    /// For Slurm's `--mem`, for example `8G`.
    package var memory = "8G"
    /// Whole minutes until a task is ended.
    package var minutes = 60
    /// Folder of a node's own disk, in which a shard of a table works; variables in it are the node's.
    package var scratch: String?
    /// Further options of sbatch, such as `--partition=night`.
    package var options: [String] = []

    /// The defaults.
    package init() {}
  }

  private(set) var schema = 1
  /// The command, from its name on.
  package let command: [String]
  /// What it brings about.
  package let work: Work
  /// Independent parts.
  package let shards: Int
  /// What each asks for.
  package let resources: Resources
  /// Where the command was given, and where it runs.
  package let workingFolder: String
  /// The program.
  package let program: String
  /// Slurm's numbers of the arrays that were submitted, the last one last.
  package var arrays: [String] = []
  /// Slurm's number of the job that joins the last array's shards.
  package var merge: String?

  /// A job that is not submitted yet.
  package init(
    command: [String], work: Work, shards: Int, resources: Resources, workingFolder: String,
    program: String
  ) {
    self.command = command
    self.work = work
    self.shards = shards
    self.resources = resources
    self.workingFolder = workingFolder
    self.program = program
  }

  // MARK: The folder

  private static let file = "job.json"

  /// Whether a folder holds a job.
  package static func exists(in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(file)")
  }

  /// Reads a job.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a folder without one, `runtime` for a damaged file.
  package init(folder: String) throws {
    guard Self.exists(in: folder) else {
      throw HarnessError(
        .usage,
        "\(folder) holds no job; 'evalkit slurm submit \(folder) table ID' makes one")
    }
    let path = "\(folder)/\(Self.file)"
    do {
      self = try JSONDecoder().decode(
        SlurmJob.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw HarnessError(
        .runtime, "\(path) is not what 'evalkit slurm submit' writes; submit the command again")
    }
  }

  /// Writes the job and what Slurm runs for it.
  ///
  /// - Throws: `FileError`.
  package func write(to folder: String) throws {
    for part in ["logs", "ended"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    let scripts = SlurmScripts(self, folder: folder)
    try AtomicFile.write(Array(scripts.shards.utf8), to: Self.shardScript(in: folder))
    if let merge = try scripts.merge {
      try AtomicFile.write(Array(merge.utf8), to: Self.mergeScript(in: folder))
    }
    // Last, so that a folder with a job is whole.
    try AtomicFile.write(
      Array((JSONText.encode(self, pretty: true) + "\n").utf8), to: "\(folder)/\(Self.file)")
  }

  static func shardScript(in folder: String) -> String { "\(folder)/shards.sh" }
  static func mergeScript(in folder: String) -> String { "\(folder)/merge.sh" }
  /// What a shard prints.
  package static func log(of shard: Int, in folder: String) -> String {
    "\(folder)/logs/shard-\(shard).log"
  }
  static func mergeLog(in folder: String) -> String { "\(folder)/logs/merge.log" }
  static func mergeEndFile(in folder: String) -> String { "\(folder)/ended/merge" }
  static func endFile(of shard: Int, in folder: String) -> String { "\(folder)/ended/\(shard)" }

  /// Databases of a table's shards, by number; none for other commands.
  ///
  /// All lie in the results of the whole, where shards share the faces that are drawn. What is copied from nodes' own
  /// disks lies in a folder of the job's, one a shard.
  ///
  /// - Parameter folder: of the job.
  /// - Returns: paths.
  /// - Throws: nothing for a job that was submitted.
  package func databases(in folder: String) throws -> [String] {
    guard case .table(let results, _) = work else { return [] }
    return try (1...shards).map { number in
      try Shard(parsing: "\(number)/\(shards)").databasePath(
        in: resources.scratch == nil
          ? absolute(results) : "\(Self.copies(in: absolute(folder)))/\(number)")
    }
  }

  static func copies(in folder: String) -> String { "\(folder)/shards" }

  /// The exit code that a shard or a merge wrote when it ended; nil where it has not.
  static func exitCode(in file: String) -> Int? {
    (try? String(contentsOfFile: file, encoding: .utf8))
      .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// Shards that have not ended well, by number.
  package func unfinished(in folder: String) -> [Int] {
    (1...shards).filter { Self.exitCode(in: Self.endFile(of: $0, in: folder)) != 0 }
  }

  /// A path of the command line as one that does not depend on where it is read.
  package func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(workingFolder)/\(path)"
  }
}
