import Checkpoints
import Diffusion
import Images
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors

/// What trained branches and the networks that weigh them are worth, on faces of the test world.
struct CollaborativeEvaluation {
  private let model: CollaborativeModel
  private let workers: Workers
  private static let faces = 200
  private static let timesteps = [50, 250, 500, 750]

  /// Reads a file of the system and the autoencoder beside it.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(file: String, in environment: TrainingEnvironment) throws {
    model = try .compact(
      CompositeFile(environment.path(file), layout: .collaborative), texts: .ofProgram(),
      codec: environment.codec())
    workers = environment.workers
  }

  /// Errors of the velocity by each branch and by their mixtures.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func metrics() throws -> [HeldOutMetric] {
    let faces = LatentFaces(Self.faces, seed: 11, workers: workers)
    let conditions = try model.conditions(
      maps: faces.faces.map {
        try LabelMapCondition(
          $0.labels, side: model.mapSize, classes: CompactNetworks.mapClasses)
      }, texts: faces.faces.map(\.caption), workers: workers)
    let preparation = try model.prepared(conditions, workers: workers)
    // Errors of every face, summed over the timesteps.
    var full = [Double](repeating: 0, count: Self.faces)
    var equal = full
    var metrics: [HeldOutMetric] = []
    for timestep in Self.timesteps {
      let noisy = try faces.noisy(
        at: timestep, by: model.codec, on: model.schedule, workers: workers)
      let (samples, wanted) = (noisy.map(\.latent), noisy.map(\.velocity))
      let maps = try model.predictions(
        of: samples, at: timestep, by: .map, preparation, workers: workers)
      let texts = try model.predictions(
        of: samples, at: timestep, by: .text, preparation, workers: workers)
      let shares =
        try model.influences(on: samples, at: timestep, preparation, workers: workers) ?? []
      let half = Influence(share: 0.5, rows: samples[0].shape[1], columns: samples[0].shape[2])
      func mixed(_ share: (Int) -> Influence) throws -> [Double] {
        LatentFaces.errors(
          of: try samples.indices.map { index in
            let used = share(index)
            return try Prediction.mixed(
              [maps[index], texts[index]], maps: [used.map, used.text])
          }, wanted)
      }
      let weighed = try mixed { shares[$0] }
      let halved = try mixed { _ in half }
      full = zip(full, weighed).map(+)
      equal = zip(equal, halved).map(+)
      for (name, error) in [
        ("the label map's branch", LatentFaces.error(of: maps, wanted)),
        ("the text's branch", LatentFaces.error(of: texts, wanted)),
        ("both by halves", Self.mean(halved)), ("both as weighed", Self.mean(weighed)),
      ] {
        metrics.append(
          HeldOutMetric(
            name: "error of the velocity at timestep \(timestep), \(name)", value: error,
            minimum: nil, data: "\(Self.faces) faces of the test world"))
      }
    }
    let whole = Self.mean(equal)
    let saved = zip(equal, full).map { ($0 - $1) / whole }
    let data = "mean over timesteps \(Self.timesteps)"
    metrics.append(
      HeldOutMetric(
        name: "share of the error by halves that the weights save", value: Self.mean(saved),
        minimum: nil, data: data))
    metrics.append(
      HeldOutMetric(
        name: "the same, lower end of its 99 % interval over faces",
        value: Self.mean(saved) - Self.quantile * Self.standardError(saved), minimum: 0, data: data)
    )
    return try metrics
      + faces.overlap(of: made(faces.requests, .full), "by both branches", workers: workers)
  }

  private func made(
    _ requests: [ImageRequest], _ mixing: CollaborativePipeline.Mixing
  ) throws -> [Raster] {
    var settings = CollaborativePipeline.Settings()
    settings.mixing = mixing
    // As the networks that weigh were trained.
    settings.isReweighted = false
    return try CollaborativePipeline(settings, model: model).images(
      for: requests, workers: workers, shouldStop: { false }
    ).map { try $0.get() }
  }

  /// Of the normal distribution, for an interval of 99 %.
  private static let quantile = 2.576

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private static func standardError(_ values: [Double]) -> Double {
    let mean = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }

  /// Faces that are made from label maps and captions.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func pictures() throws -> [CardPicture] {
    let faces = LatentFaces(8, seed: 11, workers: workers)
    let requests = faces.requests
    let rows =
      try faces.faces.map(\.picture) + made(requests, .full) + made(requests, .map)
      + made(requests, .text)
    return [
      CardPicture(
        name: "samples",
        caption:
          "Faces of the test world, and what is made of their label maps and captions: by both, by the map alone, "
          + "by the caption alone.",
        raster: PictureGrid(pictures: rows, columns: 8).raster)
    ]
  }
}
