import Bench
import Foundation
import Graphs
import Networks
import Provenance
import Synchronization
import Tensors
import Testing

/// Benchmarks on a clock that only the work moves; nothing here depends on the machine's speed.
@Suite struct BenchRunTests {
  /// A clock that stands still but for what is added.
  final class Clock: Sendable {
    private let time = Mutex((elapsed: 0.0, processor: 0.0))
    /// Added at every look, so that waiting for this clock ends.
    private let tick: Double

    init(tick: Double = 0) { self.tick = tick }

    func pass(_ seconds: Double, cores: Double = 1) {
      time.withLock {
        $0.elapsed += seconds
        $0.processor += cores * seconds
      }
    }

    var stopwatch: Stopwatch {
      Stopwatch(
        now: {
          self.time.withLock {
            $0.elapsed += self.tick
            return $0.elapsed
          }
        }, processorTime: { self.time.withLock { $0.processor } })
    }
  }

  private func subject(_ work: BenchWork, named name: String = "work") -> BenchSubject {
    BenchSubject(name: name, kind: .network, input: "3×2×1", summary: "a test") { _ in work }
  }

  /// Eighths of seconds are exact in binary, so equality is.
  @Test(arguments: [1, 2, 3])
  func timesOneRunAndGroups(jobs: Int) throws {
    let clock = Clock()
    let work = BenchWork(
      operations: 3_000_000_000,
      one: { _ in
        clock.pass(0.125, cores: 2)
        return 1
      },
      group: { _ in
        clock.pass(0.25)
        return 4
      }, groupSize: 4)
    let runner = BenchRunner(
      workers: Workers(count: jobs), seconds: 1, stopwatch: clock.stopwatch)
    let result = try runner.measure(
      subject(work), peak: BenchPeak(oneCore: 60, allWorkers: 96))
    #expect(result.one.minimum == 125 && result.one.median == 125)
    #expect(result.one.cores == 2 && result.one.repeats == 8)
    #expect(result.many.minimum == 62.5 && result.many.cores == 1)
    #expect(result.groupSize == 4 && result.perSecond == 16)
    #expect(result.gigaflops == 48 && result.shareOfPeak == 0.5)
  }

  @Test func slowWorkIsTimedThreeTimes() throws {
    let clock = Clock()
    let work = BenchWork { _ in
      clock.pass(60)
      return 0
    }
    let result = try BenchRunner(
      workers: Workers(count: 1), seconds: 1, stopwatch: clock.stopwatch
    ).measure(subject(work), peak: nil)
    #expect(result.one.repeats == 3 && result.many.repeats == 3)
    #expect(result.gigaflops == nil && result.shareOfPeak == nil)
  }

  @Test func medianLiesBetweenTheMiddleOnes() {
    let even = BenchTiming(seconds: [0.5, 0.125, 0.25, 1], processorSeconds: 3.75, runs: 2)
    #expect(even.minimum == 62.5 && even.median == 187.5 && even.cores == 2)
    let odd = BenchTiming(seconds: [0.5, 0.125, 0.25], processorSeconds: 0)
    #expect(odd.median == 250 && odd.perSecond == 8 && odd.repeats == 3)
  }

  @Test func everyWorkerGetsItsOwnNumberAndErrorsEscape() throws {
    struct Broken: Error {}
    let broken = BenchWork { worker in
      #expect((0..<3).contains(worker))
      throw Broken()
    }
    let runner = BenchRunner(
      workers: Workers(count: 3), seconds: 1, stopwatch: Clock(tick: 1).stopwatch)
    #expect(throws: Broken.self) { try runner.measure(subject(broken), peak: nil) }
  }

  // MARK: The job

  private func job(_ names: [String], seconds: Double = 0.01) throws -> BenchJob {
    var options = BenchOptions()
    options.names = names
    options.jobs = 1
    options.seconds = seconds
    options.stopwatch = Clock(tick: 0.002).stopwatch
    let known = ["alpha", "beta"].map { subject(BenchWork(operations: 8) { _ in 0 }, named: $0) }
    return try BenchJob(options, catalogue: known)
  }

  @Test func printsWhatItMeasuredAsJSON() throws {
    let report = try job(["beta"]).run()
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
    #expect(Set(json.keys) == ["schema", "tool", "machine", "jobs", "peak", "benchmarks"])
    #expect(json["schema"] as? Int == 1 && json["jobs"] as? Int == 1)
    let peak = try #require(json["peak"] as? [String: Double])
    #expect(Set(peak.keys) == ["oneCore", "allWorkers"] && peak.values.allSatisfy { $0 > 0 })
    let entry = try #require((json["benchmarks"] as? [[String: Any]])?.first)
    let keys = Set(entry.keys).subtracting(["peakMemory"])
    #expect(
      keys == [
        "name", "kind", "input", "operations", "groupSize", "one", "many", "perSecond",
        "gigaflops", "shareOfPeak",
      ])
    #expect(entry["name"] as? String == "beta" && entry["kind"] as? String == "network")
    let one = try #require(entry["one"] as? [String: Double])
    #expect(Set(one.keys) == ["minimum", "median", "repeats", "cores"])
    #expect(report.text.contains("beta") && !report.text.contains("alpha"))
  }

  @Test func measuresEverythingUnlessNamesAreGiven() throws {
    #expect(try job([]).run().benchmarks.map(\.name) == ["alpha", "beta"])
    #expect(try job(["beta", "alpha"]).run().benchmarks.map(\.name) == ["beta", "alpha"])
  }

  @Test func unknownNamesAreUsageErrorsWithTheNearest() {
    let error = #expect(throws: HarnessError.self) { try job(["alpha", "betta"]) }
    #expect(error?.kind == .usage && error?.description.contains("'beta'") == true)
    for seconds in [0, -1, .nan, .infinity] {
      #expect(throws: HarnessError.self) { try job([], seconds: seconds) }
    }
  }

  @Test func stopsOnRequest() throws {
    var options = BenchOptions()
    options.jobs = 1
    options.seconds = 0.01
    options.stopwatch = Clock(tick: 0.002).stopwatch
    options.shouldStop = { true }
    let job = try BenchJob(
      options,
      catalogue: [
        subject(
          BenchWork { _ in
            Issue.record("it went on")
            return 0
          })
      ])
    let error = #expect(throws: HarnessError.self) { try job.run() }
    #expect(error?.kind == .cancelled)
  }

  // MARK: The catalogue

  @Test func listsEveryNetworkAndNoNameTwice() throws {
    let names = BenchCatalogue.subjects.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(NetworkCatalogue.names).isSubset(of: names))
    for metric in ["fid", "lpips-alex", "ssim", "ms-ssim", "id"] { #expect(names.contains(metric)) }
    let json = try JSONSerialization.jsonObject(with: Data(BenchCatalogue.json().utf8))
    #expect((json as? [[String: Any]])?.count == names.count)
  }

  @Test(arguments: [
    "squeezenet1_1", "lpips-squeeze", "ssim", "ms-ssim", "mae", "psnr", "accuracy", "decode-jpeg",
    "decode-png", "decode-label-map", "encode-png", "hash-pixels", "resize-bicubic",
    "prepare-irse50-crop", "prepare-clip-224",
  ])
  func subjectsRun(name: String) throws {
    let subject = try #require(BenchCatalogue.subjects.first { $0.name == name })
    let work = try subject.prepare(2)
    let one = try work.one(0)
    #expect(one.isFinite)
    // Neither the worker nor the way of running moves a result.
    #expect(try work.one(1) == one && work.group(1) == one)
    if subject.kind == .network {
      let graph = try Graph(tracing: try NetworkCatalogue.named(name))
      #expect(work.operations == graph.cost(computing: [Graph.mainOutput]).operations)
    }
  }
}
