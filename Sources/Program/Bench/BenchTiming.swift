/// How long one of several equal runs took, in milliseconds.
package struct BenchTiming: Encodable, Equatable, Sendable {
  /// The shortest: what the machine can do undisturbed.
  package let minimum: Double
  /// The middle one, or the mean of the two middle ones.
  package let median: Double
  /// How many were timed.
  package let repeats: Int
  /// Processors that were busy on average: processor time divided by elapsed time.
  package let cores: Double

  /// Sums up repeats.
  ///
  /// - Parameters:
  ///   - seconds: the time of each repeat, at least one.
  ///   - processorSeconds: what all of them together took of all processors.
  ///   - runs: runs in a repeat; the timing is that of one of them.
  package init(seconds: [Double], processorSeconds: Double, runs: Int = 1) {
    precondition(!seconds.isEmpty && runs > 0, "nothing was timed")
    let times = seconds.sorted().map { $0 * 1000 / Double(runs) }
    minimum = times[0]
    median = (times[(times.count - 1) / 2] + times[times.count / 2]) / 2
    repeats = times.count
    cores = processorSeconds / max(seconds.reduce(0, +), .leastNormalMagnitude)
  }

  /// Runs a second at the shortest time.
  package var perSecond: Double { 1000 / minimum }
}
