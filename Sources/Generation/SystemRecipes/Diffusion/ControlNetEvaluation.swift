import Diffusion
import Images
import Metrics
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors

/// What a trained controlled diffusion is worth, on faces of the test world.
struct ControlNetEvaluation {
  private let models: ControlledModels
  private let workers: Workers
  private static let faces = 200
  private static let timesteps = [50, 250, 500, 750]
  private static let steps = 20

  /// Reads a file with both kinds of hints.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(file: String, workers: Workers) throws {
    self.workers = workers
    models = try ControlledModels(file: file)
  }

  /// Errors of the velocity, and how far samples obey their label maps.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func metrics() throws -> [HeldOutMetric] {
    let faces = HintedFaces(Self.faces, workers: workers).faces
    let others = faces.dropFirst() + faces.prefix(1)
    let parser = try CompactParser(workers: workers)
    return try CompactNetworks.Hint.allCases.flatMap { kind -> [HeldOutMetric] in
      let model = models[kind]
      let data = "\(Self.faces) faces of the test world, by \(kind.rawValue)"
      var metrics = try Self.timesteps.map { timestep in
        HeldOutMetric(
          name: "error of the velocity at timestep \(timestep), by \(kind.rawValue)",
          value: try error(of: faces, model, kind, at: timestep), minimum: nil, data: data)
      }
      let made = try samples(of: faces, model, kind)
      let accuracy = try parser.agreement(of: made, with: faces.map(\.labels)).accuracy ?? 0
      let chance = try parser.agreement(of: made, with: others.map(\.labels)).accuracy ?? 0
      metrics.append(
        HeldOutMetric(
          name: "accuracy of parts on samples by \(kind.rawValue)", value: accuracy, minimum: nil,
          data: data))
      metrics.append(
        HeldOutMetric(
          name: "the same, divided by that with other faces' maps", value: accuracy / chance,
          minimum: 1.3, data: data))
      return metrics
    }
  }

  private func error(
    of faces: [HintedFaces.Face], _ model: ControlledModel, _ kind: CompactNetworks.Hint,
    at timestep: Int
  ) throws -> Double {
    let level = try model.schedule.level(at: timestep)
    var (noisy, wanted): ([Tensor], [Tensor]) = ([], [])
    for face in faces {
      let clean = face.picture.signedPlanes
      let noise = SeededNoise(seed: UInt64(1000 * timestep + face.number)).initial(clean.shape)
      let sample = level.noised(clean, with: noise)
      noisy.append(sample)
      wanted.append(
        Prediction(.noise, noise).converted(to: .velocity, in: sample, at: level).values)
    }
    let preparation = try model.prepared(
      captions: faces.map(\.caption), hints: faces.map { try $0.hint(kind) }, workers: workers)
    return LatentFaces.error(
      of: try model.predictions(of: noisy, at: timestep, preparation, workers: workers), wanted)
  }

  private func samples(
    of faces: [HintedFaces.Face], _ model: ControlledModel, _ kind: CompactNetworks.Hint
  ) throws -> [Raster] {
    let preparation = try model.prepared(
      captions: faces.map(\.caption), hints: faces.map { try $0.hint(kind) }, workers: workers)
    let noise = faces.map { SeededNoise(seed: UInt64(8000 + $0.number)) }
    let steps = try Timesteps.uniform(Self.steps, of: model.schedule.count)
      .descending(on: model.schedule)
    return try DDIMSampler().run(
      noise.map { $0.initial(model.sampleShape) }, over: steps, noise: noise, workers: workers
    ) { samples, step in
      try model.predictions(of: samples, at: step.timestep, preparation, workers: workers)
    }.map { Raster(signedPlanes: $0) }
  }

  /// Faces and what is made of their captions and hints.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func pictures() throws -> [CardPicture] {
    let faces = HintedFaces(8, workers: workers).faces
    let rows = try CompactNetworks.Hint.allCases.flatMap { kind in
      try samples(of: faces, models[kind], kind)
    }
    return [
      CardPicture(
        name: "samples",
        caption:
          "Faces of the test world, and what is made of their captions and label maps, and of captions and "
          + "scribbles.",
        raster: PictureGrid(pictures: faces.map(\.picture) + rows, columns: 8, zoom: 2).raster)
    ]
  }
}
