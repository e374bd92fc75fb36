import Dispatch
import Foundation

/// Where benchmarks read the time; tests bring clocks of their own.
package struct Stopwatch: Sendable {
  /// Seconds since some fixed moment; never goes back.
  package let now: @Sendable () -> Double
  /// Seconds that all threads of this process spent on processors.
  package let processorTime: @Sendable () -> Double

  /// Reads given clocks.
  package init(
    now: @escaping @Sendable () -> Double, processorTime: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.processorTime = processorTime
  }

  /// The system's monotonic clock and its account of this process.
  package static let monotonic = Stopwatch(
    now: { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
    processorTime: {
      var time = timespec()
      unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    })

  /// How long some work takes.
  package func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = now()
    try work()
    return now() - start
  }
}
