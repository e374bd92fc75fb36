import Checkpoints
import Diffusion
import Faces
import Foundation
import Images
import Models
import Networks
import Pipelines
import Recipes
import Tensors

/// Faces of the test world with everything that systems in latents make a face from.
struct LatentFaces: Sendable {
  /// One face.
  struct Face: Sendable {
    /// RGB, 128 pixels.
    let picture: Raster
    /// Classes 0…18, 128 pixels.
    let labels: Raster
    /// Beard and age, in lower case.
    let caption: String
  }

  /// The faces.
  let faces: [Face]

  /// Draws faces.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - seed: which ones of the world.
  ///   - workers: threads.
  init(_ count: Int, seed: UInt64, workers: Workers) {
    faces = workers.map(count) { number, _ in
      let scene = World.test.scene(number, seed: seed)
      let portrait = Portrait(scene, size: SyntheticTrainingSet.drawnSide)
      let (picture, labels) = SyntheticTrainingSet.reduced(portrait)
      return Face(
        picture: picture, labels: labels,
        caption: DialogCaption.beardAndAge(
          FaceTraits(scene, labels: portrait.labels), seed: scene.identity.seed
        ).lowercased())
    }
  }

  /// Requests of systems, a seed a face.
  var requests: [ImageRequest] {
    faces.enumerated().map { index, face in
      ImageRequest(
        id: "\(index)", seed: UInt64(7000 + index), text: face.caption, image: { face.picture },
        labels: { face.labels })
    }
  }

  /// The faces' latents with noise, and the velocity that is to be found.
  ///
  /// - Parameters:
  ///   - timestep: of the 1000.
  ///   - codec: the autoencoder.
  ///   - schedule: the levels of noise.
  ///   - workers: threads.
  /// - Returns: one pair a face, `[Z, s, s]` each.
  /// - Throws: `GraphError` for a latent that is not finite; `DiffusionError` for a timestep that there is not.
  func noisy(
    at timestep: Int, by codec: LatentCodec, on schedule: NoiseSchedule, workers: Workers
  ) throws -> [(latent: Tensor, velocity: Tensor)] {
    let level = try schedule.level(at: timestep)
    let latents = try codec.latents(faces.count, workers: workers) { faces[$0].picture }
    return latents.enumerated().map { index, latent in
      let noise = SeededNoise(seed: UInt64(1000 * timestep + index)).initial(latent.shape)
      let noisy = level.noised(latent, with: noise)
      return (
        noisy,
        Prediction(.noise, noise).converted(to: .velocity, in: noisy, at: level).values
      )
    }
  }

  /// The mean squared error of each face's prediction of the velocity.
  static func errors(of found: [Prediction], _ wanted: [Tensor]) -> [Double] {
    zip(found, wanted).map { found, wanted in
      zip(found.values.values, wanted.values).reduce(0.0) {
        let difference = Double($1.0) - Double($1.1)
        return $0 + difference * difference
      } / Double(wanted.count)
    }
  }

  /// The mean of the faces' errors.
  static func error(of found: [Prediction], _ wanted: [Tensor]) -> Double {
    errors(of: found, wanted).reduce(0, +) / Double(found.count)
  }
}

extension TrainingEnvironment {
  /// The autoencoder that was trained in this folder, or else the program's.
  ///
  /// - Parameter model: how its file is read.
  /// - Returns: the autoencoder.
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  func codec(as model: LatentAutoencoder = CompactNetworks.autoencoder) throws -> LatentCodec {
    try LatentCodec(model, checkpoint: file(of: CompactNetworks.autoencoder.name))
  }
}

extension TextContext {
  /// The tokens of the program's own compact CLIP.
  ///
  /// - Parameter count: how many tokens of a text are read.
  /// - Returns: what reads texts.
  /// - Throws: errors of the embedded file.
  package static func ofProgram(
    tokens count: Int = CompactNetworks.textTokens
  ) throws -> TextContext {
    let file = CompactWeights.path(of: CompactNetworks.clip.name)
    return try TextContext(
      LoadedNetwork(CompactNetworks.clipText, checkpoint: file),
      vocabulary: OpenCheckpoint(file).vocabulary, count: count)
  }
}
