import Diffusion
import Graphs
import Images
import Kernels
import Models
import Networks
import Pipelines
import Tensors

/// SCA-DM's networks: a latent diffusion model that a label map and a style code of each class condition, and the
/// encoder that reads the codes off an image.
///
/// Source: Ergasti et al., "Controllable Face Synthesis with Semantic Latent Diffusion Models", ICPR 2024, arXiv
/// 2403.12743.
package struct SCADMModel: Sendable {
  /// The U-Net: a ``Networks/SCADMUNet`` with weights.
  package let denoiser: SteppedNetwork
  /// A ``Networks/SCADMStyleEncoder`` with weights.
  package let encoder: LoadedNetwork
  /// The autoencoder.
  package let codec: LatentCodec
  /// What the U-Net's result is.
  package let kind: Prediction.Kind
  /// The levels of noise that the U-Net was trained on.
  package let schedule: NoiseSchedule
  /// Width and height of the label maps and images that the networks read.
  package let mapSize: Int
  /// Number of classes.
  package let classes: Int
  /// `[D, K, 1]` of an image's codes.
  private let codeShape: [Int]

  /// Joins networks.
  ///
  /// - Throws: `GraphError` for networks with other inputs.
  package init(
    _ unet: LoadedNetwork, encoder: LoadedNetwork, codec: LatentCodec, kind: Prediction.Kind
  ) throws {
    let graph = try Graph(tracing: unet.network)
    let map = try graph.input("map").shape
    codeShape = try graph.input("codes").shape
    denoiser = try SteppedNetwork(unet, varying: SCADMUNet.varyingInputs)
    self.encoder = encoder
    self.codec = codec
    self.kind = kind
    (classes, mapSize) = (map[0], map[1])
    schedule = try .latentDiffusion
  }

  /// Which files its networks were read from, and whether averages.
  package var notes: [String] {
    [WeightFile.summary(of: [denoiser.network.weights, encoder.weights])]
  }

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    "unet=\(denoiser.network.weights.identity) style=\(encoder.weights.identity) "
      + "network=\(denoiser.network.network.name) output=\(kind.rawValue) "
      + "arithmetic=\(encoder.arithmetic.name) \(codec.fingerprint)"
  }

  /// The style codes of images, or of black ones.
  ///
  /// - Parameters:
  ///   - images: RGB, square of ``mapSize``; nil stands for zeros.
  ///   - maps: each image's own label map.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: a code for each class of each image.
  /// - Throws: `GraphError` for codes that are not finite.
  package func codes(
    of images: [Raster?], maps: [LabelMapCondition], workers: Workers
  ) throws -> [StyleCodes] {
    let nothing = Tensor(shape: [3, mapSize, mapSize])
    return try encoder.map(images.count, workers: workers) { index in
      ["image": images[index]?.signedPlanes ?? nothing, "map": maps[index].map]
    } read: { _, result in
      let codes = result(Graph.mainOutput)
      return StyleCodes(codes.planar(shape: [codes.channels, codes.pixels, 1]))
    }
  }

  /// What the steps of a group read of its conditions.
  ///
  /// - Parameters:
  ///   - maps: a label map an image; nil stands for zeros, guidance's other side.
  ///   - codes: an image's codes; nil stands for zeros.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: inputs of ``predictions(of:at:_:workers:)``, one sample an image.
  /// - Throws: `GraphError` for values that are not finite.
  package func prepared(
    maps: [LabelMapCondition?], codes: [StyleCodes?], workers: Workers
  ) throws -> [[String: Tensor]] {
    try denoiser.prepared(
      zip(maps, codes).map { map, codes in
        [
          "map": map?.map ?? Tensor(shape: [classes, mapSize, mapSize]),
          "codes": codes?.tensor ?? Tensor(shape: codeShape),
        ]
      }, workers: workers)
  }

  /// What the U-Net says of latents.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  package func predictions(
    of samples: [Tensor], at timestep: Int, _ conditions: [[String: Tensor]], workers: Workers
  ) throws -> [Prediction] {
    let moment = Tensor(shape: [1], values: [Float(timestep)])
    return try denoiser.results(
      samples.map { ["latent": $0, "timestep": moment] }, conditions: conditions,
      workers: workers
    ).map { Prediction(kind, $0) }
  }
}

/// How each class of a label map looks, a code a class.
package struct StyleCodes: Equatable, Sendable {
  /// `[D, K, 1]`.
  package private(set) var tensor: Tensor

  /// Codes of all classes.
  package init(_ tensor: Tensor) { self.tensor = tensor }

  /// The codes of which some classes go towards another image's: `(1 − a)·own + a·other`.
  ///
  /// - Parameters:
  ///   - other: the other codes.
  ///   - classes: the classes that change.
  ///   - amount: a; at 1 the other's codes, in every bit.
  /// - Returns: the codes between both.
  package func blended(
    with other: StyleCodes, in classes: Set<Int>, amount: Double
  ) -> StyleCodes {
    var blended = self
    let count = tensor.shape[1]
    let share = Float(amount)
    for place in tensor.values.indices where classes.contains(place % count) {
      blended.tensor.values[place] =
        amount == 1
        ? other.tensor.values[place]
        : (1 - share) * tensor.values[place] + share * other.tensor.values[place]
    }
    return blended
  }
}
