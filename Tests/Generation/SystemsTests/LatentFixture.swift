import Diffusion
import Graphs
import Images
import Models
import Networks
import Pipelines
import Systems
import Tensors
import TestSupport
import Texts

/// Seeded networks of the systems that diffuse in latents: the compact ones, whose last filters are scaled so that they
/// say little.
enum LatentFixture {
  static func network(
    _ network: any Network, seed: UInt64 = 5, factors: [String: Float] = [:]
  ) throws -> LoadedNetwork {
    var parameters: [String: Tensor] = [:]
    for parameter in try Graph(tracing: network).parameters {
      var tensor = SeededParameters.tensor(
        named: parameter.name, shape: parameter.shape, seed: seed)
      if let factor = factors[parameter.name] {
        tensor.values = tensor.values.map { factor * $0 }
      }
      parameters[parameter.name] = tensor
    }
    return TinyModels.loaded(network, parameters, identity: "\(network.name)-\(seed)")
  }

  static func codec(_ model: LatentAutoencoder = CompactNetworks.autoencoder) throws -> LatentCodec
  {
    LatentCodec(
      encoder: try network(model.encoder), decoder: try network(model.decoder),
      configuration: model.configuration, scale: 0.5)
  }

  /// Collaborative Diffusion's networks; `weighing` is a factor of the last filters of what weighs: 0 is how a training
  /// begins, nil leaves both out.
  static func collaborative(weighing: Float? = 1) throws -> CollaborativeModel {
    func branch(_ denoiser: LatentUNet, _ diffuser: LatentUNet) throws
      -> CollaborativeModel.Branch
    {
      try CollaborativeModel.Branch(
        denoiser: network(denoiser, factors: ["out.2.weight": 0.25]),
        diffuser: weighing.map {
          try network(diffuser, factors: ["out.2.weight": $0, "out.2.bias": $0])
        })
    }
    return try CollaborativeModel(
      map: branch(CompactNetworks.mapBranch, CompactNetworks.mapDiffuser),
      text: branch(CompactNetworks.textBranch, CompactNetworks.textDiffuser),
      mapEncoder: network(CompactNetworks.mapEncoder),
      texts: TextContext(
        network(CompactNetworks.clipText),
        vocabulary: CompactVocabulary(tokens: [320, 1125], size: CompactNetworks.vocabularySize),
        count: CompactNetworks.textTokens),
      codec: codec(), kind: .velocity)
  }

  /// Networks of the published form: the label map has a size of its own and is read as tokens alone.
  static func collaborativeReadingTokens() throws -> CollaborativeModel {
    let classes = CompactNetworks.mapClasses
    let denoiser = LatentUNet(name: "tokens", summary: "", .compactBranch(contextCount: classes))
    let model = try collaborative()
    return try CollaborativeModel(
      map: CollaborativeModel.Branch(
        denoiser: network(denoiser, factors: ["out.2.weight": 0.25]),
        diffuser: network(CompactNetworks.mapDiffuser)),
      text: CollaborativeModel.Branch(
        denoiser: model.text.denoiser.network, diffuser: model.text.diffuser?.network),
      mapEncoder: network(
        MaskEncoder(name: "map", summary: "", classes: classes, side: 16, width: 128)),
      texts: model.texts, codec: model.codec, kind: .noise)
  }

  static func scadm(isMasked: Bool = true) throws -> SCADMModel {
    try SCADMModel(
      network(CompactNetworks.scadm(isMasked: isMasked), factors: ["out.2.weight": 0.25]),
      encoder: network(SCADMStyleEncoder.compact),
      codec: codec(CompactNetworks.quantizingAutoencoder), kind: .velocity)
  }

  /// Collaborative Diffusion's compact networks as `Tools/make_latent_trajectory_goldens.py` runs them: predictions of
  /// noise, a seed for each network.
  static func officialCollaborative() throws -> CollaborativeModel {
    func branch(
      _ denoiser: LatentUNet, _ diffuser: LatentUNet, _ seed: UInt64
    ) throws -> CollaborativeModel.Branch {
      try CollaborativeModel.Branch(
        denoiser: network(denoiser, seed: seed, factors: ["out.2.weight": 0.25]),
        diffuser: network(diffuser, seed: seed + 2))
    }
    let model = try collaborative()
    return try CollaborativeModel(
      map: branch(CompactNetworks.mapBranch, CompactNetworks.mapDiffuser, 5),
      text: branch(CompactNetworks.textBranch, CompactNetworks.textDiffuser, 6),
      mapEncoder: model.mapEncoder, texts: model.texts, codec: model.codec, kind: .noise)
  }

  /// A small U-Net of SCA-DM's published form, likewise.
  static func officialSCADM() throws -> SCADMModel {
    var configuration = SCADMUNet.Configuration()
    (configuration.latentSize, configuration.mapSize, configuration.codeWidth) = (16, 64, 48)
    (configuration.channels, configuration.multipliers) = (32, [1, 2])
    (configuration.residualBlocks, configuration.headChannels) = (1, 16)
    configuration.attentionLevels = [1]
    var stage = LatentAutoencoder.Configuration.compact(size: 64)
    stage.latentChannels = 3
    return try SCADMModel(
      network(
        SCADMUNet(name: "sca-dm-reduced", summary: "", configuration),
        factors: ["out.2.weight": 0.25]),
      encoder: network(SCADMStyleEncoder.compact),
      codec: codec(LatentAutoencoder(name: "reduced", summary: "", stage)), kind: .noise)
  }

  /// A label map of broad stripes, other ones for every number.
  static func labels(_ number: Int) -> Raster {
    Raster(
      width: 128, height: 128, channels: 1,
      samples: (0..<128 * 128).map { UInt8(($0 / 128 / 16 + 5 * number) % 19) })
  }

  static func picture(_ number: Int) -> Raster {
    SDGFixture.picture(UInt64(number), width: 128, height: 128)
  }

  static func request(_ number: Int) -> ImageRequest {
    ImageRequest(
      id: "\(number)", seed: UInt64(40 + number), text: "face \(number)",
      image: { picture(number) }, labels: { labels(number) })
  }
}
