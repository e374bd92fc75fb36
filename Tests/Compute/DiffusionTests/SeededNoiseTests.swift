import Diffusion
import Tensors
import Testing

/// Noise that follows from seed, purpose and step.
@Suite struct SeededNoiseTests {
  private func correlation(_ one: Tensor, _ other: Tensor) -> Double {
    zip(one.values, other.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      / Double(one.count)
  }

  @Test func everySeedStepAndPurposeHasItsOwn() {
    let shape = [3, 32, 32]
    var tensors: [Tensor] = []
    for seed: UInt64 in [0, 1, 2, 1 << 32, .max] {
      let noise = SeededNoise(seed: seed)
      tensors.append(noise.initial(shape))
      for step in [0, 1, 2, 999] {
        tensors.append(noise.tensor(shape, step: step))
        tensors.append(noise.tensor(shape, step: step, for: .reference))
      }
    }
    // Means of 3072 products have a deviation of 0.018; 990 pairs stay within six of them.
    let bound = 6 / Double(shape.reduce(1, *)).squareRoot()
    for (index, one) in tensors.enumerated() {
      #expect(abs(correlation(one, one) - 1) < 2 * bound)
      for other in tensors[..<index] { #expect(abs(correlation(one, other)) < bound) }
    }
  }

  @Test func itDoesNotDependOnWhatWasDrawnBefore() {
    let noise = SeededNoise(seed: 7)
    let late = noise.tensor([4], step: 3)
    _ = noise.tensor([4], step: 2)
    #expect(noise.tensor([4], step: 3) == late)
    // A smaller image sees the first numbers of a larger one.
    #expect(noise.tensor([2], step: 3).values == Array(late.values.prefix(2)))
  }

  /// The built-in denoiser begins with the numbers of its pair's seed.
  @Test func itBeginsWithTheSeedsNumbers() {
    var numbers = NormalNumbers(seed: 113)
    let expected = (0..<6).map { _ in numbers.next() }
    #expect(SeededNoise(seed: 113).initial([3, 1, 2]).values == expected)
  }
}
