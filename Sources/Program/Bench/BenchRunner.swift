import Kernels
import Provenance
import Tensors

/// Times subjects and the machine itself.
package struct BenchRunner: Sendable {
  /// Fewer repeats say nothing about their spread.
  private static let fewestRepeats = 3
  /// Rounds that a throughput is measured in, if a group is short enough.
  private static let roundsWanted = 8.0

  private let workers: Workers
  private let seconds: Double
  private let stopwatch: Stopwatch

  /// Prepares to measure.
  ///
  /// - Parameters:
  ///   - workers: all that run at once when there are many images.
  ///   - seconds: time to spend on each number, where three repeats do not take longer.
  ///   - stopwatch: the clock.
  package init(workers: Workers, seconds: Double, stopwatch: Stopwatch = .monotonic) {
    self.workers = workers
    self.seconds = seconds
    self.stopwatch = stopwatch
  }

  /// Times one subject: a run by itself, then all workers with groups of runs.
  ///
  /// - Throws: what the subject throws.
  package func measure(_ subject: BenchSubject, peak: BenchPeak?) throws -> BenchResult {
    PeakMemory.reset()
    let work = try subject.prepare(workers.count)
    // Compiles what is compiled on demand and touches every worker's memory.
    try workers.forEach(work.sharesWorkers ? 1 : workers.count) { _, worker in
      _ = try work.group(worker)
      if worker == 0 && work.groupSize > 1 { _ = try work.one(worker) }
    }
    let one = try timing { _ = try work.one(0) }
    let many = try throughput(of: work)
    return BenchResult(
      subject, operations: work.operations, groupSize: work.groupSize, one: one, many: many,
      peakMemory: PeakMemory.bytes, peak: peak)
  }

  /// The machine's multiply-adds at their fastest, on one core and on all workers' at once.
  package func peak(of probe: PeakProbe = PeakProbe()) throws -> BenchPeak {
    probe.run()
    let one = timing { probe.run() }
    let all = try rounds(of: 1, lasting: one.minimum / 1000) { _ in _ = probe.run() }
    let giga = Double(probe.operations) / 1e6
    return BenchPeak(oneCore: giga / one.minimum, allWorkers: giga / all.minimum)
  }

  private func throughput(of work: BenchWork) throws -> BenchTiming {
    if work.sharesWorkers {
      return try timing(of: work.groupSize) { _ = try work.group(0) }
    }
    let group = try stopwatch.seconds { _ = try work.group(0) }
    return try rounds(of: work.groupSize, lasting: group) { _ = try work.group($0) }
  }

  /// Times rounds in which all workers treat group after group.
  ///
  /// A round has several groups a worker where they are short, so that handing them out does not count.
  private func rounds(
    of groupSize: Int, lasting group: Double, _ body: @Sendable (_ worker: Int) throws -> Void
  ) throws -> BenchTiming {
    let wanted = seconds / Self.roundsWanted / max(group, 1e-9)
    let groups = workers.count * max(1, Int(min(wanted, 1e6)))
    return try timing(of: groups * groupSize) {
      try workers.forEach(groups) { _, worker in try body(worker) }
    }
  }

  private func timing(of runs: Int = 1, _ work: () throws -> Void) rethrows -> BenchTiming {
    var times: [Double] = []
    let processorStart = stopwatch.processorTime()
    let start = stopwatch.now()
    while times.count < Self.fewestRepeats || stopwatch.now() - start < seconds {
      times.append(try stopwatch.seconds(work))
    }
    return BenchTiming(
      seconds: times, processorSeconds: stopwatch.processorTime() - processorStart, runs: runs)
  }
}
