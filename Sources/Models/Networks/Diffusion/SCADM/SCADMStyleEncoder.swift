import ArrayKernels
import Graphs
import Kernels

/// SCA-DM's style encoder: how each class of a label map looks in an image.
///
/// Inputs: `image [3, S, S]` in −1…1; `map [19, S, S]`, its own label map of ones and zeros. Output `[L · 256, 19, 1]`: a
/// token for each class, the codes of `L` levels behind each other, the coarsest first.
///
/// A level's code is the tanh of a layer on the mean of the class's own features over the class's own pixels. A class
/// without pixels has mean 0, so that its code is the tanh of the layer's bias. Filters are grouped by class, but from
/// the second level up they see decoder and encoder features concatenated as they are, so their groups no longer
/// hold one class each; the published weights were trained with that.
///
/// Sources: Ergasti et al., "Controllable Face Synthesis with Semantic Latent Diffusion Models", ICPR 2024, arXiv
/// 2403.12743; `ErgastiAlex/SCA-DM`, `ldm/modules/diffusionmodules/styleenc.py` (`MultiScaleEffStyleEncoder`).
package struct SCADMStyleEncoder: PublishedNetwork {
  /// What tells one size from another.
  package struct Configuration: Hashable, Sendable {
    /// `S`.
    package var imageSize: Int
    /// Classes of the label map.
    package var classes = 19
    /// How often the map is halved on the way down.
    package var levels: Int
    /// Features of a class before the first halving; each doubles them.
    package var features: Int
    /// Values of a class's code on one level.
    package var levelWidth: Int

    /// Describes an encoder.
    package init(imageSize: Int, levels: Int, features: Int, levelWidth: Int) {
      self.imageSize = imageSize
      self.levels = levels
      self.features = features
      self.levelWidth = levelWidth
    }

    /// Levels that have codes: all but the finest.
    var codeLevels: Int { levels - 1 }

    /// Values of a class's code.
    package var codeWidth: Int { codeLevels * levelWidth }

    /// Channels behind so many halvings.
    func width(_ halvings: Int) -> Int { classes * features << halvings }
  }

  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// How large it is.
  package let configuration: Configuration

  /// Names an encoder.
  package init(name: String, summary: String, _ configuration: Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// That of 256-pixel faces.
  package static let published = SCADMStyleEncoder(
    name: "sca-dm-style",
    summary: "SCA-DM's style encoder, a code for each of 19 classes of a 256-pixel face",
    Configuration(imageSize: 256, levels: 6, features: 4, levelWidth: 256))

  /// What the compact U-Net reads the codes of, from 128-pixel faces.
  package static let compact = SCADMStyleEncoder(
    name: "compact-sca-dm-style",
    summary: "SCA-DM's style encoder, three levels of 64 values a class of a 128-pixel face",
    Configuration(imageSize: 128, levels: 4, features: 2, levelWidth: 64))

  /// What it reads.
  package var inputs: [NetworkInput] {
    let size = configuration.imageSize
    return [
      .map("image", channels: 3, rows: size, columns: size),
      .map("map", channels: configuration.classes, rows: size, columns: size),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let (classes, map) = (configuration.classes, inputs["map"])
    let encoder = scope["Encoder"]
    func normalized(_ x: Value, _ place: Scope) -> Value {
      place.groupNorm(x, groups: classes).relu()
    }
    let first = encoder["first_layer"]
    var x = normalized(
      first[0].convolution(inputs["image"], to: configuration.width(0), kernel: 3, padding: 1),
      first[1]
    ).tapped("Encoder.first_layer")
    var features: [Value] = []
    for level in 0..<configuration.levels {
      let place = encoder["enc_layer_\(level)"]
      x = normalized(
        place[0].convolution(
          x, to: configuration.width(level + 1), kernel: 3, stride: 2, padding: 1, groups: classes),
        place[1]
      ).tapped("Encoder.enc_layer_\(level)")
      features.append(x)
    }
    features.removeLast()
    var codes: [Value] = []
    for level in 0..<configuration.codeLevels {
      let place = scope["Decoder"]["dec_layer_\(level)"]
      let doubled = x.resizedBilinear(rows: 2 * x.rows, columns: 2 * x.columns, alignCorners: false)
      let width = configuration.width(configuration.levels - 1 - level)
      x = normalized(
        place[1].convolution(doubled, to: width, kernel: 3, padding: 1, groups: classes), place[2]
      ).tapped("Decoder.dec_layer_\(level)")
      codes.append(code(scope["out"]["out_\(level)"][0], x, map).tapped("out.out_\(level)"))
      x = .concatenated([x, features.removeLast()])
    }
    return .concatenated(codes)
  }

  /// A level's code of each class, `[C, H, W] → [levelWidth, 19, 1]`.
  private func code(_ scope: Scope, _ x: Value, _ map: Value) -> Value {
    let classes = configuration.classes
    let means = x.classMeans(
      in: map.resizedNearest(rows: x.rows, columns: x.columns), epsilon: 1e-5)
    return scope.convolution1d(means, to: configuration.levelWidth * classes, groups: classes)
      .applying(.tanh).reinterpreted(as: [configuration.levelWidth, classes, 1])
  }
}
