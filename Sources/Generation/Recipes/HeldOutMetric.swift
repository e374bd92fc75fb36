/// A metric of a trained network on faces that it never saw, with what is asked of it.
package struct HeldOutMetric: Equatable, Sendable {
  /// What it says.
  package let name: String
  /// The measured value.
  package let value: Double
  /// The least that is accepted; nil where nothing is asked.
  package let minimum: Double?
  /// What it was measured on.
  package let data: String

  /// Whether it is good enough.
  package var isMet: Bool { minimum.map { value >= $0 } ?? true }
}
