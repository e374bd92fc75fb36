import Diffusion
import Graphs
import Images
import Models
import Pipelines
import Tensors
import Terms

/// Images that a label map and a text drive together: at every step the noise that both branches find is mixed, pixel by
/// pixel, by two small networks.
///
///     ε = m·ε_map + τ·ε_text,   (m, τ) = softmax(a_map, a_text)
///
/// Source: Huang et al., arXiv 2304.10530, equations 5 to 7; `ziqihuangg/Collaborative-Diffusion`,
/// `ldm/models/diffusion/ddim_compose.py` and `generate.py`.
package struct CollaborativePipeline: ImagePipeline {
  /// How the branches are mixed.
  package enum Mixing: String, CaseIterable, Sendable {
    /// As the networks that weigh say.
    case full
    /// By halves: Liu et al., "Compositional Visual Generation with Composable Diffusion Models".
    case composable
    /// As the networks say on average over the pixels of a step.
    case withoutSpace = "without-space"
    /// As the networks say on average over the steps of a first pass.
    case withoutTime = "without-time"
    /// The label map's branch alone.
    case map
    /// The text's branch alone.
    case text

    /// Whether the networks that weigh are asked.
    package var weighs: Bool { self == .full || self == .withoutSpace || self == .withoutTime }
  }

  /// How images are made.
  package struct Settings: Equatable, Sendable {
    /// How the branches are mixed.
    package var mixing = Mixing.full
    /// Whether the released code's second weighting follows, which the paper does not have.
    package var isReweighted = true
    /// Steps of the 1000 that are taken.
    package var steps = 50
    /// Whether the image is what the label map's shares were, in place of the face.
    package var showsInfluence = false

    /// The released code's.
    package init() {}
  }

  /// How images are made.
  package let settings: Settings
  /// How many images one call makes best.
  package let groupSize: Int
  private let model: CollaborativeModel
  private let steps: [DiffusionStep]

  /// Joins networks and settings.
  ///
  /// - Throws: `DiffusionError` for steps that do not divide 1000; ``SystemError/conflict(system:reason:)`` where shares
  ///   are asked for and nothing weighs.
  package init(
    _ settings: Settings, model: CollaborativeModel, groupSize: Int = 16
  ) throws {
    let weighs = model.map.diffuser != nil && model.text.diffuser != nil
    guard weighs || !settings.mixing.weighs else {
      throw SystemError.conflict(
        system: "collaborative",
        reason:
          "'\(settings.mixing.rawValue)' needs the networks that weigh both branches, and these weights have none"
      )
    }
    guard settings.mixing.weighs || !settings.showsInfluence else {
      throw SystemError.conflict(
        system: "collaborative",
        reason:
          "nothing weighs in the mode '\(settings.mixing.rawValue)', so there are no shares to show"
      )
    }
    self.settings = settings
    self.model = model
    self.groupSize = groupSize
    steps = try Timesteps.uniform(settings.steps, of: model.schedule.count)
      .descending(on: model.schedule)
  }

  /// Changes with every change of the sampling.
  private static let version = 1

  /// Networks, weights and settings.
  package var fingerprint: String {
    var parts = [
      "collaborative@\(Self.version) mixing=\(settings.mixing.rawValue) steps=\(settings.steps)",
      model.fingerprint,
    ]
    if settings.mixing.weighs {
      parts.append("reweighting=\(settings.isReweighted ? "released" : "none")")
      parts += [model.map.diffuser, model.text.diffuser].compactMap(\.?.network.weights.identity)
    }
    if settings.showsInfluence { parts.append("influence") }
    return parts.joined(separator: " ")
  }

  /// What its files say differently.
  package var notes: [String] { model.notes }

  /// Width and height of the images.
  package var imageSize: Int { model.codec.imageSize }

  /// Makes the images of a group; see ``ImagePipeline/images(for:workers:shouldStop:)``.
  ///
  /// - Throws: `CancellationError`; `GraphError` for results that are not finite.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    try images(
      for: requests, workers: workers, reading: { try Wanted($0, for: model) },
      making: { wanted in
        let (latents, shares) = try sampled(
          Self.conditions(wanted, for: model, workers: workers), seeds: wanted.map(\.seed),
          workers: workers, shouldStop: shouldStop)
        let made =
          settings.showsInfluence
          ? shares.map(picture) : try model.codec.images(of: latents, workers: workers)
        return made.map { .success($0) }
      })
  }

  /// What a request asks for.
  struct Wanted: Sendable {
    let seed: UInt64
    let map: LabelMapCondition
    /// In lower case, as the published captions were.
    let text: String

    /// Reads a request.
    ///
    /// - Throws: ``SystemError`` for a condition that is missing or a class that there is not; errors of files.
    init(_ request: ImageRequest, for model: CollaborativeModel) throws {
      guard let labels = request.labels else {
        throw SystemError.missingCondition(id: request.id, what: "label map")
      }
      guard let text = request.text else {
        throw SystemError.missingCondition(id: request.id, what: "text")
      }
      seed = request.seed
      map = try LabelMapCondition(
        labels(), side: model.mapSize, classes: model.mapEncoder.network.inputShape[1])
      self.text = text.lowercased()
    }
  }

  /// Some images' conditions as networks read them.
  static func conditions(
    _ wanted: [Wanted], for model: CollaborativeModel, workers: Workers
  ) throws -> [CollaborativeModel.Condition] {
    try model.conditions(
      maps: wanted.map(\.map), texts: wanted.map(\.text), workers: workers)
  }

  // MARK: Sampling

  /// The label map's shares at a step, before and after the second weighting.
  package struct Shares: Sendable {
    /// As the networks say.
    package let found: Influence
    /// As they are used.
    package let used: Influence
  }

  /// Latents of a group, and the label map's shares at each step.
  ///
  /// - Parameters:
  ///   - conditions: one an image.
  ///   - seeds: one an image.
  ///   - workers: threads; no bit depends on them.
  ///   - shouldStop: asked at every step.
  /// - Returns: a latent an image, and its shares in the order of the steps; none in modes that do not mix.
  /// - Throws: `CancellationError`; `GraphError` for results that are not finite.
  package func sampled(
    _ conditions: [CollaborativeModel.Condition], seeds: [UInt64], workers: Workers,
    shouldStop: @Sendable () -> Bool = { false }
  ) throws -> (latents: [Tensor], shares: [[Shares]]) {
    guard settings.mixing == .withoutTime else {
      return try pass(conditions, seeds, workers, shouldStop) { $0 }
    }
    let first = try pass(conditions, seeds, workers, shouldStop) { $0 }.shares
    let means = first.map { Self.mean($0.map(\.found)) }
    return try pass(conditions, seeds, workers, shouldStop) { _ in means }
  }

  /// The mean of an image's shares over its steps.
  private static func mean(_ shares: [Influence]) -> Influence {
    var mean = shares[0]
    for place in mean.map.values.indices {
      let sum = shares.reduce(0.0) { $0 + Double($1.map.values[place]) }
      mean.map.values[place] = Float(sum / Double(shares.count))
    }
    return mean
  }

  /// All steps once; `adjust` changes the shares that the networks give, one an image.
  private func pass(
    _ conditions: [CollaborativeModel.Condition], _ seeds: [UInt64], _ workers: Workers,
    _ shouldStop: @Sendable () -> Bool, adjust: ([Influence]) -> [Influence]
  ) throws -> (latents: [Tensor], shares: [[Shares]]) {
    let noise = seeds.map { SeededNoise(seed: $0) }
    let preparation = try model.prepared(conditions, workers: workers)
    var shares = [[Shares]](repeating: [], count: conditions.count)
    let latents = try DDIMSampler(eta: 1).run(
      noise.map { $0.initial(model.codec.latentShape) }, over: steps, noise: noise,
      workers: workers
    ) { samples, step in
      if shouldStop() { throw CancellationError() }
      let (predictions, used) = try predictions(
        of: samples, preparation, at: step.timestep, workers, adjust: adjust)
      for (image, share) in used.enumerated() { shares[image].append(share) }
      return predictions
    }
    return (latents, shares)
  }

  private func predictions(
    of samples: [Tensor], _ preparation: CollaborativeModel.Preparation, at timestep: Int,
    _ workers: Workers, adjust: ([Influence]) -> [Influence]
  ) throws -> (predictions: [Prediction], shares: [Shares]) {
    func found(_ modality: CollaborativeModel.Modality) throws -> [Prediction] {
      try model.predictions(
        of: samples, at: timestep, by: modality, preparation, workers: workers)
    }
    switch settings.mixing {
    case .map: return (try found(.map), [])
    case .text: return (try found(.text), [])
    case .full, .composable, .withoutSpace, .withoutTime: break
    }
    let (maps, texts) = (try found(.map), try found(.text))
    let shares = try shares(of: samples, preparation, at: timestep, workers, adjust: adjust)
    let mixed = try samples.indices.map { index in
      try Prediction.mixed(
        [maps[index], texts[index]], maps: [shares[index].used.map, shares[index].used.text])
    }
    return (mixed, shares)
  }

  private func shares(
    of samples: [Tensor], _ preparation: CollaborativeModel.Preparation, at timestep: Int,
    _ workers: Workers, adjust: ([Influence]) -> [Influence]
  ) throws -> [Shares] {
    guard settings.mixing.weighs,
      let found = try model.influences(
        on: samples, at: timestep, preparation, workers: workers)
    else {
      return samples.map { sample in
        let half = Influence(share: 0.5, rows: sample.shape[1], columns: sample.shape[2])
        return Shares(found: half, used: half)
      }
    }
    var shares = adjust(found)
    if settings.mixing == .withoutSpace { shares = shares.map(\.leveled) }
    return shares.map {
      Shares(found: $0, used: settings.isReweighted ? $0.reweighted(at: timestep) : $0)
    }
  }

  // MARK: Shares as a picture

  /// The label map's shares at sixteen steps from noise to image, four a row; white is 1.
  private func picture(of shares: [Shares]) -> Raster {
    let cells = 4
    let side = imageSize / cells
    var picture = Raster(
      width: imageSize, height: imageSize, channels: 3,
      samples: [UInt8](repeating: 0, count: 3 * imageSize * imageSize))
    for cell in 0..<cells * cells {
      let share = shares[cell * (shares.count - 1) / (cells * cells - 1)].used.map
      let small = Raster(
        width: share.shape[1], height: share.shape[0], channels: 1,
        samples: share.values.map { UInt8(min(255, max(0, $0 * 255))) })
      let map = small.resized(width: side, height: side, filter: .nearest)
      for row in 0..<side {
        for column in 0..<side {
          let place =
            ((cell / cells * side + row) * imageSize + cell % cells * side + column) * 3
          for channel in 0..<3 {
            picture.samples[place + channel] = map.samples[row * side + column]
          }
        }
      }
    }
    return picture
  }
}
