import Graphs

/// Collaborative Diffusion's encoder of label maps: one linear layer that makes a token of each class.
///
/// Input `[H·W, K, 1]`: for each class, ones at the pixels, row by row, where it is, and zeros elsewhere; a class that is
/// nowhere becomes the bias. Output `[D, K, 1]`, the `context` of a ``LatentUNet``.
///
/// Source: `ziqihuangg/Collaborative-Diffusion`, `ldm/modules/encoders/modules.py` (`SegMaskEncoder`).
package struct MaskEncoder: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]

  private let width: Int

  /// Describes an encoder.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - classes: `K`.
  ///   - side: `H` and `W`.
  ///   - width: `D`.
  package init(name: String, summary: String, classes: Int, side: Int, width: Int) {
    self.name = name
    self.summary = summary
    inputShape = [side * side, classes, 1]
    self.width = width
  }

  /// Collaborative Diffusion's.
  package static let collaborative = MaskEncoder(
    name: "mask-encoder",
    summary:
      "One linear layer, 640-d tokens of a 32-pixel map of 19 classes; Collaborative Diffusion",
    classes: 19, side: 32, width: 640)

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    scope["linear"].linear(input, to: width)
  }
}
