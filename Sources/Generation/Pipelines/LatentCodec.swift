import Checkpoints
import Diffusion
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors

/// An autoencoder with its weights: images to the latents that a diffusion works in, and back.
package struct LatentCodec: Sendable {
  /// The half that makes latents; nil where images are only made.
  package let encoder: LoadedNetwork?
  /// The half that makes images.
  package let decoder: LoadedNetwork
  /// What latents are multiplied by before they are diffused.
  package let scale: Double
  /// `[Z, s, s]` of a latent.
  package let latentShape: [Int]
  /// Width and height of an image.
  package let imageSize: Int
  private let isVariational: Bool

  /// Joins both halves of a model.
  ///
  /// - Parameters:
  ///   - encoder: an ``Networks/LatentEncoder`` with weights; nil where images are only made.
  ///   - decoder: the ``Networks/LatentDecoder`` of the same model.
  ///   - configuration: the model's.
  ///   - scale: what latents are multiplied by before they are diffused.
  package init(
    encoder: LoadedNetwork?, decoder: LoadedNetwork,
    configuration: LatentAutoencoder.Configuration, scale: Double
  ) {
    self.encoder = encoder
    self.decoder = decoder
    self.scale = scale
    imageSize = configuration.imageSize
    isVariational = configuration.isVariational
    let side = configuration.imageSize / configuration.reduction
    latentShape = [configuration.latentChannels, side, side]
  }

  /// Reads a file that holds both halves and its scale.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - path: of the file.
  ///   - scale: nil takes the file's own ``Networks/LatentAutoencoder/scaleName``.
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  package init(_ model: LatentAutoencoder, checkpoint path: String, scale: Double? = nil) throws {
    let file = try CompositeFile(path, layout: .autoencoder)
    self.init(
      encoder: try file.network(model.encoder, part: ""),
      decoder: try file.network(model.decoder, part: ""), configuration: model.configuration,
      scale: try scale ?? file.number(LatentAutoencoder.scaleName) ?? 1)
  }

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    "autoencoder=\(decoder.weights.identity) model=\(decoder.network.name) scale=\(scale)"
  }

  /// The latents of images.
  ///
  /// - Parameters:
  ///   - count: how many images there are.
  ///   - workers: threads; no bit depends on them.
  ///   - sampling: noise by which a variational model's latent is drawn; nil takes its mean.
  ///   - image: one of them, RGB, square of ``imageSize``.
  /// - Returns: ``latentShape`` each, times ``scale``.
  /// - Throws: `GraphError` for a latent that is not finite, ``SystemError`` without an encoder.
  package func latents(
    _ count: Int, workers: Workers, sampling: [SeededNoise]? = nil,
    _ image: @Sendable (Int) throws -> Raster
  ) throws -> [Tensor] {
    guard let encoder else {
      throw SystemError.conflict(system: decoder.network.name, reason: "the encoder is not there")
    }
    let factor = Float(scale)
    let (shape, isVariational) = (latentShape, isVariational)
    return try encoder.map(count, workers: workers) {
      try image($0).signedPlanes
    } read: { index, result in
      let found = result(Graph.mainOutput)
      guard isVariational else {
        let latent = found.planar(shape: shape)
        return Tensor(shape: shape, values: latent.values.map { factor * $0 })
      }
      let moments = found.planar(shape: [2 * shape[0]] + shape.dropFirst()).values
      let size = moments.count / 2
      var values = Array(moments[..<size])
      if let noise = sampling?[index].initial(shape) {
        for place in values.indices {
          // The reference's bounds; `ldm/modules/distributions/distributions.py`.
          let logVariance = min(max(Double(moments[size + place]), -30), 20)
          values[place] += Float(Elementary.exponential(logVariance / 2)) * noise.values[place]
        }
      }
      return Tensor(shape: shape, values: values.map { factor * $0 })
    }
  }

  /// The images of latents.
  ///
  /// - Parameters:
  ///   - latents: ``latentShape`` each, times ``scale``.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: RGB, values truncated to 8 bits as latent diffusion's scripts do.
  /// - Throws: `GraphError` for an image that is not finite.
  package func images(of latents: [Tensor], workers: Workers) throws -> [Raster] {
    let factor = Float(1 / scale)
    let size = imageSize
    return try decoder.map(latents.count, workers: workers) { index in
      Tensor(
        shape: latents[index].shape, values: latents[index].values.map { factor * $0 })
    } read: { _, result in
      Raster(truncatingSignedPlanes: result(Graph.mainOutput).planar(shape: [3, size, size]))
    }
  }
}

extension Raster {
  /// Planes in −1…1 as pixels, each brought to the level below; what lies outside is clamped.
  ///
  /// Source: `ziqihuangg/Collaborative-Diffusion`, `generate.py`; `ErgastiAlex/SCA-DM`, `scripts/sample_image.py`.
  ///
  /// - Parameter planes: `[C, H, W]`; what is no number becomes 0.
  package init(truncatingSignedPlanes planes: Tensor) {
    let (channels, height, width) = (planes.shape[0], planes.shape[1], planes.shape[2])
    let size = height * width
    let samples = (0..<channels * size).map { place in
      let value = planes.values[place % channels * size + place / channels]
      // In this order NaN fails both comparisons and becomes 0.
      return UInt8(min(255, max(0, (value + 1) * 127.5)))
    }
    self.init(width: width, height: height, channels: channels, samples: samples)
  }
}
