import Checkpoints
import Faces
import Graphs
import Images
import Kernels
import Metrics
import Models
import Networks
import Recipes
import Systems
import Tensors

/// What a trained generator is worth: faces of random vectors, and faces of the test world found in its codes.
struct GeneratorEvaluation {
  private let generator: FaceGenerator
  private let encoder: LoadedNetwork
  private let workers: Workers
  private static let side = StyleGAN2.compact.configuration.size
  /// Faces that are made and compared.
  private static let samples = 400
  /// Faces that are found.
  private static let faces = 200

  /// Reads the generator's file and the encoder's.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(generator: String, encoder: String, workers: Workers) throws {
    self.generator = try FaceGenerator(.compact, checkpoint: generator, workers: workers)
    self.encoder = try LoadedNetwork(
      GeneratorParts.encoder(of: .compact), checkpoint: OpenCheckpoint(encoder))
    self.workers = workers
  }

  /// All metrics.
  ///
  /// - Throws: `GraphError` if a result is not finite; errors of the embedded networks.
  func metrics() throws -> [HeldOutMetric] { try distances() + inversion() }

  /// Faces of random vectors.
  private func made(_ count: Int) throws -> [Raster] {
    let codes = try generator.codes(
      seeds: (0..<count).map { UInt64(9000 + $0) }, workers: workers)
    return try generator.pictures(of: codes, workers: workers).map { Raster(signedPlanes: $0) }
  }

  private func faces(_ count: Int, seed: UInt64) -> [(picture: Raster, labels: Raster)] {
    workers.map(count) { number, _ in
      let portrait = Portrait(
        World.test.scene(number, seed: seed), size: SyntheticTrainingSet.drawnSide)
      let (picture, labels) = SyntheticTrainingSet.reduced(portrait)
      return (picture.resized(width: Self.side, height: Self.side, filter: .bicubic), labels)
    }
  }

  // MARK: Random vectors

  /// FID, and how far made faces are from each other.
  private func distances() throws -> [HeldOutMetric] {
    let extractor = try CompactFeatures(workers: workers)
    let real = faces(Self.samples, seed: 13).map(\.picture)
    let made = try made(Self.samples)
    let grained = real.enumerated().map { $1.grained(deviation: 20, seed: UInt64($0)) }
    let wanted = try extractor.features(of: real.count) { real[$0] }
    func distance(_ pictures: [Raster]) throws -> Double {
      try FrechetDistance.between(
        wanted, try extractor.features(of: pictures.count) { pictures[$0] }, workers: workers
      ).value
    }
    let others = faces(Self.samples, seed: 14).map(\.picture)
    let (own, floor) = (try distance(made), try distance(others))
    let data = "\(Self.samples) faces of \(Self.side) pixels"
    return [
      HeldOutMetric(
        name: "FID of made faces, divided by that of other real faces", value: own / floor,
        minimum: nil, data: data),
      HeldOutMetric(
        name: "FID of real faces with noise of 20 of 255 steps, divided by that of made faces",
        value: try distance(grained) / own, minimum: 1, data: data),
      HeldOutMetric(
        name: "distance of made faces to the nearest other one, divided by that of real faces",
        value: nearest(made) / nearest(real), minimum: 0.75, data: data),
    ]
  }

  /// The median over pictures of the root mean square distance to the nearest other one.
  private func nearest(_ pictures: [Raster]) -> Double {
    let found = workers.map(pictures.count) { index, _ in
      pictures.indices.filter { $0 != index }.map { other in
        zip(pictures[index].samples, pictures[other].samples).reduce(0) {
          let difference = Int($1.0) - Int($1.1)
          return $0 + difference * difference
        }
      }.min() ?? 0
    }.sorted()
    return (Double(found[found.count / 2]) / Double(pictures[0].samples.count)).squareRoot()
  }

  // MARK: Found faces

  /// What the encoder's codes make of faces.
  private func found(_ pictures: [Raster]) throws -> [Raster] {
    let layout = EncodedFace(StyleGAN2.compact.configuration)
    let encoded = try encoder.vectors(pictures.count, workers: workers) {
      pictures[$0].signedPlanes
    }
    let mapped = try generator.mapping.vectors(encoded.count, workers: workers) {
      Tensor(shape: [layout.width], values: Array(encoded[$0][layout.mean]))
    }
    let codes = zip(encoded, mapped).map { encoded, mapped in
      encoded[layout.offsets].enumerated().map { $1 + mapped[$0 % layout.width] }
    }
    return try generator.pictures(of: codes, workers: workers).map { Raster(signedPlanes: $0) }
  }

  /// Whether a parser sees the same parts and an identity network the same person.
  private func inversion() throws -> [HeldOutMetric] {
    let faces = faces(Self.faces, seed: 15)
    let (pictures, labels) = (faces.map(\.picture), faces.map(\.labels))
    let made = try found(pictures)
    let parser = try CompactParser(workers: workers)
    let (own, other) = (
      try parser.agreement(of: pictures, with: labels).accuracy ?? 0,
      try parser.agreement(of: made, with: labels).accuracy ?? 0
    )
    let likeness = try CompactPersons(workers: workers).likeness(of: made, to: pictures)
    let data = "\(Self.faces) faces of the test world, found by the encoder of the training"
    return [
      HeldOutMetric(
        name: "accuracy of parts on found faces, divided by that on the faces", value: other / own,
        minimum: 0.9, data: data),
      HeldOutMetric(
        name: "mean cosine of identity of found faces and the faces",
        value: likeness, minimum: 0.5, data: data),
    ]
  }

  // MARK: Pictures

  /// Faces of random vectors, and faces with what is found of them.
  ///
  /// - Throws: `GraphError` if a result is not finite.
  func pictures() throws -> [CardPicture] {
    let faces = faces(8, seed: 15).map(\.picture)
    return [
      CardPicture(
        name: "samples", caption: "Faces made of random vectors.",
        raster: PictureGrid(pictures: try made(32), columns: 8, zoom: 2).raster),
      CardPicture(
        name: "found",
        caption: "Faces of the test world (above), and what the training's encoder finds of them.",
        raster: PictureGrid(pictures: faces + (try found(faces)), columns: 8, zoom: 2).raster),
    ]
  }
}

extension Raster {
  /// The picture with normal noise, in steps of 255.
  fileprivate func grained(deviation: Float, seed: UInt64) -> Raster {
    var numbers = NormalNumbers(seed: seed)
    var grained = self
    for index in samples.indices {
      grained.samples[index] = UInt8(
        min(max((Float(samples[index]) + deviation * numbers.next()).rounded(), 0), 255))
    }
    return grained
  }
}
