import Foundation

/// How long parsers are tried, and from which seed.
///
/// `make test` tries a fixed number of cases from a fixed seed, so that every run is the same. `make fuzz`
/// sets `FUZZ_SECONDS`, the time of each parser, and may set `FUZZ_SEED`.
package struct FuzzPlan: Sendable {
  /// The seed that all cases follow from.
  package let seed: UInt64
  /// Time of each parser; nil where the number of cases decides.
  package let seconds: Double?

  /// What the environment asks for.
  package static let current: FuzzPlan = {
    let environment = ProcessInfo.processInfo.environment
    return FuzzPlan(
      seed: environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_261_121,
      seconds: environment["FUZZ_SECONDS"].flatMap(Double.init))
  }()

  /// Whether case `index` is still to be tried.
  func includes(_ index: Int, of count: Int, since start: ContinuousClock.Instant) -> Bool {
    guard let seconds else { return index < count }
    return start.duration(to: .now) < .seconds(seconds)
  }
}
