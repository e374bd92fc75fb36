/// The compact suite: networks of the published families, small enough to be trained on two cores and
/// to ship with the program.
package enum CompactNetworks {
  /// Side of the pictures that all of them look at.
  package static let imageSize = 128
  /// Side of the part of them that the identity network sees.
  package static let faceSize = 96
  /// Side of the pictures that CLIP's image tower sees.
  package static let clipSize = 96
  /// How many different tokens the text tower knows; the last one ends a text.
  package static let vocabularySize = 512

  /// FID's extractor; its main result has 192 values, a quarter of the published tap 768.
  package static let inception = InceptionV3(
    name: "compact-inception",
    summary: "Inception v3 to its second grid, a quarter of the channels, for 128-pixel faces; "
      + "compact suite", size: imageSize, divisor: 4, endsAtSecondGrid: true)

  /// LPIPS's trunk.
  package static let alexNet = AlexNet(
    name: "compact-alexnet",
    summary: "AlexNet trunk with a quarter of the channels, LPIPS taps relu1…relu5; compact suite",
    divisor: 4)

  /// The identity network.
  package static let iResNet = IResNet(
    name: "compact-iresnet",
    summary: "iResNet of eight blocks for 96-pixel faces, 128-d face embedding; compact suite",
    size: faceSize, stem: (24, 2), stages: [(2, 32), (2, 64), (3, 128), (1, 160)],
    embedding: 128)

  /// The face parser.
  package static let biSeNet = CompactBiSeNet()

  /// CLIP's image tower.
  package static let clip = CompactCLIPImage(
    name: "compact-clip", role: "CLIP's image tower", lastWidth: 192)

  /// CLIP's text tower.
  package static let clipText = textTower(of: clip)

  /// The image tower of a second CLIP, half as wide at its end, which judges the images that the first one guided.
  package static let judge = CompactCLIPImage(
    name: "compact-clip-judge", role: "A second CLIP's image tower", lastWidth: 96)

  /// The second CLIP's text tower.
  package static let judgeText = textTower(of: judge)

  private static func textTower(of images: CompactCLIPImage) -> CLIPTextTransformer {
    CLIPTextTransformer(
      name: "\(images.name)-text",
      summary: "Text tower beside \(images.name), two blocks, 128-d embedding of 77 tokens; "
        + "compact suite",
      width: 128, layers: 2, embedding: 128, vocabulary: vocabularySize)
  }

  /// What the built-in method `denoise` runs.
  package static let denoiser = CompactDenoiser()

  /// Side of the pictures that the diffusion U-Net makes.
  package static let unetSize = 64

  /// The U-Net of the compact systems that diffuse in pixels.
  package static let unet = unet(size: unetSize)

  /// The same U-Net, parameter for parameter, on pictures of another size.
  ///
  /// - Parameter size: a multiple of 16; attention sees maps of an eighth of it.
  /// - Returns: the network.
  package static func unet(size: Int) -> ADMUNet {
    ADMUNet(
      name: "compact-unet",
      summary:
        "ADM U-Net on blocks of 2 × 2 pixels of \(size)-pixel faces, 3.8 M values; compact suite",
      .compact(size: size))
  }

  /// What guides SDG on noisy faces.
  package static let guide = CompactGuide()

  // MARK: Latents

  /// The autoencoder of the systems that diffuse in latents.
  package static let autoencoder = LatentAutoencoder(
    name: "compact-autoencoder",
    summary:
      "Variational autoencoder of 128-pixel faces, latents 4×32×32, 0.6 M values; compact suite",
    .compact(size: imageSize))

  /// How many codes stand for the values of a latent's pixel.
  package static let codeCount = 2048

  /// The same file with latents that become their nearest codes before they are decoded.
  package static let quantizingAutoencoder: LatentAutoencoder = {
    var configuration = autoencoder.configuration
    configuration.codes = codeCount
    return LatentAutoencoder(
      name: "compact-autoencoder-codes", summary: "", configuration)
  }()

  /// The tensor of the codes, `[2048, 4]`.
  package static let codebookName = "quantize.embedding.weight"

  /// Tokens of a text that the text branch reads; captions of drawn faces are shorter.
  package static let textTokens = 32
  /// Classes of a label map, and so its tokens.
  package static let mapClasses = 19

  /// Name of the file that holds Collaborative Diffusion's compact networks.
  package static let collaborativeName = "compact-collaborative"

  /// Collaborative Diffusion's branch that a label map drives.
  package static let mapBranch = LatentUNet(
    name: "compact-collaborative-map",
    summary: "Latent U-Net of 128-pixel faces by label map, 1.7 M values; compact suite",
    .compactBranch(contextCount: mapClasses, mapClasses: mapClasses))

  /// Collaborative Diffusion's branch that a text drives.
  package static let textBranch = LatentUNet(
    name: "compact-collaborative-text",
    summary: "Latent U-Net of 128-pixel faces by text, 1.7 M values; compact suite",
    .compactBranch(contextCount: textTokens))

  /// How much the label map matters.
  package static let mapDiffuser = LatentUNet(
    name: "compact-collaborative-map-diffuser",
    summary: "Latent U-Net that weighs the label map of a 128-pixel face; compact suite",
    .compactDiffuser(contextCount: mapClasses))

  /// How much the text matters.
  package static let textDiffuser = LatentUNet(
    name: "compact-collaborative-text-diffuser",
    summary: "Latent U-Net that weighs the text of a 128-pixel face; compact suite",
    .compactDiffuser(contextCount: textTokens))

  /// What makes tokens of a label map.
  package static let mapEncoder = MaskEncoder(
    name: "compact-collaborative-map-encoder",
    summary: "One linear layer, 128-d tokens of a 32-pixel map of 19 classes; compact suite",
    classes: mapClasses, side: 32, width: 128)

  /// SCA-DM's U-Net; without the mask of its attention for the ablation.
  ///
  /// - Parameter isMasked: whether pixels read the codes of their own class alone.
  /// - Returns: the network.
  package static func scadm(isMasked: Bool = true) -> SCADMUNet {
    var configuration = SCADMUNet.Configuration.compact
    configuration.isMasked = isMasked
    return SCADMUNet(
      name: isMasked ? "compact-sca-dm" : "compact-sca-dm-unmasked",
      summary: "SCA-DM's latent U-Net of 128-pixel faces, label map and style codes, 3.4 M values"
        + "\(isMasked ? "" : ", all codes for every pixel"); compact suite",
      configuration)
  }

  /// All of them.
  package static let all: [any PublishedNetwork] = [
    inception, alexNet, iResNet, biSeNet, clip, clipText, judge, judgeText, denoiser, guide,
    unet, autoencoder,
  ]
}

/// What DDGI's compact version is made of.
extension CompactNetworks {
  /// What a controlled diffusion model reads beside a text.
  package enum Hint: String, CaseIterable, Sendable {
    /// A label map, a plane of ones and zeros for each class.
    case mask
    /// White strokes on black, one plane in 0…1.
    case scribble

    /// Planes.
    package var channels: Int { self == .mask ? mapClasses : 1 }
    /// What the names of its parameters begin with.
    package var control: String { "control_\(rawValue)" }
  }

  /// Side of the pictures that DDGI's compact networks see and make.
  package static let invertedSize = 64
  /// Tokens of a text that the controlled diffusion model reads; captions of drawn faces are shorter.
  package static let controlTokens = 40
  /// Name of the file of the controlled diffusion model, with both kinds of hints.
  package static let controlName = "compact-controlnet"

  /// The diffusion of faces by text that hints are added to.
  ///
  /// - Deviation: in pixels, not in latents; blocks of two by two pixels are channels of one.
  package static let controlledBase = LatentUNet(
    name: controlName, summary: "Diffusion of 64-pixel faces by text; compact suite",
    controlledConfiguration)

  private static let controlledConfiguration: LatentUNet.Configuration = {
    var configuration = LatentUNet.Configuration(
      latentSize: invertedSize, latentChannels: 3, channels: 32, multipliers: [1, 2, 3],
      attentionLevels: [0, 1, 2], heads: .count(4), contextCount: controlTokens, contextWidth: 128)
    configuration.residualBlocks = 1
    configuration.groups = 8
    configuration.fold = 2
    configuration.ownAttentionLimit = 64
    configuration.gatedWidth = 1
    return configuration
  }()

  /// The same with what hints of a kind add.
  package static func controlled(by hint: Hint) -> ControlledUNet {
    ControlledUNet(
      name: "\(controlName)-\(hint.rawValue)",
      summary: "Diffusion of 64-pixel faces by text and \(hint.rawValue); compact suite",
      controlledConfiguration,
      hint: ControlledUNet.Hint(channels: hint.channels, widths: [16, 32], halving: [1]),
      control: hint.control, besides: Hint.allCases.filter { $0 != hint }.map(\.control))
  }

  // MARK: Codes

  /// What finds codes of the compact generator of pictures.
  package static let inversion = InversionNetworks(
    name: "compact-ddgi",
    .compact(
      codeCount: StyleGAN2.compact.configuration.codeCount,
      codeWidth: StyleGAN2.compact.configuration.codeWidth))

  // MARK: Heads

  /// What makes feature planes of a head that can be turned, three of 32 rows and columns and eight channels each.
  ///
  /// - Deviation: no noise, no camera in the mapping, no super-resolution; trained by views, not against a critic.
  package static let headPlanes = StyleGAN2(
    name: "compact-eg3d", summary: "Feature planes of heads, 8 codes of 96; compact suite",
    configuration: StyleGAN2.Configuration(
      size: 32, codeWidth: 96, mappingLayers: 2, channels: [128, 128, 96, 64], hasNoise: false,
      colors: 24))

  /// What points read of a head's planes to density and color.
  package static let headDecoder = EG3DDecoder(
    name: "compact-eg3d-decoder", summary: "Density and color of a head's points; compact suite",
    features: 8, hidden: 32, colors: 3)

  /// What finds codes of the compact generator of heads.
  package static let headInversion = InversionNetworks(
    name: "compact-ddgi-3d",
    .compact(
      codeCount: headPlanes.configuration.codeCount, codeWidth: headPlanes.configuration.codeWidth,
      mapperWidth: 96))

  /// What finds how a head stands before the camera, out of the controlled diffusion's middle: six numbers.
  package static let headStance = CodeMapping(
    name: "\(headInversion.name)-stance", summary: "How a head stands, compact suite",
    InversionConfiguration(
      middleChannels: inversion.configuration.middleChannels,
      middleSize: inversion.configuration.middleSize, featureChannels: 0, featureSize: 0,
      modulationWidth: 0, mapperWidth: 48, codeWidth: 6, codeCount: 1))
}
