import Tensors

/// The noise of one image, which its seed alone decides.
///
/// The noise of a step follows from seed, purpose and step and not from what was drawn before it, so an image has the same
/// bits in any group, in any order, on any worker, and when sampling is resumed in the middle.
///
/// - Deviation: values are `NormalNumbers`, sums of twelve uniform ones: mean 0, deviation 1, but none beyond 6 and an
///   excess kurtosis of −0.1.
package struct SeededNoise: Equatable, Sendable {
  /// What noise within a step is for.
  package enum Purpose: UInt64, Sendable {
    /// What the sampler adds.
    case sampling = 1
    /// What a reference image is noised with.
    case reference = 2
  }

  /// The image's seed.
  package let seed: UInt64

  /// The noise of a seed.
  package init(seed: UInt64) { self.seed = seed }

  /// The noise that sampling begins with.
  package func initial(_ shape: [Int]) -> Tensor {
    NormalNumbers(seed: seed).tensor(shape, deviation: 1)
  }

  /// Noise for a step, by its ``DiffusionStep/index``.
  package func tensor(_ shape: [Int], step: Int, for purpose: Purpose = .sampling) -> Tensor {
    // The first number of a sequence tells neighboring seeds apart in every bit.
    var sequence = SplitMix64(seed: seed)
    let place = purpose.rawValue << 32 ^ UInt64(truncatingIfNeeded: step)
    var places = SplitMix64(seed: sequence.next() ^ place)
    return NormalNumbers(seed: places.next()).tensor(shape, deviation: 1)
  }
}
