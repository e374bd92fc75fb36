import Checkpoints
import Images
import Metrics
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors

/// What DDGI's trained networks are worth, on faces of the test world.
struct InversionEvaluation {
  private let file: CompositeFile
  private let networks: InversionNetworks
  private let generator: CodedGenerator
  private let models: ControlledModels
  private let workers: Workers
  private static let faces = 200

  /// Joins a file of trained networks with the generator, and with the diffusion beside it.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(
    _ file: CompositeFile, _ networks: InversionNetworks, _ generator: CodedGenerator,
    in environment: TrainingEnvironment
  ) throws {
    workers = environment.workers
    (self.file, self.networks, self.generator) = (file, networks, generator)
    models = try ControlledModels(file: environment.file(of: CompactNetworks.controlName))
  }

  private func made(
    _ requests: [ImageRequest], by hint: CompactNetworks.Hint, isModulated: Bool,
    at tap: DDGIPipeline.Tap
  ) throws -> [Raster] {
    let finder = try CodeFinder.compact(
      networks, file, isModulated: isModulated, mean: generator.mean)
    let maker: DDGIPipeline.Maker =
      switch generator {
      case .pictures(let faces): .codes(finder, faces, at: tap)
      case .heads(let heads):
        .heads(try HeadFinder(codes: finder, in: file), heads, yaw: 0, pitch: 0, at: tap)
      }
    return try DDGIPipeline(
      models[hint], hint: hint, maker: maker, steps: InversionMaterial.steps
    ).images(for: requests, workers: workers, shouldStop: { false }).map { try $0.get() }
  }

  /// How far parts agree with label maps, and persons with the faces.
  ///
  /// - Throws: `GraphError` for a result that is not finite; errors of the embedded networks.
  func metrics() throws -> [HeldOutMetric] {
    let hinted = HintedFaces(Self.faces, workers: workers)
    let parser = try CompactParser(workers: workers)
    let persons = try CompactPersons(workers: workers)
    let labels = hinted.faces.map(\.labels)
    let faces = hinted.faces.map(\.picture)
    return try CompactNetworks.Hint.allCases.flatMap { hint in
      try [("", true), (" without modulation", false)].flatMap { words, isModulated in
        try DDGIPipeline.Tap.allCases.flatMap { tap -> [HeldOutMetric] in
          let made = try made(hinted.requests, by: hint, isModulated: isModulated, at: tap)
          let data =
            "\(Self.faces) faces of the test world by \(hint.rawValue), \(tap.rawValue) step\(words)"
          return [
            HeldOutMetric(
              name: "accuracy of parts",
              value: try parser.agreement(of: made, with: labels).accuracy ?? 0, minimum: nil,
              data: data),
            HeldOutMetric(
              name: "mean cosine of identity with the faces",
              value: try persons.likeness(of: made, to: faces), minimum: nil, data: data),
          ]
        }
      }
    }
  }

  /// Faces and what is made of their captions and hints.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  func pictures() throws -> [CardPicture] {
    let hinted = HintedFaces(8, workers: workers)
    let rows = try CompactNetworks.Hint.allCases.flatMap { hint in
      try DDGIPipeline.Tap.allCases.flatMap { tap in
        try made(hinted.requests, by: hint, isModulated: true, at: tap)
      }
    }
    return [
      CardPicture(
        name: "samples",
        caption:
          "Faces of the test world, and what codes make of their captions: with label maps, seen at the first step and at "
          + "the last; with scribbles, the same.",
        raster: PictureGrid(
          pictures: hinted.faces.map(\.picture) + rows, columns: 8, zoom: 2
        ).raster)
    ]
  }
}
