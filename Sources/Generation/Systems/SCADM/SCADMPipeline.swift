import Diffusion
import Images
import Models
import Pipelines
import Tensors
import Terms

/// Faces of a label map in the style of images, class by class.
///
/// Source: Ergasti et al., arXiv 2403.12743; `ErgastiAlex/SCA-DM`, `scripts/sample_image.py`, `gradio_demo.py`.
package struct SCADMPipeline: ImagePipeline {
  /// Where the style of a class comes from.
  package enum Style: String, CaseIterable, Sendable {
    /// The image itself.
    case reconstruct
    /// Nothing: the codes of a black image.
    case noise
    /// All classes of the reference.
    case swap
    /// Some classes of the reference, the others of the image.
    case partial
    /// Some classes of nothing, the others of the image.
    case mixed
    /// Some classes between the image and the reference.
    case interpolate

    /// Whether a reference is read.
    package var readsReference: Bool { self == .swap || self == .partial || self == .interpolate }

    /// Refuses a reference that is not read, and the lack of one that is.
    ///
    /// - Throws: ``SystemError/conflict(system:reason:)``.
    func check(hasReference: Bool) throws(SystemError) {
      guard readsReference != hasReference else { return }
      throw .conflict(
        system: "sca-dm",
        reason: readsReference
          ? "'\(rawValue)' takes styles from another image; name it with 'reference' and its label map with "
            + "'reference-labels'"
          : "'\(rawValue)' reads no reference; leave it out")
    }
  }

  /// How images are made.
  package struct Settings: Equatable, Sendable {
    /// Where styles come from.
    package var style = Style.reconstruct
    /// Classes that change in ``Style/partial``, ``Style/mixed`` and ``Style/interpolate``.
    package var classes: Set<Int> = []
    /// How far styles go towards the reference.
    package var amount = 0.5
    /// How far guidance goes.
    package var scale = GuidanceScale.fromUnconditional(1)
    /// Whether steps are ancestral, with noise in every one; otherwise DDIM without noise.
    package var isAncestral = false
    /// Steps of the 1000 that are taken.
    package var steps = 200

    /// The released code's.
    package init() {}
  }

  /// An image whose style is taken, with its label map.
  package struct Reference: Sendable {
    /// RGB at any size.
    package let image: Raster
    /// One channel of classes.
    package let labels: Raster
    /// Names both files' content, for fingerprints.
    package let digest: String

    /// A reference.
    package init(image: Raster, labels: Raster, digest: String) {
      self.image = image
      self.labels = labels
      self.digest = digest
    }
  }

  /// How images are made.
  package let settings: Settings
  /// How many images one call makes best.
  package let groupSize: Int
  private let model: SCADMModel
  private let reference: Reference?
  private let steps: [DiffusionStep]

  /// Joins networks and settings.
  ///
  /// - Parameters:
  ///   - settings: how images are made.
  ///   - model: the networks.
  ///   - reference: whose style is taken; nil where none is.
  ///   - groupSize: how many images one call makes best.
  /// - Throws: `DiffusionError` for a number of steps that the sampler cannot take; ``SystemError``.
  package init(
    _ settings: Settings, model: SCADMModel, reference: Reference?, groupSize: Int
  ) throws {
    try settings.style.check(hasReference: reference != nil)
    self.settings = settings
    self.model = model
    self.reference = reference
    self.groupSize = groupSize
    steps =
      try settings.isAncestral
      ? Timesteps.respaced("\(settings.steps)", of: model.schedule.count)
        .descending(on: model.schedule)
      : Timesteps.uniform(settings.steps, of: model.schedule.count)
        .descending(on: model.schedule)
  }

  /// Changes with every change of the sampling.
  private static let version = 1

  /// Networks, weights and settings.
  package var fingerprint: String {
    var parts = [
      "sca-dm@\(Self.version) style=\(settings.style.rawValue) steps=\(settings.steps)",
      "sampler=\(settings.isAncestral ? "ddpm" : "ddim") scale=\(settings.scale.value)",
      model.fingerprint,
    ]
    if !settings.classes.isEmpty { parts.append("classes=\(settings.classes.sorted())") }
    if settings.style == .interpolate { parts.append("amount=\(settings.amount)") }
    if let reference { parts.append("reference=\(reference.digest)") }
    return parts.joined(separator: " ")
  }

  /// Width and height of the images.
  package var imageSize: Int { model.codec.imageSize }
  /// What its files are.
  package var notes: [String] { model.notes }

  /// Makes the images of a group; see ``ImagePipeline/images(for:workers:shouldStop:)``.
  ///
  /// - Throws: `CancellationError`; `GraphError` for results that are not finite.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    try images(
      for: requests, workers: workers, reading: { try condition(of: $0) },
      making: { conditions in
        let latents = try sampled(
          maps: conditions.map(\.map), codes: codes(for: conditions, workers: workers),
          noise: conditions.map(\.noise), workers: workers, shouldStop: shouldStop)
        return try model.codec.images(of: latents, workers: workers).map { .success($0) }
      })
  }

  /// What one image is made from.
  private struct Condition: Sendable {
    let noise: SeededNoise
    let map: LabelMapCondition
    /// RGB, square; nil where the mode reads no image.
    let image: Raster?
  }

  private func condition(of request: ImageRequest) throws -> Condition {
    guard let labels = request.labels else {
      throw SystemError.missingCondition(id: request.id, what: "label map")
    }
    var picture: Raster?
    if settings.style != .noise, settings.style != .swap {
      guard let image = request.image else {
        throw SystemError.missingCondition(id: request.id, what: "image")
      }
      picture = try square(image())
    }
    return Condition(
      noise: SeededNoise(seed: request.seed), map: try map(of: labels()), image: picture)
  }

  private func square(_ image: Raster) -> Raster {
    image.resized(width: model.mapSize, height: model.mapSize, filter: .bicubic)
  }

  private func map(of labels: Raster) throws -> LabelMapCondition {
    try LabelMapCondition(labels, side: model.mapSize, classes: model.classes)
  }

  // MARK: Styles

  private func codes(for conditions: [Condition], workers: Workers) throws -> [StyleCodes] {
    let maps = conditions.map(\.map)
    func own() throws -> [StyleCodes] {
      try model.codes(of: conditions.map(\.image), maps: maps, workers: workers)
    }
    func nothing() throws -> [StyleCodes] {
      try model.codes(of: conditions.map { _ in nil }, maps: maps, workers: workers)
    }
    func others() throws -> [StyleCodes] {
      guard let reference else { return [] }
      let code = try model.codes(
        of: [square(reference.image)], maps: [map(of: reference.labels)], workers: workers)
      return conditions.map { _ in code[0] }
    }
    let some =
      settings.classes.isEmpty ? Set(0..<model.classes) : settings.classes
    func blended(_ one: [StyleCodes], _ other: [StyleCodes], _ amount: Double) -> [StyleCodes] {
      zip(one, other).map { $0.blended(with: $1, in: some, amount: amount) }
    }
    switch settings.style {
    case .reconstruct: return try own()
    case .noise: return try nothing()
    case .swap: return try others()
    case .partial: return blended(try own(), try others(), 1)
    case .mixed: return blended(try own(), try nothing(), 1)
    case .interpolate: return blended(try own(), try others(), settings.amount)
    }
  }

  // MARK: Sampling

  /// Latents of a group.
  ///
  /// - Parameters:
  ///   - maps: a label map an image.
  ///   - codes: an image's codes.
  ///   - noise: an image's.
  ///   - workers: threads; no bit depends on them.
  ///   - shouldStop: asked at every step.
  /// - Returns: a latent an image.
  /// - Throws: `CancellationError`; `GraphError` for results that are not finite.
  package func sampled(
    maps: [LabelMapCondition], codes: [StyleCodes], noise: [SeededNoise], workers: Workers,
    shouldStop: @Sendable () -> Bool = { false }
  ) throws -> [Tensor] {
    let scale = settings.scale
    let conditions = try model.prepared(maps: maps, codes: codes, workers: workers)
    let nothing =
      scale.needsUnconditional
      ? try model.prepared(
        maps: maps.map { _ in nil }, codes: codes.map { _ in nil }, workers: workers) : []
    let sampler: any Sampler =
      settings.isAncestral
      ? DDPMSampler(variance: .small, clampsImage: false) : DDIMSampler()
    return try sampler.run(
      noise.map { $0.initial(model.codec.latentShape) }, over: steps, noise: noise,
      workers: workers
    ) { samples, step in
      if shouldStop() { throw CancellationError() }
      let found = try model.predictions(
        of: samples, at: step.timestep, conditions, workers: workers)
      guard scale.needsUnconditional else { return found }
      let other = try model.predictions(
        of: samples, at: step.timestep, nothing, workers: workers)
      return try zip(found, other).map {
        try Prediction.guided(conditional: $0, unconditional: $1, scale: scale)
      }
    }
  }
}
