import Diffusion
import Faces
import Images
import Models
import Networks
import Pipelines
import Tensors
import Terms

/// Faces by text and label map, or by text and scribble, through a diffusion model into a generator's codes.
///
/// Source: Kim et al., "Diffusion-driven GAN Inversion for Multi-Modal Face Image Generation", CVPR 2024.
package struct DDGIPipeline: ImagePipeline {
  /// The step whose features become codes, which the paper does not tell.
  package enum Tap: String, CaseIterable, Sendable {
    /// That of noise alone: one call, and the text says most.
    case first
    /// The last one, in which the face is seen.
    case last
  }

  /// What an image is made of.
  package enum Maker: Sendable {
    /// Codes of a generator of pictures.
    case codes(CodeFinder, FaceGenerator, at: Tap)
    /// Codes of a generator of heads, which are turned further by some degrees.
    case heads(HeadFinder, HeadGenerator, yaw: Float, pitch: Float, at: Tap)
    /// The end of the diffusion model's own sampling: ControlNet.
    case diffusion
  }

  /// The diffusion model.
  package let model: ControlledModel
  /// The kind of hint that it reads.
  package let hint: CompactNetworks.Hint
  /// What makes images.
  package let maker: Maker
  /// How many images one call makes best.
  package let groupSize: Int
  private let steps: [DiffusionStep]

  /// Joins networks.
  ///
  /// - Parameters:
  ///   - model: the diffusion model.
  ///   - hint: the kind of hint that it reads.
  ///   - maker: what makes images.
  ///   - steps: of the 1000 that are taken.
  ///   - groupSize: how many images one call makes best.
  /// - Throws: `DiffusionError` for a number of steps that the sampler cannot take.
  package init(
    _ model: ControlledModel, hint: CompactNetworks.Hint, maker: Maker, steps: Int,
    groupSize: Int = 16
  ) throws {
    self.model = model
    self.hint = hint
    self.maker = maker
    self.groupSize = groupSize
    self.steps = try Timesteps.uniform(steps, of: model.schedule.count)
      .descending(on: model.schedule)
  }

  /// Changes with every change of the sampling.
  private static let version = 1

  /// Networks, weights and settings.
  package var fingerprint: String {
    let own =
      switch maker {
      case .codes(let finder, let generator, let tap):
        "\(finder.fingerprint) generator=\(generator.synthesis.weights.identity) tap=\(tap.rawValue)"
      case .heads(let finder, let generator, let yaw, let pitch, let tap):
        "\(finder.fingerprint) heads=\(generator.planes.weights.identity) yaw=\(yaw) pitch=\(pitch) "
          + "tap=\(tap.rawValue)"
      case .diffusion: "controlnet"
      }
    return "ddgi@\(Self.version) hint=\(hint.rawValue) steps=\(steps.count) \(own) "
      + model.fingerprint
  }

  /// Width and height of the images.
  package var imageSize: Int { CompactNetworks.invertedSize }

  /// Makes the images of a group; see ``ImagePipeline/images(for:workers:shouldStop:)``.
  ///
  /// - Throws: `CancellationError`; `GraphError` for results that are not finite.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    try images(
      for: requests, workers: workers, reading: { try condition(of: $0) },
      making: { conditions in
        try images(of: conditions, workers: workers, shouldStop: shouldStop).map { .success($0) }
      })
  }

  /// What one image is made from.
  private struct Condition: Sendable {
    let noise: SeededNoise
    let caption: String
    let hint: Tensor
  }

  private func condition(of request: ImageRequest) throws -> Condition {
    guard let caption = request.text else {
      throw SystemError.missingCondition(id: request.id, what: "text")
    }
    return Condition(
      noise: SeededNoise(seed: request.seed), caption: caption, hint: try planes(of: request))
  }

  private func planes(of request: ImageRequest) throws -> Tensor {
    switch hint {
    case .mask:
      guard let labels = request.labels else {
        throw SystemError.missingCondition(id: request.id, what: "label map")
      }
      return try hint.maskPlanes(labels())
    case .scribble:
      guard let scribble = request.scribble else {
        throw SystemError.missingCondition(id: request.id, what: "scribble")
      }
      return hint.scribblePlane(try scribble())
    }
  }

  private func images(
    of conditions: [Condition], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Raster] {
    let preparation = try model.prepared(
      captions: conditions.map(\.caption), hints: conditions.map(\.hint), workers: workers)
    switch maker {
    case .codes(let finder, let generator, let tap):
      let features = try features(
        at: tap, conditions.map(\.noise), preparation, workers: workers, shouldStop: shouldStop)
      let codes = try finder.codes(of: features, words: preparation.words, workers: workers)
      return try generator.pictures(of: codes.map(\.values), workers: workers).map {
        Raster(signedPlanes: $0)
      }
    case .heads(let finder, let generator, let yaw, let pitch, let tap):
      let features = try features(
        at: tap, conditions.map(\.noise), preparation, workers: workers, shouldStop: shouldStop)
      let codes = try finder.codes.codes(
        of: features, words: preparation.words, workers: workers)
      let views = try finder.views(of: features, workers: workers).map {
        $0.turned(yaw: yaw, pitch: pitch)
      }
      return try generator.pictures(of: codes.map(\.values), seenBy: views, workers: workers).map {
        Raster(signedPlanes: $0)
      }
    case .diffusion:
      return try sampled(
        conditions.map(\.noise), preparation, over: steps[...], workers: workers,
        shouldStop: shouldStop
      ).map { Raster(signedPlanes: $0) }
    }
  }

  private func features(
    at tap: Tap, _ noise: [SeededNoise], _ preparation: ControlledModel.Preparation,
    workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [DiffusionFeatures] {
    // There is a step, or the schedule would not have been accepted.
    guard let step = tap == .first ? steps.first : steps.last else { return [] }
    let before = tap == .first ? steps[..<0] : steps.dropLast()
    let samples = try sampled(
      noise, preparation, over: before, workers: workers, shouldStop: shouldStop)
    return try model.step(samples, at: step.timestep, preparation, workers: workers)
      .map(\.features)
  }

  private func sampled(
    _ noise: [SeededNoise], _ preparation: ControlledModel.Preparation,
    over steps: ArraySlice<DiffusionStep>, workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Tensor] {
    let begun = noise.map { $0.initial(model.sampleShape) }
    guard !steps.isEmpty else { return begun }
    return try DDIMSampler().run(begun, over: Array(steps), noise: noise, workers: workers) {
      samples, step in
      if shouldStop() { throw CancellationError() }
      return try model.predictions(
        of: samples, at: step.timestep, preparation, workers: workers)
    }
  }
}
