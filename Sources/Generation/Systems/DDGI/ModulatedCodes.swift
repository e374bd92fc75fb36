import Networks
import Tensors

/// A generator's codes as DDGI composes them: `w = (w̄ + m) ⊙ (1 + s) + b`.
///
/// `m` is what the mapping network finds, `s` and `b` what the modulation network does; zeros leave the mean code.
///
/// Source: Kim et al., CVPR 2024, section 3.3, equation 4: `w = w^m ⊙ w^γ ⊕ w^β`.
///
/// - Deviation: `w^m` is written as what differs from the mean code and `w^γ` as what differs from one, so that untrained
///   networks do nothing.
package struct ModulatedCodes: Equatable, Sendable {
  /// The generator's mean code, `[D]`, which all places share, or `[L · D]`.
  package let mean: [Float]
  /// `m`, `[L · D]`, one code behind the other.
  package let mapped: [Float]
  /// `s` and `b`, `[L · D]` each; nil where nothing is modulated.
  package let modulation: Modulation?

  /// Scales and shifts of codes.
  package struct Modulation: Equatable, Sendable {
    /// What is added to a scale of one, `[L · D]`.
    package let scale: [Float]
    /// What is added, `[L · D]`.
    package let shift: [Float]

    /// Scales and shifts.
    package init(scale: [Float], shift: [Float]) {
      self.scale = scale
      self.shift = shift
    }
  }

  /// Joins what the networks found.
  ///
  /// - Precondition: all have as many values, the mean code a divisor of that.
  package init(mean: [Float], mapped: [Float], modulation: Modulation? = nil) {
    precondition(!mean.isEmpty && mapped.count % mean.count == 0, "codes of another width")
    if let modulation {
      precondition(
        modulation.scale.count == mapped.count && modulation.shift.count == mapped.count,
        "as many scales and shifts as codes")
    }
    self.mean = mean
    self.mapped = mapped
    self.modulation = modulation
  }

  private func unmodulated(_ place: Int) -> Float { mean[place % mean.count] + mapped[place] }

  /// `w`, `[L · D]`.
  package var values: [Float] {
    mapped.indices.map { place in
      guard let modulation else { return unmodulated(place) }
      return unmodulated(place) * (1 + modulation.scale[place]) + modulation.shift[place]
    }
  }

  /// What a change of `w` means for its parts.
  ///
  /// - Parameter gradient: by `w`, `[L · D]`.
  /// - Returns: by `m`, and by scales and shifts if there are any, as ``Modulation``.
  package func gradient(_ gradient: [Float]) -> (mapped: [Float], modulation: Modulation?) {
    guard let modulation else { return (gradient, nil) }
    return (
      gradient.indices.map { gradient[$0] * (1 + modulation.scale[$0]) },
      Modulation(scale: gradient.indices.map { gradient[$0] * unmodulated($0) }, shift: gradient)
    )
  }

  /// A code as a generator's synthesis reads it, `[D, L, 1]`.
  ///
  /// - Parameters:
  ///   - code: `[D]`, one for all layers, or `[L · D]`, one behind the other.
  ///   - sizes: `L` and `D`.
  /// - Returns: the codes along the second axis.
  package static func tokens(_ code: [Float], for sizes: StyleGAN2.Configuration) -> Tensor {
    let all = (0..<sizes.codeCount * sizes.codeWidth).map { code[$0 % code.count] }
    return tokens(all, width: sizes.codeWidth)
  }

  /// Codes as a synthesis reads them, `[D, L, 1]`.
  ///
  /// - Parameters:
  ///   - values: `[L · D]`, one code behind the other.
  ///   - width: `D`.
  /// - Returns: the same values, the codes along the second axis.
  package static func tokens(_ values: [Float], width: Int) -> Tensor {
    let count = values.count / width
    return Tensor(shape: [count, width], values: values).transposed
      .reshaped([width, count, 1])
  }
}
