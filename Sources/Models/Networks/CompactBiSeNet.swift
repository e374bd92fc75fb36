import Graphs
import Kernels

/// BiSeNet for small portraits: the published parser's paths, with features down to half of the size.
///
/// Input `[3, 128, 128]`, RGB in −1…1. Output: logits `[19, H, W]` in CelebAMask-HQ's order, enlarged
/// from half of the size by bilinear interpolation with aligned corners.
///
/// Taps: `spatial` at half of the size, `context` behind the context path, `fusion`.
///
/// Source: Yu et al., arXiv 1808.00897, figure 2.
///
/// - Deviation: all maps are four times as large relative to the image as in the paper, since features
///   of a 128-pixel face at an eighth of its size would know neither eyes nor lips; a third refinement
///   bridges the longer way, and there are no auxiliary heads.
package struct CompactBiSeNet: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name = "compact-bisenet"
  /// Per-sample shape of the published input.
  package let inputShape = [3, 128, 128]
  /// One line for people.
  package let summary = "BiSeNet of a small width for 128-pixel faces, 19 classes; compact suite"

  private let classes = 19
  private let context = 48

  /// The network of the compact suite.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let half = spatialPath(scope["spatial"], input).tapped("spatial")
    let quarter = scope["layer1"].residual(half, to: 48, stride: 2)
    let eighth = scope["layer2"]["1"].residual(
      scope["layer2"]["0"].residual(quarter, to: 96, stride: 2), to: 96)
    let sixteenth = scope["layer3"]["1"].residual(
      scope["layer3"]["0"].residual(eighth, to: 128, stride: 2), to: 128)
    let average = scope["average"].rectified(
      sixteenth.globalAveragePool(), to: context, kernel: 1, padding: 0)
    var x = scope["refine16"].attentionRefinement(sixteenth, to: context) + average
    for (name, map) in [("refine8", eighth), ("refine4", quarter)] {
      let enlarged = x.resizedNearest(rows: map.rows, columns: map.columns)
      x =
        scope[name].attentionRefinement(map, to: context)
        + scope[name]["head"].rectified(enlarged, to: context)
    }
    x = x.resizedNearest(rows: half.rows, columns: half.columns).tapped("context")
    let fused = scope["fusion"].featureFusion(half, x, to: 48).tapped("fusion")
    let logits = scope["head"]["1"].convolution(
      scope["head"]["0"].rectified(fused, to: 48), to: classes, kernel: 1)
    return logits.resizedBilinear(
      rows: input.rows, columns: input.columns, alignCorners: true)
  }

  /// Detail at half of the size.
  private func spatialPath(_ scope: Scope, _ input: Value) -> Value {
    let x = scope["0"].rectified(input, to: 24, stride: 2)
    return scope["1"].residual(x, to: 24)
  }
}

extension Scope {
  /// Convolution, batch norm, ReLU.
  fileprivate func rectified(
    _ x: Value, to channels: Int, kernel: Extent = 3, stride: Int = 1, padding: Extent = 1
  ) -> Value {
    let sum = self["conv"].convolution(
      x, to: channels, kernel: kernel, stride: stride, padding: padding, bias: false)
    return self["bn"].batchNorm(sum).relu()
  }

  /// ResNet's block of two 3×3 convolutions around a shortcut.
  fileprivate func residual(_ x: Value, to channels: Int, stride: Int = 1) -> Value {
    let inner = self["conv2"].convolution(
      self["unit1"].rectified(x, to: channels, stride: stride), to: channels, kernel: 3,
      padding: 1, bias: false)
    let y = self["bn2"].batchNorm(inner)
    guard stride != 1 || x.channels != channels else { return (y + x).relu() }
    let shortcut = self["downsample"]
    let sum = shortcut["0"].convolution(x, to: channels, kernel: 1, stride: stride, bias: false)
    return (y + shortcut["1"].batchNorm(sum)).relu()
  }

  /// Scales refined channels by gates computed from their means.
  fileprivate func attentionRefinement(_ x: Value, to channels: Int) -> Value {
    let features = self["conv"].rectified(x, to: channels)
    let gate = self["gate"].convolution(
      features.globalAveragePool(), to: channels, kernel: 1)
    return features * gate.sigmoid()
  }

  /// Joins spatial and context features and adds their gated form.
  fileprivate func featureFusion(_ spatial: Value, _ context: Value, to channels: Int) -> Value {
    let features = self["join"].rectified(
      .concatenated([spatial, context]), to: channels, kernel: 1, padding: 0)
    var gate = features.globalAveragePool()
    gate = self["gate1"].convolution(gate, to: channels / 4, kernel: 1).relu()
    gate = self["gate2"].convolution(gate, to: channels, kernel: 1).sigmoid()
    return features * gate + features
  }
}
