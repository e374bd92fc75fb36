import Essentials
import Foundation
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
  private let records: Data

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
    let bytes = 2 * shape.elementCount
    let path = environment.path(
      "latents-\(FileDigest.sha256(of: "\(codec.fingerprint) \(faces.plan)".utf8).prefix(12)).bin")
    func made() throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    }
    let total = 2 * faces.count
    if (try? made().count) != total * bytes {
      let file = try AtomicFile(path)
      for start in stride(from: 0, to: total, by: 256) {
        let portion = min(256, total - start)
        let latents = try codec.latents(portion, workers: environment.workers) { index in
          faces.picture((start + index) / 2, isMirrored: (start + index) % 2 == 1)
        }
        for (index, latent) in latents.enumerated() {
          let halves = latent.values.map { Float16($0) }
          try halves.withUnsafeBytes { try file.write($0, at: (start + index) * bytes) }
        }
        if start + portion < total, environment.shouldStop() { throw TrainingStopped() }
        environment.report(.preparing("encoding faces", done: start + portion, total: total))
      }
      try file.commit()
    }
    records = try made()
  }

  /// The latent of a face or of its mirror image.
  package func latent(_ sample: Int, isMirrored: Bool) -> Tensor {
    let count = shape.elementCount
    let start = records.startIndex + (2 * sample + (isMirrored ? 1 : 0)) * 2 * count
    return Tensor(
      shape: shape,
      values: records[start..<start + 2 * count].withUnsafeBytes { bytes in
        (0..<count).map { Float(bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Float16.self)) }
      })
  }
}
