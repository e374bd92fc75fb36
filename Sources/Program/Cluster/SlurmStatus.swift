import Foundation
import Provenance
import Reports
import Store

/// How far a job on a cluster is.
package struct SlurmStatus: Encodable {
  /// What becomes of a shard.
  package enum State: String, Encodable, CaseIterable {
    /// Slurm has not started it yet.
    case waiting
    /// It runs.
    case running
    /// It has ended well.
    case ended
    /// It has ended with an error.
    case failed
    /// It was ended, or never submitted.
    case stopped
  }

  /// One shard.
  package struct ShardLine: Encodable {
    /// Its number.
    package let shard: Int
    /// What becomes of it.
    package let state: State
    /// Node, reason to wait, or exit code.
    package let detail: String
    /// Pairs of a table that it has stored, and all of it; nil where that cannot be seen from here.
    package let measured, pairs: Int?
  }

  private let schema = 1
  /// The command's words.
  package let command: [String]
  /// All shards, by number.
  package let shards: [ShardLine]
  /// What becomes of the job that joins them; nil if there is none.
  package let merge: State?

  /// Asks Slurm and looks at what is stored.
  ///
  /// - Parameters:
  ///   - folder: of the job.
  ///   - client: Slurm's commands.
  /// - Throws: ``HarnessError`` for a folder without a job, or with what Slurm said.
  package init(folder: String, client: SlurmClient = SlurmClient()) throws {
    let job = try SlurmJob(folder: folder)
    command = job.command
    let tasks = try client.tasks(of: job.arrays)
    let databases = try job.databases(in: folder)
    shards = (1...job.shards).map { shard in
      let (state, detail) = Self.state(of: shard, tasks[shard], job, in: folder)
      let progress = databases.isEmpty ? nil : Self.progress(of: shard, in: databases[shard - 1])
      return ShardLine(
        shard: shard, state: state, detail: detail, measured: progress?.measured,
        pairs: progress?.pairs)
    }
    merge = try job.merge.map { number in
      if let task = try client.task(of: number) {
        return task.state == "pending" ? .waiting : .running
      }
      return switch SlurmJob.exitCode(in: SlurmJob.mergeEndFile(in: folder)) {
      case 0: .ended
      case nil: .stopped
      case .some: .failed
      }
    }
  }

  private static func state(
    of shard: Int, _ task: SlurmClient.Task?, _ job: SlurmJob, in folder: String
  ) -> (State, String) {
    guard !job.arrays.isEmpty else { return (.stopped, "not submitted") }
    if let task {
      return task.state == "pending" || task.state == "requeued"
        ? (.waiting, task.reason) : (.running, task.node)
    }
    guard let code = SlurmJob.exitCode(in: SlurmJob.endFile(of: shard, in: folder)) else {
      return (.stopped, "see \(SlurmJob.log(of: shard, in: folder))")
    }
    return code == 0
      ? (.ended, "") : (.failed, "exit code \(code), see \(SlurmJob.log(of: shard, in: folder))")
  }

  /// What a table's shard has stored.
  private static func progress(of shard: Int, in path: String) -> (measured: Int, pairs: Int)? {
    // A shard that begins, or works on a node's own disk, has nothing to show yet.
    guard FileManager.default.fileExists(atPath: path),
      let store = try? Store(path: path, access: .readOnly), let run = try? store.latestRun(),
      let assignment = try? store.shards(ofRun: run.id),
      let measured = try? store.pairs(ofRun: run.id).count
    else { return nil }
    return (measured, assignment.values.count { $0 == shard })
  }

  /// How many shards are in a state.
  package func count(_ state: State) -> Int { shards.count { $0.state == state } }

  /// Whether no shard waits or runs.
  package var isOver: Bool { count(.waiting) + count(.running) == 0 }

  /// For people.
  package var text: String {
    var table = TextTable([
      ("shard", .right), ("state", .left), ("pairs", .right), ("", .left),
    ])
    for line in shards {
      let pairs = line.pairs.map { "\((line.measured ?? 0).grouped) of \($0.grouped)" }
      table.add(["\(line.shard)", line.state.rawValue, pairs ?? "", line.detail.harmless])
    }
    return table.text + "\n" + summary
  }

  /// All shards in one line.
  package var summary: String {
    let states = State.allCases.filter { count($0) > 0 }.map { "\(count($0)) \($0.rawValue)" }
    let seen = shards.filter { $0.pairs != nil }
    let pairs =
      seen.isEmpty
      ? ""
      : "; \(seen.reduce(0) { $0 + ($1.measured ?? 0) }.grouped) of "
        + "\(seen.reduce(0) { $0 + ($1.pairs ?? 0) }.grouped) pairs stored"
    return "\(shards.count) shards: \(states.joined(separator: ", "))\(pairs)"
      + (merge.map { "; merge: \($0.rawValue)" } ?? "")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}
