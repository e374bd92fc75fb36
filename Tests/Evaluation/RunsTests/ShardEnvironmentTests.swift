import Measurement
import Provenance
import Runs
import Testing

/// Which shard a task of an array is.
@Suite struct ShardEnvironmentTests {
  private func shard(_ environment: [String: String]) throws -> String {
    try Shard(option: "env", environment: environment).description
  }

  private func slurm(_ id: Int, from first: Int, to last: Int, step: Int = 1, count: Int? = nil)
    -> [String: String]
  {
    [
      "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_MIN": "\(first)",
      "SLURM_ARRAY_TASK_MAX": "\(last)", "SLURM_ARRAY_TASK_STEP": "\(step)",
      "SLURM_ARRAY_TASK_COUNT": "\(count ?? (last - first) / step + 1)",
    ]
  }

  @Test func enginesSayIt() throws {
    #expect(try shard(slurm(3, from: 1, to: 8)) == "3/8")
    #expect(try shard(slurm(0, from: 0, to: 7)) == "1/8")
    #expect(try shard(slurm(9, from: 1, to: 13, step: 4)) == "3/4")
    #expect(try shard(["JOB_COMPLETION_INDEX": "0", "EVALKIT_SHARDS": "8"]) == "1/8")
    #expect(
      try shard(["AWS_BATCH_JOB_ARRAY_INDEX": "7", "AWS_BATCH_JOB_ARRAY_SIZE": "8"]) == "8/8")
    #expect(try shard(["PARALLEL_SEQ": "2", "EVALKIT_SHARDS": "3"]) == "2/3")
    #expect(
      try shard([
        "SGE_TASK_ID": "5", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "9", "SGE_TASK_STEPSIZE": "2",
      ]) == "3/5")
    #expect(try shard(["PBS_ARRAY_INDEX": "4", "EVALKIT_SHARDS": "4"]) == "4/4")
    #expect(try shard(["LSB_JOBINDEX": "2", "LSB_JOBINDEX_END": "5"]) == "2/5")
    #expect(try shard(["CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"]) == "1/2")
    #expect(try shard(["CIRCLE_NODE_INDEX": "1", "CIRCLE_NODE_TOTAL": "2"]) == "2/2")
    #expect(
      try shard(["BUILDKITE_PARALLEL_JOB": "0", "BUILDKITE_PARALLEL_JOB_COUNT": "2"]) == "1/2")
  }

  @Test func theProgramsOwnVariableComesFirst() throws {
    var environment = slurm(3, from: 1, to: 8)
    environment["PARALLEL_SEQ"] = "1"
    environment["EVALKIT_SHARD"] = "2/4"
    #expect(try shard(environment) == "2/4")
    #expect(try Shard(option: "1/2", environment: environment).description == "1/2")
  }

  /// A process beside an array has an index that says so.
  @Test func indicesOfNoArrayDoNotCount() throws {
    #expect(
      try shard([
        "SGE_TASK_ID": "undefined", "LSB_JOBINDEX": "0", "PARALLEL_SEQ": "1",
        "EVALKIT_SHARDS": "2",
      ]) == "1/2")
  }

  /// Tasks that run again are an array of other bounds, whose number of shards is not the whole one's.
  @Test func tasksThatRunAgainNeedTheNumberOfShards() throws {
    let again = slurm(5, from: 5, to: 5)
    let error = #expect(throws: HarnessError.self) { try shard(again) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("begins at 5") == true)
    #expect(error?.description.contains("EVALKIT_SHARDS=n") == true)
    #expect(try shard(again.merging(["EVALKIT_SHARDS": "8"]) { $1 }) == "5/8")
    // Then tasks count from 1, whatever the array's bounds are.
    let none = slurm(0, from: 0, to: 7).merging(["EVALKIT_SHARDS": "8"]) { $1 }
    #expect(throws: HarnessError.self) { try shard(none) }
  }

  @Test(arguments: [
    ([:], "no variable tells which shard this is"),
    (["JOB_COMPLETION_INDEX": "3"], "set EVALKIT_SHARDS=n"),
    (["JOB_COMPLETION_INDEX": "8", "EVALKIT_SHARDS": "8"], "is none of 8 tasks that begin at 0"),
    (["PARALLEL_SEQ": "0", "EVALKIT_SHARDS": "8"], "is none of 8 tasks that begin at 1"),
    (["PARALLEL_SEQ": "two", "EVALKIT_SHARDS": "8"], "PARALLEL_SEQ should be a whole number"),
    (["PARALLEL_SEQ": "1", "EVALKIT_SHARDS": "-8"], "EVALKIT_SHARDS should be a whole number"),
    (["CI_NODE_INDEX": "1"], "GitLab sets CI_NODE_INDEX without CI_NODE_TOTAL"),
    (["EVALKIT_SHARD": "9/8"], "EVALKIT_SHARD wants i/n"),
    (
      ["PARALLEL_SEQ": "1", "CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"],
      "GNU parallel (PARALLEL_SEQ=1) and GitLab (CI_NODE_INDEX=1) both number this process"
    ),
  ])
  func whatDoesNotTellAShardIsRefused(environment: [String: String], reason: String) {
    let error = #expect(throws: HarnessError.self) { try shard(environment) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func arraysWithGapsAreRefused() {
    let error = #expect(throws: HarnessError.self) {
      try shard(slurm(3, from: 1, to: 7, count: 4))
    }
    #expect(error?.description.contains("has 4 tasks") == true)
  }
}
