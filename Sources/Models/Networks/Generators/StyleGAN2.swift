import ArrayKernels
import Graphs
import Kernels

/// StyleGAN2's two networks, with rosinality's names: ``mapping`` turns a random vector into a code, ``synthesis`` codes
/// into a picture.
///
/// Sources: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", arXiv 1912.04958;
/// `rosinality/stylegan2-pytorch`, `model.py` (`Generator`).
package struct StyleGAN2: Sendable {
  /// Sizes of a generator.
  package struct Configuration: Hashable, Sendable {
    /// Rows and columns of the picture, a power of two from 8 on.
    package let size: Int
    /// `D`, width of random vectors and codes.
    package let codeWidth: Int
    /// Layers of the mapping.
    package let mappingLayers: Int
    /// Channels at 4, 8, 16, … pixels.
    package let channels: [Int]
    /// Whether fixed noise is added behind the convolutions.
    package let hasNoise: Bool
    /// Channels of the picture.
    package let colors: Int

    /// Sizes of a generator.
    package init(
      size: Int, codeWidth: Int, mappingLayers: Int, channels: [Int], hasNoise: Bool,
      colors: Int = 3
    ) {
      self.size = size
      self.codeWidth = codeWidth
      self.mappingLayers = mappingLayers
      self.channels = channels
      self.hasNoise = hasNoise
      self.colors = colors
    }

    /// Configuration F of the paper.
    package static func published(size: Int) -> Configuration {
      Configuration(
        size: size, codeWidth: 512, mappingLayers: 8,
        channels: Array([512, 512, 512, 512, 512, 256, 128, 64, 32].prefix(levels(of: size))),
        hasNoise: true)
    }

    /// How often 4 pixels are doubled, and one.
    private static func levels(of size: Int) -> Int { size.trailingZeroBitCount - 1 }

    /// Codes that the synthesis reads.
    package var codeCount: Int { 2 * channels.count }
  }

  /// Name of the mean code in files, `[D]`.
  package static let meanName = "latent_avg"

  /// Its sizes.
  package let configuration: Configuration
  private let name: String
  private let summary: String

  /// Describes a generator.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - configuration: its sizes.
  package init(name: String, summary: String, configuration: Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// The published generators, of 256, 512 and 1024 pixels.
  package static let published = [256, 512, 1024].map { size in
    StyleGAN2(
      name: "stylegan2-\(size)", summary: "StyleGAN2 of \(size)-pixel pictures, configuration F",
      configuration: .published(size: size))
  }

  /// The compact generator of drawn faces at 64 pixels.
  ///
  /// - Deviation: no noise, so that a picture has one code.
  package static let compact = StyleGAN2(
    name: "compact-stylegan2", summary: "StyleGAN2 of 64-pixel drawn faces, 10 codes of 128",
    configuration: Configuration(
      size: 64, codeWidth: 128, mappingLayers: 4, channels: [128, 128, 96, 64, 32],
      hasNoise: false))

  /// Random vectors to codes.
  package var mapping: StyleGAN2Mapping {
    StyleGAN2Mapping(name: "\(name)-mapping", summary: "\(summary): mapping", configuration)
  }

  /// Codes to pictures.
  package var synthesis: StyleGAN2Synthesis {
    StyleGAN2Synthesis(name: name, summary: "\(summary): synthesis", configuration)
  }
}

/// StyleGAN2's mapping: a vector of normal numbers `[D]` to a code `[D]`.
///
/// Source: as ``StyleGAN2``.
///
/// - Deviation: the vector is divided by its root mean square without the 1e-8 that the source adds to the mean square,
///   which moves it by 5e-9 of itself.
package struct StyleGAN2Mapping: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the input.
  package var inputShape: [Int] { [configuration.codeWidth] }
  /// What the file holds for the synthesis.
  package let ignorableCheckpointPrefixes = [
    "input.", "conv1.", "to_rgb1.", "convs.", "to_rgbs.", "noises.", StyleGAN2.meanName,
  ]

  /// The share of the learning rate that these layers have.
  package static let rate: Float = 0.01
  private let configuration: StyleGAN2.Configuration

  init(name: String, summary: String, _ configuration: StyleGAN2.Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let width = configuration.codeWidth
    var x = input.l2Normalized().scaled(by: Float(width).squareRoot())
    for layer in 1...configuration.mappingLayers {
      x = scope["style"][layer].equalizedLinear(
        x, to: width, rate: Self.rate, isRectified: true)
    }
    return x
  }
}

/// StyleGAN2's synthesis: codes to a picture.
///
/// Input `codes [D, L, 1]`, one for each layer; output `[3, S, S]` (or as many channels as configured), values in about
/// −1…1, not limited. Taps: `conv1` and `convs.N`, the styled convolutions; `to_rgb1` and `to_rgbs.N`, the picture so far.
///
/// Source: as ``StyleGAN2``; noise is the file's own, `randomize_noise=False`.
package struct StyleGAN2Synthesis: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Its sizes.
  package let configuration: StyleGAN2.Configuration
  /// Per-sample shape of the input.
  package var inputShape: [Int] { [configuration.codeWidth, configuration.codeCount, 1] }
  /// What the file holds for other networks.
  package let ignorableCheckpointPrefixes: [String]

  init(
    name: String, summary: String, _ configuration: StyleGAN2.Configuration,
    ignoring others: [String] = ["style.", StyleGAN2.meanName]
  ) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
    ignorableCheckpointPrefixes = others
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ codes: Value) -> Value {
    let channels = configuration.channels
    func noise(_ place: Int) -> String? {
      configuration.hasNoise ? "noises.noise_\(place)" : nil
    }
    var x = scope["input"].constant("input", channels: channels[0], size: 4)
    x = scope["conv1"].styled(x, by: codes.row(0), to: channels[0], noise: noise(0))
      .tapped("conv1")
    var picture = scope["to_rgb1"].colors(x, by: codes.row(1), to: configuration.colors)
      .tapped("to_rgb1")
    for (level, width) in channels.dropFirst().enumerated() {
      let first = 2 * level
      for place in [first, first + 1] {
        x = scope["convs"][place].styled(
          x, by: codes.row(place + 1), to: width, noise: noise(place + 1),
          upsamples: place == first
        ).tapped("convs.\(place)")
      }
      let own = scope["to_rgbs"][level]
      let added = own.colors(x, by: codes.row(first + 3), to: configuration.colors)
      picture = (own["upsample"].doubled(picture) + added).tapped("to_rgbs.\(level)")
    }
    return picture
  }
}

/// Parts that generators share.
extension Scope {
  /// `StyledConv`: a modulated convolution with its noise, bias and rectifier.
  ///
  /// - Parameters:
  ///   - x: `[C, H, W]`.
  ///   - code: `[D]`.
  ///   - channels: `O`.
  ///   - noise: full name of the map that is added; nil for none.
  ///   - upsamples: whether rows and columns are doubled.
  ///   - limit: what results are held within; nil for no limit.
  /// - Returns: `[O, H, W]`, or `[O, 2 H, 2 W]`.
  func styled(
    _ x: Value, by code: Value, to channels: Int, noise: String?, upsamples: Bool = false,
    limit: Float? = nil
  ) -> Value {
    var y = self["conv"].modulatedConvolution(
      x, by: code, to: channels, kernel: 3, upsamples: upsamples)
    if let noise { y = self["noise"].noise(y, noise) }
    return self["activate"].leakyReLU(y).held(within: limit.map { $0 * Float(2).squareRoot() })
  }

  /// `ToRGB`: what a level adds to the picture.
  ///
  /// - Parameters:
  ///   - x: `[C, H, W]`.
  ///   - code: `[D]`.
  ///   - channels: of the picture.
  ///   - limit: what results are held within; nil for no limit.
  /// - Returns: `[channels, H, W]`.
  func colors(_ x: Value, by code: Value, to channels: Int, limit: Float? = nil) -> Value {
    shifted(
      self["conv"].modulatedConvolution(x, by: code, to: channels, kernel: 1, isDemodulated: false)
    ).held(within: limit)
  }
}

extension Value {
  fileprivate func held(within limit: Float?) -> Value {
    limit.map { applying(.clip(lower: -$0, upper: $0)) } ?? self
  }
}
