import Essentials
import Foundation
import Provenance

/// Hands a job to Slurm: all shards as an array, and behind it what joins them; or again those that have not ended well.
package struct SlurmSubmission {
  /// Folder of the job.
  private let folder: String
  private let client: SlurmClient

  /// Submits into a folder.
  package init(folder: String, client: SlurmClient = SlurmClient()) {
    self.folder = folder
    self.client = client
  }

  /// Writes a new job's folder.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` if the folder holds another job; `FileError`.
  package func prepare(_ job: SlurmJob) throws {
    if SlurmJob.exists(in: folder) {
      let earlier = try SlurmJob(folder: folder)
      throw HarnessError(
        .usage,
        "\(folder) holds a job already ('\(earlier.command.joined(separator: " "))'); 'evalkit slurm submit \(folder)' "
          + "without a command runs again what has not ended well")
    }
    try job.write(to: folder)
  }

  /// Submits all shards that have not ended well.
  ///
  /// - Returns: what was submitted, in words.
  /// - Throws: ``HarnessError`` of kind `usage` if shards of it wait or run, or all have ended well; of kind `runtime` with
  ///   what Slurm said.
  package func submit() throws -> String {
    var job = try SlurmJob(folder: folder)
    let running = try client.tasks(of: job.arrays)
    guard running.isEmpty else {
      throw HarnessError(
        .usage,
        "\(running.count) shards of the job in \(folder) wait or run; 'evalkit slurm status \(folder)' shows them"
      )
    }
    let shards = job.unfinished(in: folder)
    guard !shards.isEmpty else {
      throw HarnessError(
        .usage,
        "all \(job.shards) shards of the job in \(folder) have ended; 'evalkit slurm collect \(folder)' shows what "
          + "they made")
    }
    // A merge that waits for an array that failed waits forever.
    if let merge = job.merge, try client.task(of: merge) != nil { try client.cancel([merge]) }
    let files = shards.map { SlurmJob.endFile(of: $0, in: folder) }
    for file in files + [SlurmJob.mergeEndFile(in: folder)] { unsafe unlink(file) }
    job.arrays.append(
      try client.submit(
        SlurmJob.shardScript(in: folder), ["--array=\(Self.ranges(shards))"]))
    job.merge = nil
    try job.write(to: folder)
    if case .table = job.work, let array = job.arrays.last {
      job.merge = try client.submit(
        SlurmJob.mergeScript(in: folder),
        ["--dependency=afterok:\(array)", "--kill-on-invalid-dep=yes"])
      try job.write(to: folder)
    }
    let array = "array \(job.arrays.last ?? ""): \(shards.count) of \(job.shards) shards"
    return job.merge.map { "\(array); job \($0) joins them" } ?? array
  }

  /// Numbers as sbatch takes them: `1-3,7`.
  package static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}

/// How a command's cost, as this machine measures it, is cut into shards.
package struct SlurmShares: Equatable {
  /// Independent parts.
  package let shards: Int
  /// Whole minutes that a part may take.
  package let minutes: Int

  /// What a shard should take, so that starting it costs little and losing it too.
  private static let wantedSeconds = 15.0 * 60
  /// Nodes may be slower than the machine that measured, and share disks.
  private static let reserve = 3.0

  /// Cuts a cost.
  ///
  /// - Parameters:
  ///   - seconds: of one thread of this machine for everything.
  ///   - processors: threads of a task.
  ///   - shards: how many there shall be; nil for as many as take a quarter of an hour each.
  package init(seconds: Double, processors: Int, shards: Int?) {
    let whole = seconds / Double(processors)
    let wanted = Int((whole / Self.wantedSeconds).rounded(.up))
    self.shards = shards ?? min(max(wanted, 1), NumberRange.shards.bounds.upperBound)
    let share = whole / Double(self.shards)
    // Reading weights and finding faces takes a minute or two, whatever the share.
    minutes = Int((Self.reserve * share / 60).rounded(.up)) + 10
  }
}
