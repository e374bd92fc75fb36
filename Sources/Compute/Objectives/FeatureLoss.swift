import Tensors

/// A loss of an image's features, given those of the image that it was made from.
package protocol FeatureLoss: Sendable {
  /// Measures the loss and its gradient.
  ///
  /// - Parameters:
  ///   - edited: features of the image that is judged, `[D]`, of any length.
  ///   - source: those of the image that it was made from.
  /// - Returns: the loss, and its gradient by `edited`.
  /// - Throws: ``ObjectiveError`` for features that cannot be compared.
  func measure(edited: [Float], source: [Float]) throws(ObjectiveError) -> FeatureMeasurement
}

/// A loss and its gradient by features.
package struct FeatureMeasurement: Equatable, Sendable {
  /// The loss.
  package let loss: Double
  /// Its gradient by the features, `[D]`.
  package let gradient: [Float]

  /// A loss and its gradient.
  package init(loss: Double, gradient: [Float]) {
    self.loss = loss
    self.gradient = gradient
  }
}

/// How far a face's features are turned: `1 − f̂ · f`, both of norm 1.
///
/// Source: Richardson et al., "Encoding in Style", CVPR 2021; `gwang-kim/DiffusionCLIP`, `losses/id_loss.py`.
package struct IdentityLoss: FeatureLoss {
  /// The loss.
  package init() {}

  /// 0 for the same direction, 2 for the opposite one.
  package func measure(
    edited: [Float], source: [Float]
  ) throws(ObjectiveError) -> FeatureMeasurement {
    let before = try UnitFeatures(source.map(Double.init), of: "the source image")
    let after = try UnitFeatures(edited, count: source.count, of: "the edited image")
    return FeatureMeasurement(
      loss: 1 - after.dot(before),
      gradient: after.gradient(of: before.values.map { -$0 }).map { Float($0) })
  }
}

/// Whether an edit moves CLIP's features as two texts say: `−ln((1 + cos(ΔI, ΔT)) / 2)`.
///
/// `ΔI = Ê(edited) − Ê(source)` divided by its norm and 1e-7, `Ê` of norm 1; `d = 1 − cos` is the directional loss of
/// StyleGAN-NADA, and `−ln((2 − d) / 2)` what DiffusionCLIP makes of it.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, equations 9 and 10; `gwang-kim/DiffusionCLIP`,
/// `losses/clip_loss.py`, `clip_directional_loss`, and `diffusionclip.py`, `clip_finetune`.
/// - Deviation: where both images have the same features there is no direction; the loss is `ln 2` as there, but the
///   gradient 0, where the reference divides by 1e-15.
package struct DirectionalLoss: FeatureLoss {
  /// ΔT of norm 1, `[D]`.
  package let direction: [Double]
  /// Added to the norm of the difference.
  private static let epsilon = 1e-7
  /// Least norm that `torch.nn.CosineSimilarity` divides by.
  private static let leastNorm = 1e-8

  /// The loss along a direction between two texts.
  ///
  /// - Parameter direction: `[D]`, divided by its norm.
  /// - Throws: ``ObjectiveError/noDirection(what:)``.
  package init(along direction: [Double]) throws(ObjectiveError) {
    self.direction = try UnitFeatures(direction, of: "the texts").values
  }

  /// 0 where both directions are the same, `ln 2` where they are at right angles, without bound where they are opposite.
  package func measure(
    edited: [Float], source: [Float]
  ) throws(ObjectiveError) -> FeatureMeasurement {
    let before = try UnitFeatures(source, count: direction.count, of: "the source image")
    let after = try UnitFeatures(edited, count: direction.count, of: "the edited image")
    let difference = zip(after.values, before.values).map { $0 - $1 }
    let norm = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let along = zip(difference, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let length = norm / (norm + Self.epsilon)
    let divisor = (norm + Self.epsilon) * max(length, Self.leastNorm)
    let cosine = along / divisor
    let slope = -1 / (1 + cosine)
    // Of along / norm, which the divisor is but for norms below 1e-15.
    let gradient = zip(difference, direction).map { part, text in
      norm > 0 ? slope * (text - cosine * part / norm) / divisor : 0
    }
    return FeatureMeasurement(
      loss: -Elementary.logarithm((1 + cosine) / 2),
      gradient: after.gradient(of: gradient).map { Float($0) })
  }
}

/// How near an image's features are to a text's, whatever it was made from: `−ln((1 + s·cos(I, T)) / 2)`.
///
/// `s = e^t / 100` with CLIP's temperature `t`, 1 for all published models. DiffusionCLIP optimizes latents with it, with
/// the text “a TARGET”.
///
/// Source: `gwang-kim/DiffusionCLIP`, `losses/clip_loss.py`, `global_clip_loss`, and `diffusionclip.py`,
/// `clip_latent_optim`.
package struct GlobalCLIPLoss: FeatureLoss {
  /// T of norm 1, `[D]`.
  package let text: [Double]

  /// The loss of a text.
  ///
  /// - Parameter text: its features, `[D]`, divided by their norm.
  /// - Throws: ``ObjectiveError/noDirection(what:)``.
  package init(text: [Float]) throws(ObjectiveError) {
    self.text = try UnitFeatures(text.map(Double.init), of: "the text").values
  }

  /// 0 for the text's direction; the source is not looked at.
  package func measure(
    edited: [Float], source: [Float]
  ) throws(ObjectiveError) -> FeatureMeasurement {
    let after = try UnitFeatures(edited, count: text.count, of: "the edited image")
    let cosine = after.dot(text)
    return FeatureMeasurement(
      loss: -Elementary.logarithm((1 + cosine) / 2),
      gradient: after.gradient(of: text.map { -$0 / (1 + cosine) }).map { Float($0) })
  }
}
