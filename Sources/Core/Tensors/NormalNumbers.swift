/// Normally distributed numbers from a seed.
package struct NormalNumbers {
  private var generator: SplitMix64

  /// Starts the sequence that belongs to a seed.
  package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// The next number: a sum of twelve uniform ones less six, which needs no function that machines
  /// compute differently; beyond four deviations its tails are too thin to matter for first values.
  package mutating func next() -> Float {
    (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.nextUnit() }
  }

  /// A tensor of numbers with a deviation.
  package func tensor(_ shape: [Int], deviation: Double) -> Tensor {
    var numbers = self
    return Tensor(
      shape: shape,
      values: (0..<shape.elementCount).map { _ in numbers.next() * Float(deviation) })
  }
}
