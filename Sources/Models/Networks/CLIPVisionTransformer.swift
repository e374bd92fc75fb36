import Graphs
import Kernels

/// CLIP's image tower as a vision transformer.
///
/// Input `[3, H, W]` of the published size, RGB, normalized with CLIP's own mean and deviation. Output
/// `[E]`, not normalized to unit length. Taps: `ln_pre`, `resblocks.0` … , tokens `[D, T, 1]` with the
/// class token first and the patches row by row.
///
/// Source: Radford et al., arXiv 2103.00020; openai/CLIP, `clip/model.py`.
package struct CLIPVisionTransformer: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = CLIPNames.shared + CLIPNames.text

  private let patch: Int
  private let width: Int
  private let layers: Int
  private let embedding: Int

  /// Describes a tower.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - size: rows and columns of the input.
  ///   - patch: side of a patch.
  ///   - width: channels `D` of a token, a multiple of 64.
  ///   - layers: number of blocks.
  ///   - embedding: `E`.
  package init(
    name: String, summary: String, size: Int = 224, patch: Int, width: Int, layers: Int,
    embedding: Int
  ) {
    self.name = name
    self.summary = summary
    inputShape = [3, size, size]
    self.patch = patch
    self.width = width
    self.layers = layers
    self.embedding = embedding
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let visual = scope["visual"]
    let patches = visual["conv1"].convolution(
      input, to: width, kernel: Extent(patch), stride: patch, bias: false)
    let side = inputShape[1] / patch
    var x = visual.prepending("class_embedding", to: patches.asTokens())
    x = visual.adding("positional_embedding", rows: side * side + 1, to: x)
    x = visual["ln_pre"].layerNorm(x).tapped("ln_pre")
    x = visual["transformer"].clipTransformer(x, layers: layers)
    return visual.projected(visual["ln_post"].layerNorm(x.row(0)), by: "proj", to: embedding)
  }
}
