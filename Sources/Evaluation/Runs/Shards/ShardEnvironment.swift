import Essentials
import Foundation
import Provenance

extension Shard {
  /// What `--shard` takes for the shard that the environment names.
  package static let environmentWord = "env"
  /// `i/n`; it comes before what any engine says.
  package static let variable = "EVALKIT_SHARD"
  /// How many shards there are, where an engine does not say it or runs only some of them again.
  package static let countVariable = "EVALKIT_SHARDS"

  /// Reads an option: `i/n`, or `env` for what the environment says.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(
    option text: String,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    self =
      text == Self.environmentWord
      ? try Self.named(by: environment) : try Shard(parsing: text)
  }

  /// The task of an array of jobs that this process is.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` if no engine, or more than one, numbers the process, or if the number of
  ///   shards cannot be told.
  private static func named(by environment: [String: String]) throws -> Shard {
    if let text = environment[variable] { return try Shard(parsing: text, of: variable) }
    let arrays = TaskArray.all.filter { $0.isUsed(in: environment) }
    guard let array = arrays.first else {
      let known = TaskArray.all.map { "\($0.index) (\($0.engine))" }.joined(separator: ", ")
      throw HarnessError(
        .usage,
        "--shard env: no variable tells which shard this is; set \(variable)=i/n, or start it "
          + "as a task that has one of \(known)")
    }
    guard arrays.count == 1 else {
      let found = arrays.map {
        "\($0.engine) (\($0.index)=\(environment[$0.index] ?? ""))"
      }.joined(separator: " and ")
      throw HarnessError(
        .usage,
        "--shard env: \(found) both number this process; say which shard it is by "
          + "\(variable)=i/n")
    }
    return try array.shard(in: environment)
  }
}

/// How an engine tells a task of an array which one it is.
private struct TaskArray {
  /// Its name, for people.
  let engine: String
  /// Variable of the task's index.
  let index: String
  /// Index of the first task, where tasks are numbered without gaps.
  var first = 1
  /// What the index is where the process is not part of an array.
  var none: String?
  /// Variables of the first and last index and of the step between indices, where an array may have others.
  var bounds: (first: String, last: String, step: String)?
  /// Variable of the number of tasks.
  var count: String?

  /// All engines that are known.
  ///
  /// Sources: the engines' manuals. Slurm `sbatch`, Kubernetes "Indexed Job", AWS Batch "Environment variables", GNU
  /// `parallel`, Grid Engine `qsub`, PBS Professional `qsub`, LSF `bsub`, GitLab, CircleCI and Buildkite "predefined
  /// variables".
  static let all = [
    TaskArray(
      engine: "Slurm", index: "SLURM_ARRAY_TASK_ID",
      bounds: ("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"),
      count: "SLURM_ARRAY_TASK_COUNT"),
    TaskArray(engine: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: 0),
    TaskArray(
      engine: "AWS Batch", index: "AWS_BATCH_JOB_ARRAY_INDEX", first: 0,
      count: "AWS_BATCH_JOB_ARRAY_SIZE"),
    TaskArray(engine: "GNU parallel", index: "PARALLEL_SEQ"),
    TaskArray(
      engine: "Grid Engine", index: "SGE_TASK_ID", none: "undefined",
      bounds: ("SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE")),
    TaskArray(engine: "PBS", index: "PBS_ARRAY_INDEX"),
    TaskArray(engine: "LSF", index: "LSB_JOBINDEX", none: "0", count: "LSB_JOBINDEX_END"),
    TaskArray(engine: "GitLab", index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL"),
    TaskArray(
      engine: "CircleCI", index: "CIRCLE_NODE_INDEX", first: 0, count: "CIRCLE_NODE_TOTAL"),
    TaskArray(
      engine: "Buildkite", index: "BUILDKITE_PARALLEL_JOB", first: 0,
      count: "BUILDKITE_PARALLEL_JOB_COUNT"),
  ]

  func isUsed(in environment: [String: String]) -> Bool {
    guard let index = environment[index] else { return false }
    return index != none
  }

  /// - Throws: ``HarnessError`` of kind `usage`.
  func shard(in environment: [String: String]) throws -> Shard {
    let (first, step, count) = try tasks(in: environment)
    let index = try whole(index, in: environment)
    let number = (index - first) / step + 1
    guard number >= 1, number <= count, (index - first) % step == 0 else {
      throw HarnessError(
        .usage,
        "--shard env: \(engine)'s \(self.index)=\(index) is none of \(count) tasks that begin at "
          + "\(first)" + (step > 1 ? " and are \(step) apart" : ""))
    }
    return try Shard(parsing: "\(number)/\(count)", of: self.index)
  }

  /// The first task's index, the step from one to the next, and their number.
  private func tasks(in environment: [String: String]) throws -> (Int, Int, Int) {
    let variable = Shard.countVariable
    if environment[variable] != nil { return (first, 1, try whole(variable, in: environment)) }
    guard let bounds else {
      guard let count else {
        throw HarnessError(
          .usage,
          "--shard env: \(engine) tells a task its number and not how many there are; set "
            + "\(variable)=n")
      }
      return (first, 1, try whole(count, in: environment))
    }
    let lowest = try whole(bounds.first, in: environment)
    // Tasks that run again are an array of their own, whose size is not the number of shards.
    guard lowest <= 1 else {
      throw HarnessError(
        .usage,
        "--shard env: \(engine)'s array begins at \(lowest), so it may be a part of another that runs "
          + "again; number tasks from 1, and say how many shards there are by \(variable)=n")
    }
    let step = max(try whole(bounds.step, in: environment), 1)
    let size = (try whole(bounds.last, in: environment) - lowest) / step + 1
    if let count, case let told = try whole(count, in: environment), told != size {
      throw HarnessError(
        .usage,
        "--shard env: \(engine)'s array has \(told) tasks, numbers from its first to its last would "
          + "be \(size); number tasks from 1 without gaps, or say how many shards there are by "
          + "\(variable)=n")
    }
    return (lowest, step, size)
  }

  private func whole(_ name: String, in environment: [String: String]) throws -> Int {
    guard let text = environment[name] else {
      throw HarnessError(
        .usage, "--shard env: \(engine) sets \(index) without \(name); set \(Shard.variable)=i/n")
    }
    guard let number = Int(text), (0...NumberRange.shards.bounds.upperBound).contains(number) else {
      throw HarnessError(
        .usage,
        "--shard env: \(name) should be a whole number up to "
          + "\(NumberRange.shards.bounds.upperBound), not '\(text)'")
    }
    return number
  }
}
