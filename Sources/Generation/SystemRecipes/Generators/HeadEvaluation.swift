import Checkpoints
import Faces
import Images
import Models
import Networks
import Recipes
import Systems
import Tensors

/// What a trained generator of heads is worth, on heads of the test world whose codes are found in their fronts.
struct HeadEvaluation {
  private let generator: HeadGenerator
  private let encoder: HeadEncoder
  private let workers: Workers
  private static let count = 60
  /// Degrees to which heads are turned.
  private static let yaws: [Float] = [-25, -12.5, 0, 12.5, 25]

  /// Reads the generator's file and the encoder's.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(generator: String, encoder: String, workers: Workers) throws {
    self.generator = try HeadGenerator(checkpoint: generator)
    self.encoder = try HeadEncoder(encoder)
    self.workers = workers
  }

  /// Codes behind the mapping of heads.
  private func mapped(_ fronts: [Raster]) throws -> [[Float]] {
    let codes = try encoder.codes(of: fronts, workers: workers)
    return try generator.mapping.vectors(codes.count, workers: workers) {
      Tensor(shape: [codes[$0].count], values: codes[$0])
    }
  }

  /// Heads of the test world, from a side.
  private func views(_ count: Int, yaw: Float) -> [TurnedHeads.Sample] {
    workers.map(count) { number, _ in
      TurnedHeads.view(of: World.test.scene(number, seed: 14), yaw: yaw, pitch: 0)
    }
  }

  private func fronts(_ count: Int) -> [Raster] { views(count, yaw: 0).map(\.picture) }

  private func made(_ codes: [[Float]], like views: [TurnedHeads.Sample]) throws -> [Raster] {
    try generator.pictures(of: codes, seenBy: views.map(\.view), workers: workers)
      .map { Raster(signedPlanes: $0) }
  }

  /// Errors of views, and whether a head is one person from both sides.
  ///
  /// - Throws: `GraphError` if a result is not finite; errors of the embedded networks.
  func metrics() throws -> [HeldOutMetric] {
    let (left, right) = (views(Self.count, yaw: -25), views(Self.count, yaw: 25))
    let fronts = fronts(Self.count)
    let codes = try mapped(fronts)
    let persons = try CompactPersons(workers: workers)
    let (toLeft, toRight) = (try made(codes, like: left), try made(codes, like: right))
    let made = toLeft + toRight
    let error = zip(made, left + right).reduce(0) { $0 + Self.difference($1.0, $1.1.picture) }
    let values = 2 * Self.count * left[0].picture.samples.count
    let data = "\(Self.count) heads of the test world, turned by 25 degrees each way"
    return [
      HeldOutMetric(
        name: "mean absolute error of a view, values in 0…1",
        value: Double(error) / Double(255 * values), minimum: nil, data: data),
      HeldOutMetric(
        name: "mean cosine of identity of both views",
        value: try persons.likeness(of: toLeft, to: toRight), minimum: nil, data: data),
      HeldOutMetric(
        name: "the same of the heads themselves",
        value: try persons.likeness(of: left.map(\.picture), to: right.map(\.picture)),
        minimum: nil, data: data),
      HeldOutMetric(
        name: "mean cosine of identity of views and the heads' fronts",
        value: try persons.likeness(of: made, to: fronts + fronts), minimum: nil, data: data),
      HeldOutMetric(
        name: "the same of the heads themselves",
        value: try persons.likeness(
          of: (left + right).map(\.picture), to: fronts + fronts), minimum: nil, data: data),
    ]
  }

  /// The sum of absolute differences.
  private static func difference(_ one: Raster, _ other: Raster) -> Int {
    zip(one.samples, other.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
  }

  /// Heads from five sides.
  ///
  /// - Throws: `GraphError` if a result is not finite.
  func pictures() throws -> [CardPicture] {
    let count = 6
    let sides = Self.yaws.map { views(count, yaw: $0) }
    let codes = try mapped(fronts(count))
    let made = try sides.map { try self.made(codes, like: $0) }
    let rows = (0..<count).flatMap { head in
      sides.map { $0[head].picture } + made.map { $0[head] }
    }
    return [
      CardPicture(
        name: "views",
        caption:
          "Heads of the test world from five sides (above), and what is made of the codes that the training's encoder "
          + "finds in their fronts (below).",
        raster: PictureGrid(pictures: rows, columns: Self.yaws.count, zoom: 2).raster)
    ]
  }
}
