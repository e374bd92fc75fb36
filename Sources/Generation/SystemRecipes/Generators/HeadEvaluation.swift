import Checkpoints
import Faces
import Images
import Models
import Networks
import Recipes
import Systems
import Tensors

/// What a trained generator of heads is worth: known heads from sides where they are known, and random ones.
struct HeadEvaluation {
  private let generator: HeadGenerator
  private let codes: Tensor
  private let heads: SyntheticTrainingSet.Plan
  private let workers: Workers
  private static let count = 60
  /// Degrees to which heads are turned.
  private static let yaws: [Float] = [-25, -12.5, 0, 12.5, 25]

  /// Reads the generator's file and the codes of its heads.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(
    generator: String, codes: String, heads: SyntheticTrainingSet.Plan, workers: Workers
  ) throws {
    self.generator = try HeadGenerator(checkpoint: generator)
    self.codes = try Checkpoint.open(path: codes).tensor(named: HeadTraining.codes).tensor()
    self.heads = heads
    self.workers = workers
  }

  /// Codes behind the mapping of some heads.
  private func mapped(_ numbers: [Int]) throws -> [[Float]] {
    let width = codes.shape[1]
    return try generator.mapping.vectors(numbers.count, workers: workers) { index in
      let start = numbers[index] * width
      return Tensor(shape: [width], values: Array(codes.values[start..<start + width]))
    }
  }

  private func views(_ numbers: [Int], yaw: Float) -> [TurnedHeads.Sample] {
    workers.map(numbers.count) { index, _ in
      TurnedHeads.view(
        of: heads.scene(numbers[index]), head: numbers[index], yaw: yaw, pitch: 0, seed: 0)
    }
  }

  private func made(_ codes: [[Float]], like views: [TurnedHeads.Sample]) throws -> [Raster] {
    try generator.pictures(of: codes, seenBy: views.map(\.view), workers: workers)
      .map { Raster(signedPlanes: $0) }
  }

  /// Errors of views, and whether a head is one person from both sides.
  ///
  /// - Throws: `GraphError` if a result is not finite; errors of the embedded networks.
  func metrics() throws -> [HeldOutMetric] {
    let numbers = (0..<min(Self.count, heads.count)).map { $0 * heads.count / Self.count }
    let codes = try mapped(numbers)
    let persons = try CompactPersons(workers: workers)
    let (left, right) = (views(numbers, yaw: -25), views(numbers, yaw: 25))
    let (toLeft, toRight) = (try made(codes, like: left), try made(codes, like: right))
    let made = toLeft + toRight
    let error = zip(made, left + right).reduce(0) { $0 + Self.difference($1.0, $1.1.picture) }
    let values = 2 * numbers.count * left[0].picture.samples.count
    let data = "\(numbers.count) heads of the training, turned by 25 degrees each way"
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
    ]
  }

  /// The sum of absolute differences.
  private static func difference(_ one: Raster, _ other: Raster) -> Int {
    zip(one.samples, other.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
  }

  /// Heads from five sides, and random ones.
  ///
  /// - Throws: `GraphError` if a result is not finite.
  func pictures() throws -> [CardPicture] {
    let numbers = [0, 1, 2, 3].map { $0 * heads.count / 4 }
    let known = try mapped(numbers)
    let random = try generator.mapping.codes(
      seeds: [1, 2, 3, 4], width: codes.shape[1], workers: workers)
    var rows: [Raster] = []
    for (index, number) in numbers.enumerated() {
      let sides = Self.yaws.flatMap { views([number], yaw: $0) }
      rows += sides.map(\.picture)
      rows += try made(sides.map { _ in known[index] }, like: sides)
    }
    for code in random {
      let sides = Self.yaws.flatMap { views([numbers[0]], yaw: $0) }
      rows += try made(sides.map { _ in code }, like: sides)
    }
    return [
      CardPicture(
        name: "views",
        caption:
          "Four heads from five sides, each as it is drawn and as it is made of its code; then heads of random vectors.",
        raster: PictureGrid(pictures: rows, columns: Self.yaws.count, zoom: 2).raster)
    ]
  }
}
