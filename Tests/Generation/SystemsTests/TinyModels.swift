import Diffusion
import Graphs
import Kernels
import Models
import Networks
import Objectives
import Pipelines
import Systems
import Tensors

/// Networks small enough to be run often, seeded as `Tools/make_diffusionclip_goldens.py` seeds them.
enum TinyModels {
  static let seed: UInt64 = 31
  static let imageShape = [3, 16, 16]

  /// DDPM's U-Net at 16 pixels, its last filters scaled so that it says little.
  static let unet = DDPMUNet(
    name: "ddpm-reduced", summary: "",
    DDPMUNet.Configuration(
      imageSize: 16, channels: 32, multipliers: [1, 2], residualBlocks: 2, attentionSizes: [8]))

  /// ADM's U-Net at 16 pixels, which says where the variance lies too.
  static let adm: ADMUNet = {
    var configuration = ADMUNet.Configuration(
      imageSize: 16, channels: 32, multipliers: [1, 2], residualBlocks: 1, attentionSizes: [8])
    configuration.headChannels = 32
    return ADMUNet(name: "adm-reduced", summary: "", configuration)
  }()

  static func parameters(
    of network: some Network, seed: UInt64, factors: [String: Float] = [:]
  ) throws -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map { parameter in
        var tensor = SeededParameters.tensor(
          named: parameter.name, shape: parameter.shape, seed: seed)
        if let factor = factors[parameter.name] {
          tensor.values = tensor.values.map { factor * $0 }
        }
        return (parameter.name, tensor)
      })
  }

  static func loaded(
    _ network: any Network, _ parameters: [String: Tensor], identity: String
  ) -> LoadedNetwork {
    LoadedNetwork(
      network: network, weights: WeightFile(path: "\(identity).safetensors", sha256: identity),
      parameters: parameters)
  }

  /// One of the goldens' three models.
  static func model(_ index: Int = 0) throws -> DiffusionModel {
    let parameters = try parameters(
      of: unet, seed: seed + UInt64(index), factors: ["conv_out.weight": 0.25])
    return DiffusionModel(
      loaded(unet, parameters, identity: "unet-\(index)"), kind: .noise, imageShape: imageShape,
      learnsVariance: false, schedule: try .linear(precision: .single))
  }

  /// A model that says v and the variance.
  static func velocityModel() throws -> DiffusionModel {
    let parameters = try parameters(of: adm, seed: seed, factors: ["out.2.weight": 0.25])
    return DiffusionModel(
      loaded(adm, parameters, identity: "adm"), kind: .velocity, imageShape: imageShape,
      learnsVariance: true, schedule: try .linear())
  }

  /// `2 u − 1` from the sequence of a name.
  static func values(_ name: String, _ count: Int) -> [Float] {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ seed)
    return (0..<count).map { _ in 2 * random.nextUnit() - 1 }
  }

  static func image(_ offset: UInt64 = 0) -> Tensor {
    SeededParameters.input(shape: imageShape, seed: seed + offset)
  }

  /// A small CLIP that sees 24 pixels, and a small identity network that sees 16.
  static func judges(
    loss: (any FeatureLoss)? = nil,
    weights: EditingObjective.Weights = EditingObjective.Weights()
  ) throws -> EditingJudges {
    let clip = Eye(inputShape: [3, 24, 24])
    let face = Eye(inputShape: imageShape, isNormalized: true)
    return EditingJudges(
      clip: .init(
        loaded(clip, try parameters(of: clip, seed: seed), identity: "clip"),
        behind: .clip(side: 24)),
      identity: .init(
        loaded(face, try parameters(of: face, seed: seed + 1), identity: "face"),
        behind: ImageAdapter([])),
      loss: try loss ?? DirectionalLoss(along: values("direction", 6).map(Double.init)),
      lossText: "seeded", weights: weights)
  }
}

/// A small network of images.
struct Eye: SingleInputNetwork {
  let name = "eye"
  let inputShape: [Int]
  /// Whether its result has length 1.
  var isNormalized = false

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let seen = scope["conv"].convolution(input, to: 8, kernel: 3, stride: 2).sigmoid()
    let features = scope["project"].linear(seen.globalAveragePool().flattened(), to: 6)
    return isNormalized ? features.l2Normalized() : features
  }
}
