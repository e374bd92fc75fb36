import Cluster
import Foundation
import Provenance
import TestSupport
import Testing

/// Jobs for Slurm, with commands of a folder in place of Slurm's.
@Suite struct SlurmJobTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Slurm's commands as scripts of a folder.
  private func client(_ commands: [String: String]) throws -> SlurmClient {
    for (name, body) in commands {
      let path = folder.url.appendingPathComponent("bin/\(name)").path
      try FileManager.default.createDirectory(
        atPath: folder.url.appendingPathComponent("bin").path, withIntermediateDirectories: true)
      try "#!/bin/sh\n\(body)\n".write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    return SlurmClient(environment: ["PATH": folder.url.path + "/bin:/usr/bin:/bin"])
  }

  private func job(
    _ work: SlurmJob.Work = .table(results: "R", reports: "P"), shards: Int = 4,
    scratch: String? = nil
  ) -> SlurmJob {
    var resources = SlurmJob.Resources()
    resources.scratch = scratch
    return SlurmJob(
      command: ["table", "t", "--method", "a=folder:it's here"], work: work, shards: shards,
      resources: resources, workingFolder: folder.url.path, program: "/opt/evalkit")
  }

  @Test(arguments: [([1, 2, 3], "1-3"), ([5], "5"), ([9, 1, 3, 4, 8], "1,3-4,8-9"), ([], "")])
  func numbersAreWrittenAsSbatchReadsThem(numbers: [Int], text: String) {
    #expect(SlurmSubmission.ranges(numbers) == text)
  }

  /// Shards of a quarter of an hour, and three times a share's time as its limit.
  @Test func sharesFollowFromTheCost() {
    let hour = SlurmShares(seconds: 4 * 3600, processors: 4, shards: nil)
    #expect(hour.shards == 4 && hour.minutes == 55)
    let chosen = SlurmShares(seconds: 4 * 3600, processors: 4, shards: 12)
    #expect(chosen.shards == 12 && chosen.minutes == 25)
    let small = SlurmShares(seconds: 3, processors: 8, shards: nil)
    #expect(small.shards == 1 && small.minutes == 11)
  }

  /// A shell gets every word back, whatever is in it, and Slurm a % of a path.
  @Test func scriptsQuoteWords() throws {
    let path = folder.url.appendingPathComponent("10% night").path
    try job().write(to: path)
    let script = try String(contentsOfFile: path + "/shards.sh", encoding: .utf8)
    #expect(script.contains("'a=folder:it'\\''s here'"))
    #expect(script.contains("--output=\"\(folder.url.path)/10%% night/logs/shard-%a.log\""))
    #expect(script.contains("--shard \"$shard/4\""))
    let merge = try String(contentsOfFile: path + "/merge.sh", encoding: .utf8)
    #expect(merge.contains("\(folder.url.path)/R/evalkit-shard-4-of-4.sqlite"))
    #expect(try SlurmJob(folder: path) == job())
  }

  /// Whatever is no table has no merge, and a tuning no shards.
  @Test func otherCommandsAreNotJoined() throws {
    let path = folder.url.appendingPathComponent("images").path
    try job(.images(folder: "made")).write(to: path)
    #expect(!FileManager.default.fileExists(atPath: path + "/merge.sh"))
    let whole = folder.url.appendingPathComponent("whole").path
    try job(.whole, shards: 1).write(to: whole)
    let script = try String(contentsOfFile: whole + "/shards.sh", encoding: .utf8)
    #expect(!script.contains("--shard"))
  }

  @Test func whatSlurmAnswersIsTold() throws {
    let path = folder.url.appendingPathComponent("night").path
    try job().write(to: path)
    #expect(throws: HarnessError.self) { try SlurmSubmission(folder: path).prepare(job()) }
    let refusing = try client(["sbatch": "echo 'Invalid account' >&2; exit 1", "squeue": "exit 0"])
    let refused = #expect(throws: HarnessError.self) {
      try SlurmSubmission(folder: path, client: refusing).submit()
    }
    #expect(refused?.description == "sbatch ended with 1: Invalid account")
    let odd = try client(["sbatch": "echo hello"])
    let answered = #expect(throws: HarnessError.self) {
      try SlurmSubmission(folder: path, client: odd).submit()
    }
    #expect(answered?.description.contains("'hello'") == true)
    let nowhere = SlurmClient(environment: ["PATH": "/nowhere"])
    let missing = #expect(throws: HarnessError.self) {
      try SlurmSubmission(folder: path, client: nowhere).submit()
    }
    #expect(missing?.description.contains("there is no sbatch here") == true)
  }

  /// What waits and runs is Slurm's word, what has ended its exit code's; what Slurm has forgotten has ended.
  @Test func statesComeFromTheQueueAndTheExitCodes() throws {
    let path = folder.url.appendingPathComponent("night").path
    var job = job()
    job.arrays = ["7"]
    job.merge = "8"
    try job.write(to: path)
    for (shard, code) in [(3, 0), (4, 6)] {
      try "\(code)\n".write(toFile: "\(path)/ended/\(shard)", atomically: true, encoding: .utf8)
    }
    let client = try client([
      "squeue": """
      case "$*" in
      *"-j 7 "*) printf '1|PENDING||Priority\\n2|RUNNING|n7|None\\n' ;;
      *) echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1 ;;
      esac
      """
    ])
    let status = try SlurmStatus(folder: path, client: client)
    #expect(status.shards.map(\.state) == [.waiting, .running, .ended, .failed])
    #expect(status.shards[0].detail == "Priority" && status.shards[1].detail == "n7")
    #expect(status.shards[3].detail.contains("exit code 6"))
    #expect(status.merge == .stopped)
    for (code, state) in [(0, SlurmStatus.State.ended), (6, .failed)] {
      try "\(code)\n".write(toFile: "\(path)/ended/merge", atomically: true, encoding: .utf8)
      #expect(try SlurmStatus(folder: path, client: client).merge == state)
    }
    let waiting = #expect(throws: HarnessError.self) {
      try SlurmSubmission(folder: path, client: client).submit()
    }
    #expect(waiting?.description.contains("2 shards of the job") == true)
  }

  @Test func foldersWithoutAJobAreRefused() throws {
    let missing = #expect(throws: HarnessError.self) { try SlurmJob(folder: folder.url.path) }
    #expect(missing?.description.contains("holds no job") == true)
    try folder.write(Array("{}".utf8), to: "job.json")
    let damaged = #expect(throws: HarnessError.self) { try SlurmJob(folder: folder.url.path) }
    #expect(damaged?.description.contains("not what 'evalkit slurm submit' writes") == true)
  }
}
