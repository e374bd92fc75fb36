/// The machine's fastest multiply-adds, measured with the micro-kernel in use.
package struct BenchPeak: Encodable, Equatable, Sendable {
  /// GFLOP/s of one core while the others rest.
  package let oneCore: Double
  /// GFLOP/s of all workers at once.
  package let allWorkers: Double

  /// Wraps rates.
  package init(oneCore: Double, allWorkers: Double) {
    self.oneCore = oneCore
    self.allWorkers = allWorkers
  }
}

/// What was measured of one subject.
package struct BenchResult: Encodable, Equatable, Sendable {
  /// The subject's name.
  package let name: String
  /// `network` or `host`.
  package let kind: BenchSubject.Kind
  /// What one run was given.
  package let input: String
  /// Floating-point operations of one run, its convolutions counted in their direct form.
  package let operations: Int?
  /// Runs that a worker treats together when there are many.
  package let groupSize: Int
  /// One run by itself; a network shares its layers among all workers.
  package let one: BenchTiming
  /// Each of many runs on all workers: elapsed time divided by runs.
  package let many: BenchTiming
  /// Runs a second on all workers, from the shortest time.
  package let perSecond: Double
  /// Operations a second on all workers in units of 10⁹, from the shortest time.
  package let gigaflops: Double?
  /// ``gigaflops`` as a share of the machine's measured peak; above 1 where a convolution takes fewer
  /// operations than its direct form.
  package let shareOfPeak: Double?
  /// Bytes of the whole process at its largest while this was made ready and run; nil where the
  /// system does not report it.
  package let peakMemory: Int?

  init(
    _ subject: BenchSubject, operations: Int?, groupSize: Int, one: BenchTiming,
    many: BenchTiming, peakMemory: Int?, peak: BenchPeak?
  ) {
    name = subject.name
    kind = subject.kind
    input = subject.input
    self.operations = operations
    self.groupSize = groupSize
    self.one = one
    self.many = many
    self.peakMemory = peakMemory
    perSecond = many.perSecond
    let rate = operations.map { Double($0) * many.perSecond / 1e9 }
    gigaflops = rate
    shareOfPeak = peak.flatMap { peak in rate.map { $0 / peak.allWorkers } }
  }
}
