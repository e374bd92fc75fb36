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

  /// A measured value.
  ///
  /// - Parameters:
  ///   - name: what it says.
  ///   - value: the measured value.
  ///   - minimum: the least that is accepted; nil where nothing is asked.
  ///   - data: what it was measured on.
  package init(name: String, value: Double, minimum: Double?, data: String) {
    self.name = name
    self.value = value
    self.minimum = minimum
    self.data = data
  }

  /// Whether it is good enough.
  package var isMet: Bool { minimum.map { value >= $0 } ?? true }
}
