import Objectives
import Tensors

/// The loss of an edited image: CLIP's, the face's identity and the difference from the source.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, equations 9 and 10; `gwang-kim/DiffusionCLIP`,
/// `diffusionclip.py`, `clip_finetune`.
package final class EditingObjective {
  /// Factors of the losses' sum.
  package struct Weights: Equatable, Sendable {
    /// Of the logarithm of CLIP's loss.
    package var clip: Double
    /// λ_ID; 0 leaves the identity network out.
    package var identity: Double
    /// λ_L1, of the mean absolute difference; 0 leaves it out.
    package var difference: Double

    /// By default those of the paper: 3, and 0.3 for what keeps the face.
    package init(clip: Double = 3, identity: Double = 0.3, difference: Double = 0.3) {
      self.clip = clip
      self.identity = identity
      self.difference = difference
    }

    /// All three.
    package var text: String {
      "\(clip) of CLIP's, \(identity) of the identity's, \(difference) of the difference"
    }
  }

  /// An image before its edit, and what the networks see of it.
  package struct Source: Sendable {
    /// `[3, S, S]`, values in −1…1.
    package let image: Tensor
    let clip: [Float]
    let identity: [Float]
  }

  /// The loss of an image and its gradient by the image.
  package struct Measurement: Sendable {
    /// The weighted sum.
    package let loss: Double
    /// CLIP's part, without its weight.
    package let clip: Double
    /// The identity's, without its weight; 0 if it is left out.
    package let identity: Double
    /// The mean absolute difference, without its weight; 0 if it is left out.
    package let difference: Double
    /// Of ``loss``, shaped as the image.
    package let gradient: Tensor
  }

  private let clip: DifferentiableFeatures
  private let identity: DifferentiableFeatures?
  private let loss: any FeatureLoss
  private let weights: Weights

  /// Joins frozen networks and losses.
  ///
  /// - Parameters:
  ///   - clip: CLIP's image tower.
  ///   - loss: of its features.
  ///   - identity: the identity network; nil where faces need not be kept.
  ///   - weights: factors of the losses' sum.
  package init(
    clip: DifferentiableFeatures, loss: any FeatureLoss, identity: DifferentiableFeatures?,
    weights: Weights
  ) {
    self.clip = clip
    self.loss = loss
    self.identity = weights.identity == 0 ? nil : identity
    self.weights = weights
  }

  /// What the networks see of images before their edit.
  ///
  /// - Parameter images: `[3, S, S]`, values in −1…1.
  /// - Returns: one for each.
  /// - Throws: `GraphError`.
  package func sources(_ images: [Tensor]) throws -> [Source] {
    let seen = try clip.features(of: images)
    let faces = try identity?.features(of: images)
    return images.indices.map {
      Source(image: images[$0], clip: seen[$0], identity: faces?[$0] ?? [])
    }
  }

  /// Measures images against those that they were made from.
  ///
  /// - Parameters:
  ///   - images: `[3, S, S]`.
  ///   - sources: one for each.
  /// - Returns: one for each; no bit depends on the others.
  /// - Throws: `GraphError`, `ObjectiveError`.
  package func measure(_ images: [Tensor], against sources: [Source]) throws -> [Measurement] {
    let clips = try clip.measure(images) { image, features in
      try loss.measure(edited: features, source: sources[image].clip)
    }
    let faces = try identity?.measure(images) { image, features in
      try IdentityLoss().measure(edited: features, source: sources[image].identity)
    }
    return images.indices.map { index in
      let (clip, face) = (clips[index], faces?[index])
      let clipWeight = Float(weights.clip)
      var gradient = clip.gradient.mapped { clipWeight * $0 }
      if let face {
        let weight = Float(weights.identity)
        gradient = gradient.merged(with: face.gradient) { $0 + weight * $1 }
      }
      let difference =
        weights.difference == 0
        ? 0
        : ValueLoss.absolute.measure(
          images[index], targets: sources[index].image, addingTo: &gradient,
          weight: weights.difference)
      return Measurement(
        loss: weights.clip * clip.loss + weights.identity * (face?.loss ?? 0)
          + weights.difference * difference,
        clip: clip.loss, identity: face?.loss ?? 0, difference: difference, gradient: gradient)
    }
  }
}
