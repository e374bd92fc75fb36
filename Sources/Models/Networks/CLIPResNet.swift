import Graphs
import Kernels

/// CLIP's image tower as a modified ResNet with attention pooling.
///
/// Input `[3, H, W]` of the published size, RGB, normalized with CLIP's own mean and deviation. Output
/// `[E]`, not normalized to unit length. Taps: `stem`, `layer1.0` … , one for each block.
///
/// Source: Radford et al., arXiv 2103.00020; openai/CLIP, `clip/model.py`.
package struct CLIPResNet: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = CLIPNames.shared + CLIPNames.text

  private let width: Int
  private let blocks: [Int]
  private let embedding: Int

  /// Describes a tower.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - size: rows and columns of the input, a multiple of 32.
  ///   - width: channels behind the stem, an even number.
  ///   - blocks: bottlenecks of each stage.
  ///   - embedding: `E`.
  package init(
    name: String, summary: String, size: Int = 224, width: Int = 64, blocks: [Int], embedding: Int
  ) {
    self.name = name
    self.summary = summary
    inputShape = [3, size, size]
    self.width = width
    self.blocks = blocks
    self.embedding = embedding
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let visual = scope["visual"]
    var x = stem(visual, input)
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        let block = "layer\(stage + 1).\(index)"
        let stride = stage > 0 && index == 0 ? 2 : 1
        x = visual[block].bottleneck(x, middle: width << stage, stride: stride).tapped(block)
      }
    }
    return visual["attnpool"].attentionPool(
      x, side: inputShape[1] / 32, heads: width / 2, to: embedding)
  }

  /// Three convolutions and an average, to a quarter of the size.
  private func stem(_ visual: Scope, _ input: Value) -> Value {
    var x = input
    for (index, (channels, stride)) in [(width / 2, 2), (width / 2, 1), (width, 1)].enumerated() {
      x = visual["conv\(index + 1)"].convolution(
        x, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
      x = visual["bn\(index + 1)"].batchNorm(x).relu()
    }
    return x.averagePool(2, stride: 2).tapped("stem")
  }
}

extension Scope {
  /// Anti-aliased bottleneck: every stride is an average pool.
  ///
  /// - Parameters:
  ///   - x: the block's input.
  ///   - middle: channels inside; there are four times as many behind.
  ///   - stride: 1 or 2.
  ///   - conditioned: what happens behind each batch norm but the shortcut's, in their order.
  /// - Returns: the block's result.
  func bottleneck(
    _ x: Value, middle: Int, stride: Int, conditioned: (Value) -> Value = { $0 }
  ) -> Value {
    let channels = 4 * middle
    var y = self["conv1"].convolution(x, to: middle, kernel: 1, bias: false)
    y = conditioned(self["bn1"].batchNorm(y)).relu()
    y = self["conv2"].convolution(y, to: middle, kernel: 3, padding: 1, bias: false)
    y = conditioned(self["bn2"].batchNorm(y)).relu().averaged(over: stride)
    y = self["conv3"].convolution(y, to: channels, kernel: 1, bias: false)
    y = conditioned(self["bn3"].batchNorm(y))
    guard stride > 1 || x.shape[0] != channels else { return (y + x).relu() }
    // The published name of the pool is "-1"; it has no parameters.
    let layer = self["downsample"]
    let shortcut = layer["0"].convolution(
      x.averaged(over: stride), to: channels, kernel: 1, bias: false)
    return (y + layer["1"].batchNorm(shortcut)).relu()
  }

  /// Attention whose only query is the mean of all pixels.
  func attentionPool(_ x: Value, side: Int, heads: Int, to embedding: Int) -> Value {
    let width = x.shape[0]
    let tokens = adding(
      "positional_embedding", rows: side * side + 1, to: x.asTokens().prependingMean())
    let pooled = Value.attention(
      queries: self["q_proj"].linear(tokens.row(0), to: width),
      keys: self["k_proj"].linear(tokens, to: width),
      values: self["v_proj"].linear(tokens, to: width), Attention(heads: heads))
    return self["c_proj"].linear(pooled, to: embedding)
  }
}

extension Value {
  /// `AvgPool2d(stride)`, where there is a stride.
  fileprivate func averaged(over stride: Int) -> Value {
    stride > 1 ? averagePool(Extent(stride), stride: stride) : self
  }
}
