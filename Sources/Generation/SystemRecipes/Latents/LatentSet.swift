import Essentials
import Graphs
import Images
import Kernels
import Models
import Networks
import Pipelines
import Recipes
import Tensors

/// The latents of a training set's faces and of their mirror images, made once and kept in a file.
///
/// A latent is the mean that the encoder gives, times the autoencoder's scale, in half precision.
///
/// - Deviation: latent diffusion draws a sample from the encoder's distribution, whose deviation is far below a
///   latent's own.
package struct LatentSet: Sendable {
  /// The faces.
  package let faces: SyntheticTrainingSet
  /// `[Z, s, s]` of a latent.
  package let shape: [Int]
  private let records: RecordFile

  /// Opens the latents of faces, making them first where they are not there.
  ///
  /// - Parameters:
  ///   - faces: the faces.
  ///   - codec: the autoencoder.
  ///   - environment: threads, folder and reports.
  /// - Throws: ``TrainingStopped``, `FileError`; `GraphError` for a latent that is not finite.
  init(
    _ faces: SyntheticTrainingSet, by codec: LatentCodec, in environment: TrainingEnvironment
  ) throws {
    self.faces = faces
    shape = codec.latentShape
    records = try environment.records(
      "latents-\(FileDigest.sha256(of: "\(codec.fingerprint) \(faces.plan)".utf8).prefix(12)).bin",
      "encoding faces", count: 2 * faces.count, recordBytes: 2 * shape.elementCount, portion: 256
    ) { range in
      try codec.latents(range.count, workers: environment.workers) { index in
        let place = range.lowerBound + index
        return faces.picture(place / 2, isMirrored: place % 2 == 1)
      }.map { latent in
        latent.values.map { Float16($0) }.withUnsafeBytes { [UInt8]($0) }
      }
    }
  }

  /// The latent of a face or of its mirror image.
  package func latent(_ sample: Int, isMirrored: Bool) -> Tensor {
    let bytes = records.bytes(
      of: 2 * sample + (isMirrored ? 1 : 0), 0..<2 * shape.elementCount)
    return Tensor(
      shape: shape,
      values: bytes.withUnsafeBytes { bytes in
        (0..<shape.elementCount).map {
          Float(bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self))
        }
      })
  }
}
