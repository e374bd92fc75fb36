import Tensors

/// A timestep as sines and cosines of rising wave length.
///
/// Sources: Vaswani et al., arXiv 1706.03762, section 3.5; `openai/guided-diffusion`, `guided_diffusion/nn.py`
/// (`timestep_embedding`: cosines first, last exponent below 1); `ermongroup/ddim`, `models/diffusion.py`
/// (`get_timestep_embedding`: sines first, last exponent 1).
package struct TimestepEmbedding: Hashable, Sendable {
  /// Which half comes first, and how the exponents are spread.
  package enum Form: Hashable, Sendable {
    /// Cosines, then sines; frequency `i` of `h` is `period^(−i / h)`.
    case cosinesFirst
    /// Sines, then cosines; frequency `i` of `h` is `period^(−i / (h − 1))`.
    case sinesFirst
  }

  /// Number of values, even.
  package let width: Int
  /// Order and spread.
  package let form: Form
  /// The longest wave in units of `2π`.
  package let period: Double
  /// `[width / 2]`, rounded to Float32 as the references hold them.
  package let frequencies: [Float]

  /// Describes an embedding and computes its frequencies.
  package init(width: Int, form: Form, period: Double = 10_000) {
    self.width = width
    self.form = form
    self.period = period
    let half = width / 2
    let steps = Double(form == .cosinesFirst ? half : max(half - 1, 1))
    let slope = -Elementary.logarithm(period) / steps
    frequencies = (0..<half).map { Float(Elementary.exponential(Double($0) * slope)) }
  }

  /// The values at a timestep, `[width]`.
  ///
  /// The angle is rounded to Float32, as in the references. The values differ from theirs by what the last bits
  /// of their frequencies make of a large timestep, up to 1e-4 at 1,000.
  package func values(at timestep: Float) -> [Float] {
    let angles = frequencies.map { Double(timestep * $0) }
    let (sines, cosines) = (
      angles.map { Float(Elementary.sine($0)) }, angles.map { Float(Elementary.cosine($0)) }
    )
    return form == .cosinesFirst ? cosines + sines : sines + cosines
  }
}

extension FeatureMap {
  /// The embedding of a number; the map is one pixel.
  package func writeTimestepEmbedding(of input: FeatureMap, _ embedding: TimestepEmbedding) {
    precondition(pixels == 1 && channels == embedding.width && input.pixels == 1, "shapes differ")
    for (channel, value) in embedding.values(at: input.base[0]).enumerated() {
      base[channel] = value
    }
  }
}
