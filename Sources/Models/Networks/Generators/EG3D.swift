import ArrayKernels
import Graphs
import Kernels

/// EG3D's networks: ``mapping`` turns a random vector and a camera into a code, ``planes`` codes into feature planes,
/// ``decoder`` what a point reads there into density and color, ``superresolution`` a rendered picture into a large one.
///
/// What lies between them, rays and light, is in `Volumes`.
///
/// Sources: Chan et al., "Efficient Geometry-aware 3D Generative Adversarial Networks", CVPR 2022; `NVlabs/eg3d`,
/// `eg3d/training/triplane.py`.
///
/// - Deviation: names of parameters are rosinality's for StyleGAN2's parts.
package struct EG3D: Sendable {
  /// Sizes of a generator.
  package struct Configuration: Hashable, Sendable {
    /// Mapping, and the generator of the planes, whose picture they are.
    package let planes: StyleGAN2.Configuration
    /// Values of the camera that the mapping reads.
    package let labelWidth: Int
    /// Channels of one plane and of a rendered picture.
    package let features: Int
    /// Width of the decoder's hidden layer.
    package let hidden: Int
    /// Sizes of the super-resolution.
    package let superresolution: Superresolution

    /// Sizes of what enlarges a rendered picture four times.
    package struct Superresolution: Hashable, Sendable {
      /// Rows and columns of what it reads.
      package let size: Int
      /// Channels of its two blocks.
      package let channels: [Int]

      /// Sizes.
      package init(size: Int, channels: [Int]) {
        self.size = size
        self.channels = channels
      }
    }

    /// Sizes of a generator with three planes.
    package init(
      planeSize: Int, channels: [Int], codeWidth: Int, labelWidth: Int, features: Int, hidden: Int,
      superresolution: Superresolution
    ) {
      planes = StyleGAN2.Configuration(
        size: planeSize, codeWidth: codeWidth, mappingLayers: 2, channels: channels,
        hasNoise: true, colors: 3 * features)
      self.labelWidth = labelWidth
      self.features = features
      self.hidden = hidden
      self.superresolution = superresolution
    }

    /// The published generator's sizes.
    package static let published = Configuration(
      planeSize: 256, channels: StyleGAN2.Configuration.published(size: 256).channels,
      codeWidth: 512, labelWidth: 25, features: 32, hidden: 64,
      superresolution: Superresolution(size: 128, channels: [256, 128]))
  }

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

  /// The published generator of faces at 512 pixels.
  package static let ffhq = EG3D(
    name: "eg3d-512", summary: "EG3D of 512-pixel faces (FFHQ)", configuration: .published)

  /// Random vectors and cameras to codes.
  package var mapping: EG3DMapping {
    EG3DMapping(name: "\(name)-mapping", summary: "\(summary): mapping", configuration)
  }

  /// Codes to feature planes, one plane's channels behind the other's.
  package var planes: StyleGAN2Synthesis {
    StyleGAN2Synthesis(
      name: name, summary: "\(summary): feature planes", configuration.planes,
      ignoring: ["style.", "embed.", "latent_avg"] + EG3D.otherPrefixes)
  }

  /// What points read to densities and colors.
  package var decoder: EG3DDecoder {
    EG3DDecoder(
      name: "\(name)-decoder", summary: "\(summary): decoder", features: configuration.features,
      hidden: configuration.hidden, colors: configuration.features)
  }

  /// Rendered pictures to large ones.
  package var superresolution: EG3DSuperresolution {
    EG3DSuperresolution(
      name: "\(name)-superresolution", summary: "\(summary): super-resolution", configuration)
  }

  /// What the file holds for the decoder, the super-resolution and the renderer.
  static let otherPrefixes = ["decoder.", "superresolution.", "renderer."]
  /// What it holds for the feature planes.
  static let planePrefixes = ["input.", "conv1.", "to_rgb1.", "convs.", "to_rgbs.", "noises."]
}

/// EG3D's mapping: a vector of normal numbers `[D]` and a camera's label `[25]` to a code `[D]`.
///
/// Source: `NVlabs/eg3d`, `eg3d/training/networks_stylegan2.py` (`MappingNetwork`).
///
/// - Deviation: as ``StyleGAN2Mapping`` in dividing by root mean squares.
package struct EG3DMapping: PublishedNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// What the file holds for the other networks.
  package let ignorableCheckpointPrefixes = EG3D.planePrefixes + EG3D.otherPrefixes + ["latent_avg"]

  private let configuration: EG3D.Configuration

  init(name: String, summary: String, _ configuration: EG3D.Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// Random vector and camera.
  package var inputs: [NetworkInput] {
    [
      .vector("code", configuration.planes.codeWidth),
      .vector("camera", configuration.labelWidth),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let width = configuration.planes.codeWidth
    let length = Float(width).squareRoot()
    let camera = scope["embed"].equalizedLinear(inputs["camera"], to: width)
    var x = Value.concatenated([
      inputs["code"].l2Normalized().scaled(by: length), camera.l2Normalized().scaled(by: length),
    ])
    for layer in 1...configuration.planes.mappingLayers {
      x = scope["style"][layer].equalizedLinear(
        x, to: width, rate: StyleGAN2Mapping.rate, isRectified: true)
    }
    return x
  }
}

/// EG3D's decoder: what `T` points read from the planes, `features [C, T, 1]`, to a density each, `[1, T, 1]`.
///
/// Tap `colors [C, T, 1]`, values in −0.001…1.001.
///
/// Source: `NVlabs/eg3d`, `eg3d/training/triplane.py` (`OSGDecoder`).
package struct EG3DDecoder: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the input; any number of points will do.
  package var inputShape: [Int] { [features, 48, 1] }
  /// What the file holds for the other networks.
  package let ignorableCheckpointPrefixes =
    EG3D.planePrefixes + ["style.", "embed.", "latent_avg", "superresolution.", "renderer."]

  /// Name of the tap that gives colors.
  package static let colors = "colors"

  private let features: Int
  private let hidden: Int
  private let colorCount: Int

  /// Describes a decoder.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - features: `C`.
  ///   - hidden: width of the hidden layer.
  ///   - colors: how many a point has: three, or as many as it has features where another network makes pictures of them.
  package init(name: String, summary: String, features: Int, hidden: Int, colors: Int) {
    self.name = name
    self.summary = summary
    self.features = features
    self.hidden = hidden
    colorCount = colors
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ points: Value) -> Value {
    let layers = scope["decoder"]["net"]
    let inner = layers[0].equalizedLinear(points, to: hidden).applying(.softplus)
    let both = layers[2].equalizedLinear(inner, to: 1 + colorCount)
    _ = both.channels(from: 1, count: colorCount).sigmoid()
      .perChannelAffine(
        scale: [Float](repeating: 1.002, count: colorCount),
        shift: [Float](repeating: -0.001, count: colorCount)
      ).tapped(Self.colors)
    return both.channels(from: 0, count: 1)
  }
}

/// EG3D's super-resolution: features `[32, 128, 128]`, of which the first three are a picture in −1…1, to a picture
/// `[3, 512, 512]`.
///
/// Inputs `features`, `picture [3, 128, 128]` and `code [D]`, the last of a picture's codes.
///
/// Source: `NVlabs/eg3d`, `eg3d/training/superresolution.py` (`SuperresolutionHybrid8XDC`); results of layers are held within
/// ±256 as there, though nothing is computed in half precision.
package struct EG3DSuperresolution: PublishedNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// What the file holds for the other networks.
  package let ignorableCheckpointPrefixes =
    EG3D.planePrefixes + ["style.", "embed.", "latent_avg", "decoder.", "renderer."]

  private static let limit: Float = 256
  private let configuration: EG3D.Configuration

  init(name: String, summary: String, _ configuration: EG3D.Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// Rendered features, the picture among them, and a code.
  package var inputs: [NetworkInput] {
    let size = configuration.superresolution.size
    return [
      .map("features", channels: configuration.features, rows: size, columns: size),
      .map("picture", channels: 3, rows: size, columns: size),
      .vector("code", configuration.planes.codeWidth),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let own = scope["superresolution"]
    let code = inputs["code"]
    var (x, picture) = (inputs["features"], inputs["picture"])
    for (level, width) in configuration.superresolution.channels.enumerated() {
      for place in 0..<2 {
        let index = 2 * level + place
        x = own["convs"][index].styled(
          x, by: code, to: width, noise: nil, upsamples: place == 0, limit: Self.limit
        ).tapped("convs.\(index)")
      }
      picture =
        (picture.doubled()
        + own["to_rgbs"][level].colors(x, by: code, to: 3, limit: Self.limit))
        .tapped("to_rgbs.\(level)")
    }
    return picture
  }
}
