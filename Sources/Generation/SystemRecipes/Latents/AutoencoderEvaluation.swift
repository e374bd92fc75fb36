import Checkpoints
import Faces
import Graphs
import Images
import Kernels
import Metrics
import Models
import Networks
import Pipelines
import Recipes
import Tensors

/// What a trained autoencoder keeps of faces of the test world.
struct AutoencoderEvaluation {
  private let plain: LatentCodec
  private let quantizing: LatentCodec
  private let workers: Workers
  private static let faces = 200

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  init(file: String, workers: Workers) throws {
    plain = try LatentCodec(CompactNetworks.autoencoder, checkpoint: file)
    quantizing = try LatentCodec(CompactNetworks.quantizingAutoencoder, checkpoint: file)
    self.workers = workers
  }

  /// Errors of pixels, likeness of structure, and whether a parser sees the same parts.
  ///
  /// - Throws: `GraphError` if a result is not finite; errors of the embedded parser.
  func metrics() throws -> [HeldOutMetric] {
    let faces = Self.portraits(Self.faces, workers)
    let parser = try CompactParser(workers: workers)
    let labels = faces.map(\.labels)
    let own = try FaceOverlap(of: faces.map(\.picture), with: labels, by: parser)
    let data = "\(Self.faces) faces of the test world, 128×128"
    return try [("", plain), (" with codes", quantizing)].flatMap { words, codec in
      let made = try reconstructed(faces.map(\.picture), by: codec)
      let error = zip(faces, made).reduce(0.0) { sum, pair in
        sum + Self.meanError(pair.0.picture, pair.1) / Double(faces.count)
      }
      let found = try FaceOverlap(of: made, with: labels, by: parser)
      return [
        HeldOutMetric(
          name: "mean absolute error of a reconstruction\(words), values in 0…1", value: error,
          minimum: nil, data: data),
        HeldOutMetric(
          name: "mIoU that the parser has on reconstructions\(words), divided by its own",
          value: found.mean / own.mean, minimum: words.isEmpty ? 0.75 : nil, data: data),
        HeldOutMetric(
          name: "IoU of eyes on reconstructions\(words), divided by the parser's own",
          value: found.eyes / own.eyes, minimum: words.isEmpty ? 0.7 : nil, data: data),
      ]
    }
  }

  private static func portraits(
    _ count: Int, _ workers: Workers
  ) -> [(picture: Raster, labels: Raster)] {
    workers.map(count) { number, _ in
      SyntheticTrainingSet.reduced(
        Portrait(World.test.scene(number, seed: 10), size: SyntheticTrainingSet.drawnSide))
    }
  }

  private static func meanError(_ one: Raster, _ other: Raster) -> Double {
    zip(one.samples, other.samples).reduce(0.0) { $0 + Double(abs(Int($1.0) - Int($1.1))) }
      / Double(255 * one.samples.count)
  }

  private func reconstructed(_ pictures: [Raster], by codec: LatentCodec) throws -> [Raster] {
    let latents = try codec.latents(pictures.count, workers: workers) { pictures[$0] }
    return try codec.images(of: latents, workers: workers)
  }

  /// Faces, their reconstructions, and those from quantized latents.
  ///
  /// - Throws: `GraphError` if a result is not finite.
  func pictures() throws -> [CardPicture] {
    let faces = Self.portraits(8, workers).map(\.picture)
    let rows = try faces + reconstructed(faces, by: plain) + reconstructed(faces, by: quantizing)
    return [
      CardPicture(
        name: "reconstructions",
        caption:
          "Faces of the test world (above), their reconstructions, and those from quantized latents.",
        raster: PictureGrid(pictures: rows, columns: 8).raster)
    ]
  }
}
