import Checkpoints
import Diffusion
import Images
import Metrics
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors

/// What a trained U-Net with its style encoder is worth, on faces of the test world.
struct SCADMEvaluation {
  private let model: SCADMModel
  private let workers: Workers
  private static let faces = 200
  private static let timesteps = [50, 250, 500, 750]
  private static let steps = 50

  /// Reads a file of the system and the autoencoder beside it.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(file: String, isMasked: Bool, in environment: TrainingEnvironment) throws {
    model = try .compact(
      CompositeFile(environment.path(file), layout: .latentDiffusion), isMasked: isMasked,
      codec: environment.codec(as: CompactNetworks.quantizingAutoencoder))
    workers = environment.workers
  }

  /// Errors of the velocity with the faces' own styles and with those of black images.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func metrics() throws -> [HeldOutMetric] {
    let faces = LatentFaces(Self.faces, seed: 12, workers: workers)
    let maps = try faces.faces.map {
      try LabelMapCondition($0.labels, side: model.mapSize, classes: model.classes)
    }
    let own = try model.prepared(
      maps: maps,
      codes: model.codes(of: faces.faces.map(\.picture), maps: maps, workers: workers),
      workers: workers)
    let nothing = try model.prepared(
      maps: maps, codes: model.codes(of: maps.map { _ in nil }, maps: maps, workers: workers),
      workers: workers)
    let errors = try Self.timesteps.flatMap { timestep in
      let noisy = try faces.noisy(
        at: timestep, by: model.codec, on: model.schedule, workers: workers)
      return try [("their own styles", own), ("no styles", nothing)].map { words, conditions in
        HeldOutMetric(
          name: "error of the velocity at timestep \(timestep), \(words)",
          value: LatentFaces.error(
            of: try model.predictions(
              of: noisy.map(\.latent), at: timestep, conditions, workers: workers),
            noisy.map(\.velocity)),
          minimum: nil, data: "\(Self.faces) faces of the test world")
      }
    }
    return try errors
      + faces.overlap(
        of: made(faces.requests, .reconstruct, nil), "in their own styles", workers: workers)
  }

  private func made(
    _ requests: [ImageRequest], _ style: SCADMPipeline.Style,
    _ reference: SCADMPipeline.Reference?
  ) throws -> [Raster] {
    var settings = SCADMPipeline.Settings()
    settings.style = style
    settings.steps = Self.steps
    return try SCADMPipeline(settings, model: model, reference: reference, groupSize: 16).images(
      for: requests, workers: workers, shouldStop: { false }
    ).map { try $0.get() }
  }

  /// Faces that are made from label maps, with their own styles, another face's and drawn ones.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func pictures() throws -> [CardPicture] {
    let faces = LatentFaces(9, seed: 12, workers: workers)
    let (shown, other) = (Array(faces.requests.prefix(8)), faces.faces[8])
    let reference = SCADMPipeline.Reference(
      image: other.picture, labels: other.labels, digest: "card")
    let rows =
      try faces.faces.prefix(8).map(\.picture) + made(shown, .reconstruct, nil)
      + made(shown, .swap, reference) + made(shown, .noise, nil)
    return [
      CardPicture(
        name: "samples",
        caption:
          "Faces of the test world, and what is made of their label maps: in their own styles, in those of one other "
          + "face, in drawn ones.",
        raster: PictureGrid(pictures: rows, columns: 8).raster)
    ]
  }
}
