import Graphs
import Kernels

/// Brings a map to one vector: convolutions that halve it until one pixel is left, and a layer.
///
/// Source: Richardson et al., "Encoding in Style", CVPR 2021; `eladrich/pixel2style2pixel`,
/// `models/encoders/psp_encoders.py` (`GradualStyleBlock`).
struct StyleMapper {
  /// Channels of the convolutions.
  let width: Int
  /// Values of the vector.
  let outputs: Int

  private static let rectifier = StyleOperation.LeakyReLU(slope: 0.01, gain: 1)

  /// Describes the block; parameters `convs.0`, `convs.2` … and `linear`.
  func describe(_ scope: Scope, _ map: Value) -> Value {
    var x = map
    var place = 0
    while x.rows > 1 || x.columns > 1 {
      let own = scope["convs"][place]
      let y = own.convolution(x, to: width, kernel: 3, stride: 2, padding: 1, bias: false)
      x = own.leakyReLU(y, Self.rectifier)
      place += 2
    }
    return scope["linear"].equalizedLinear(x.flattened(), to: outputs)
  }
}

/// Sizes of the networks that turn what a diffusion model sees into a generator's codes.
package struct InversionConfiguration: Hashable, Sendable {
  /// Channels of the diffusion model's middle.
  package let middleChannels: Int
  /// Rows and columns of the middle.
  package let middleSize: Int
  /// Channels of all decoder features together.
  package let featureChannels: Int
  /// Rows and columns that all features are brought to.
  package let featureSize: Int
  /// Channels of the modulation network.
  package let modulationWidth: Int
  /// Channels of the mapping network.
  package let mapperWidth: Int
  /// `D`, width of a code.
  package let codeWidth: Int
  /// `L`, number of codes.
  package let codeCount: Int

  /// Sizes of the networks.
  package init(
    middleChannels: Int, middleSize: Int, featureChannels: Int, featureSize: Int,
    modulationWidth: Int, mapperWidth: Int, codeWidth: Int, codeCount: Int
  ) {
    self.middleChannels = middleChannels
    self.middleSize = middleSize
    self.featureChannels = featureChannels
    self.featureSize = featureSize
    self.modulationWidth = modulationWidth
    self.mapperWidth = mapperWidth
    self.codeWidth = codeWidth
    self.codeCount = codeCount
  }

  /// Behind Stable Diffusion 1.5 at 512 pixels, for a generator of the paper's: 18 codes in 2D, 14 in 3D.
  package static func published(codeCount: Int) -> InversionConfiguration {
    InversionConfiguration(
      middleChannels: 1280, middleSize: 8, featureChannels: 1280 + 640 + 320, featureSize: 64,
      modulationWidth: 512, mapperWidth: 512, codeWidth: 512, codeCount: codeCount)
  }

  /// Behind the compact diffusion model, for a compact generator.
  ///
  /// - Deviation: features are brought to 16 rows, not to those of the largest, at a quarter of the cost; modulation is
  ///   narrower than mapping, so that all of DDGI's compact weights take 16 MB.
  package static func compact(
    codeCount: Int, codeWidth: Int, mapperWidth: Int = 128
  ) -> InversionConfiguration {
    InversionConfiguration(
      middleChannels: 96, middleSize: 8, featureChannels: 96 + 64 + 32, featureSize: 16,
      modulationWidth: 32, mapperWidth: mapperWidth, codeWidth: codeWidth, codeCount: codeCount)
  }
}

/// DDGI's mapping network M: the diffusion model's middle `[C, S, S]` to codes, as what is added to the mean code.
///
/// Output `[L · D]`, one code behind the other.
///
/// Source: Kim et al., "Diffusion-driven GAN Inversion for Multi-Modal Face Image Generation", CVPR 2024, section 3.2,
/// which names the block of ``StyleMapper``.
///
/// - Deviation: one trunk for all codes; the paper does not say whether each code has its own.
package struct CodeMapping: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Its sizes.
  package let configuration: InversionConfiguration
  /// Per-sample shape of the input.
  package var inputShape: [Int] {
    [configuration.middleChannels, configuration.middleSize, configuration.middleSize]
  }

  /// Names a network.
  package init(name: String, summary: String, _ configuration: InversionConfiguration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// The paper's, for StyleGAN2 at 1024 pixels.
  package static let published = CodeMapping(
    name: "ddgi-mapping", summary: "DDGI's mapping network: diffusion's middle to 18 codes",
    .published(codeCount: 18))

  /// Describes the network once.
  package func describe(_ scope: Scope, _ middle: Value) -> Value {
    StyleMapper(
      width: configuration.mapperWidth, outputs: configuration.codeWidth * configuration.codeCount
    ).describe(scope, middle)
  }
}

/// DDGI's attention-based style modulation network T: decoder features weighed by attention to scales and shifts of codes.
///
/// Inputs: `local [C, S, S]`, all levels' features times their attention; `global [1, S, S]`, their mean times the mean
/// attention. Output `[L · D]`: what is added to a scale of one. Tap ``shift``, `[L · D]`.
///
///     γ = α γˡ + (1 − α) γᵍ,   β = α' βᵍ + (1 − α') βˡ
///
/// Source: Kim et al., CVPR 2024, section 3.3, equations 2–4; local and global change places in the second line as printed.
///
/// - Deviation: the paper gives neither layers nor widths: two convolutions of 3×3 with a leaky rectifier of slope 0.2
///   between them; `α = σ(a)` with one `a` for all timesteps.
package struct StyleModulation: PublishedNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Its sizes.
  package let configuration: InversionConfiguration

  /// Name of the tap that gives shifts.
  package static let shift = "shift"

  /// Names a network.
  package init(name: String, summary: String, _ configuration: InversionConfiguration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// The paper's, for StyleGAN2 at 1024 pixels.
  package static let published = StyleModulation(
    name: "ddgi-absmnet", summary: "DDGI's attention-based style modulation of 18 codes",
    .published(codeCount: 18))

  /// Weighed features, and their mean.
  package var inputs: [NetworkInput] {
    let size = configuration.featureSize
    return [
      .map("local", channels: configuration.featureChannels, rows: size, columns: size),
      .map("global", channels: 1, rows: size, columns: size),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let (local, global) = (inputs["local"], inputs["global"])
    let scale = scope["scale"].mixture(
      of: modulation(scope["local_scale"], local), modulation(scope["global_scale"], global))
    let shift = scope["shift"].mixture(
      of: modulation(scope["global_shift"], global), modulation(scope["local_shift"], local))
    let mapper = StyleMapper(
      width: configuration.modulationWidth,
      outputs: configuration.codeWidth * configuration.codeCount)
    _ = mapper.describe(scope["shift_style"], shift).tapped(Self.shift)
    return mapper.describe(scope["scale_style"], scale)
  }

  private func modulation(_ scope: Scope, _ x: Value) -> Value {
    let width = configuration.modulationWidth
    let hidden = scope[0].leakyReLU(
      scope[0].convolution(x, to: width, kernel: 3, padding: 1, bias: false),
      StyleOperation.LeakyReLU(slope: 0.2, gain: 1))
    return scope[2].convolution(hidden, to: width, kernel: 3, padding: 1)
  }
}

/// DDGI's networks that find codes of one generator.
package struct InversionNetworks: Sendable {
  /// Name of the file of all.
  package let name: String
  /// M.
  package let mapping: CodeMapping
  /// T.
  package let modulation: StyleModulation
  /// Sizes of both.
  package var configuration: InversionConfiguration { mapping.configuration }

  /// Networks of a file.
  ///
  /// - Parameters:
  ///   - name: of the file, with which the networks' names begin.
  ///   - configuration: their sizes.
  package init(name: String, _ configuration: InversionConfiguration) {
    self.name = name
    mapping = CodeMapping(
      name: "\(name)-mapping", summary: "DDGI's mapping network, compact suite", configuration)
    modulation = StyleModulation(
      name: "\(name)-absmnet", summary: "DDGI's modulation of styles, compact suite", configuration)
  }
}
