import Tensors

/// How far classifier-free guidance goes from what a network says without the condition to what it says with it.
///
/// Source: Ho and Salimans, "Classifier-Free Diffusion Guidance", arXiv 2207.12598, equation 6.
package struct GuidanceScale: Equatable, Sendable {
  /// s of `ε_u + s (ε_c − ε_u)`: 0 ignores the condition, 1 is the conditional prediction.
  package let value: Double

  /// The scale s of `ε_u + s (ε_c − ε_u)`, as in the code of latent diffusion and its descendants.
  package static func fromUnconditional(_ s: Double) -> GuidanceScale { GuidanceScale(value: s) }

  /// The scale w of `ε_c + w (ε_c − ε_u)`, as in Ho and Salimans and in SCA-DM's equation 4; w = 0 is the conditional
  /// prediction.
  package static func beyondConditional(_ w: Double) -> GuidanceScale {
    GuidanceScale(value: 1 + w)
  }

  /// Whether the network must also be asked without the condition.
  package var needsUnconditional: Bool { value != 1 }
  /// Whether the network must be asked with the condition.
  package var needsConditional: Bool { value != 0 }
}

extension Prediction {
  /// A prediction with a condition, moved away from the one without it.
  ///
  /// At scale 1 it is the conditional prediction and at 0 the unconditional one, in every bit. The variance is the
  /// conditional prediction's.
  ///
  /// - Throws: `DiffusionError.mixedKinds`, `.shapeMismatch`.
  ///
  /// Source: `CompVis/latent-diffusion`, `ldm/models/diffusion/ddim.py`, `p_sample_ddim`.
  package static func guided(
    conditional: Prediction, unconditional: Prediction, scale: GuidanceScale
  ) throws(DiffusionError) -> Prediction {
    try conditional.requireMixable(with: unconditional)
    if !scale.needsUnconditional { return conditional }
    if !scale.needsConditional { return unconditional }
    let factor = Float(scale.value)
    let values = unconditional.values.merged(with: conditional.values) { $0 + factor * ($1 - $0) }
    return Prediction(
      conditional.kind, values, varianceFraction: conditional.varianceFraction)
  }

  /// The noise that is predicted once a score's gradient is known too: `ε − √(1 − ᾱ) · g`.
  ///
  /// - Parameters:
  ///   - gradient: g, of the logarithm of a density by the noisy image, of its shape.
  ///   - x: the noisy image.
  ///   - level: its level, not clean.
  /// - Returns: a prediction of noise with the same variance.
  /// - Precondition: all have one shape.
  ///
  /// Source: Dhariwal and Nichol, "Diffusion Models Beat GANs on Image Synthesis", arXiv 2105.05233, algorithm 2;
  /// `openai/guided-diffusion`, `guided_diffusion/gaussian_diffusion.py`, `condition_score`.
  package func shifted(by gradient: Tensor, in x: Tensor, at level: NoiseLevel) -> Prediction {
    let rate = Float(level.noiseRate)
    let noise = noise(in: x, at: level).merged(with: gradient) { $0 - rate * $1 }
    return Prediction(.noise, noise, varianceFraction: varianceFraction)
  }

  /// The weighted sum of several models' predictions for one image at one timestep.
  ///
  /// A weight of 0 leaves a prediction out, and weight 1 for one alone keeps its bits. Sums of ε, of x₀ and of v are the
  /// same mixture where the weights' sum is 1. Variances are mixed alike if all have one.
  ///
  /// - Throws: `DiffusionError.countMismatch`, `.invalidWeights` without any weight but 0, `.mixedKinds`,
  ///   `.shapeMismatch`.
  ///
  /// Source: Kim et al., "DiffusionCLIP", CVPR 2022, equation 14; `gwang-kim/DiffusionCLIP`,
  /// `utils/diffusion_utils.py`, `denoising_step`.
  package static func mixed(
    _ predictions: [Prediction], weights: [Double]
  ) throws(DiffusionError) -> Prediction {
    guard predictions.count == weights.count else {
      throw .countMismatch(what: "weights", expected: predictions.count, found: weights.count)
    }
    let terms = zip(predictions, weights).filter { $0.1 != 0 }
    guard let first = terms.first?.0 else {
      throw .invalidWeights(from: 0, weights: weights, models: predictions.count)
    }
    for (prediction, _) in terms { try first.requireMixable(with: prediction) }
    let variances = terms.compactMap { term in
      term.0.varianceFraction.map { (tensor: $0, weight: term.1) }
    }
    return Prediction(
      first.kind, sum(terms.map { (tensor: $0.0.values, weight: $0.1) }),
      varianceFraction: variances.count == terms.count ? sum(variances) : nil)
  }

  /// The sum of several models' predictions, each weighted pixel by pixel.
  ///
  /// - Parameters:
  ///   - predictions: `[C, H, W]` each.
  ///   - maps: a map `[H, W]` for each, the same for all its channels.
  /// - Returns: a prediction without variance.
  /// - Throws: `DiffusionError.countMismatch`, `.mixedKinds`, `.shapeMismatch`.
  ///
  /// Source: Huang et al., "Collaborative Diffusion", CVPR 2023, equation 7.
  package static func mixed(
    _ predictions: [Prediction], maps: [Tensor]
  ) throws(DiffusionError) -> Prediction {
    guard let first = predictions.first, predictions.count == maps.count else {
      throw .countMismatch(what: "maps", expected: predictions.count, found: maps.count)
    }
    let pixels = first.values.shape.dropFirst().reduce(1, *)
    var sum = Tensor(shape: first.values.shape)
    for (prediction, map) in zip(predictions, maps) {
      try first.requireMixable(with: prediction)
      guard map.count == pixels else {
        throw .shapeMismatch(
          what: "a map", expected: Array(first.values.shape.dropFirst()), found: map.shape)
      }
      for index in sum.values.indices {
        sum.values[index] += map.values[index % pixels] * prediction.values.values[index]
      }
    }
    return Prediction(first.kind, sum)
  }

  private func requireMixable(with other: Prediction) throws(DiffusionError) {
    guard kind == other.kind else { throw .mixedKinds(kind, other.kind) }
    guard values.shape == other.values.shape else {
      throw .shapeMismatch(
        what: "another prediction", expected: values.shape, found: other.values.shape)
    }
  }

  /// Σ weight · tensor, in the terms' order, from the first one on.
  private static func sum(_ terms: [(tensor: Tensor, weight: Double)]) -> Tensor {
    var sum = terms[0].tensor
    for index in sum.values.indices {
      var value = Float(terms[0].weight) * sum.values[index]
      for term in terms.dropFirst() {
        value += Float(term.weight) * term.tensor.values[index]
      }
      sum.values[index] = value
    }
    return sum
  }
}
