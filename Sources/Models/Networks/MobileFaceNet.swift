import Graphs
import Kernels

/// MobileFaceNet with a 128-d embedding, trained with the ArcFace loss.
///
/// Input `[3, 112, 96]`, RGB, (x − 127.5)/128: columns 8 ..< 104 of the aligned 112×112 crop. Output
/// `[128]`, not normalized to unit length. Taps: `conv1`, `dw_conv1`, `blocks.0` … `blocks.14`,
/// `conv2`, `linear7`.
///
/// Source: Chen et al., arXiv 1804.07573, table 1; Xiaoccer/MobileFaceNet_Pytorch, `core/model.py`.
package struct MobileFaceNet: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name = "mobilefacenet"
  /// Per-sample shape of the published input.
  package let inputShape = [3, 112, 96]
  /// One line for people.
  package let summary = "MobileFaceNet, 128-d face embedding of 112×96 crops; Xiaoccer weights"

  /// The paper's bottleneck table; the stride is the first repetition's.
  private let stages: [(expansion: Int, channels: Int, repetitions: Int, stride: Int)] = [
    (2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1),
  ]

  /// The network as published.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = scope.module("conv1") {
      $0.unit(input, to: 64, kernel: 3, stride: 2, padding: 1).prelu(in: $0)
    }
    x = scope.module("dw_conv1") {
      $0.unit(x, to: 64, kernel: 3, padding: 1, groups: 64).prelu(in: $0)
    }
    var index = 0
    for stage in stages {
      for repetition in 0..<stage.repetitions {
        let stride = repetition == 0 ? stage.stride : 1
        x = scope.module("blocks.\(index)") {
          $0.bottleneck(x, to: stage.channels, stride: stride, expansion: stage.expansion)
        }
        index += 1
      }
    }
    x = scope.module("conv2") { $0.unit(x, to: 512, kernel: 1).prelu(in: $0) }
    // The global depthwise convolution: one filter per channel, as large as the map.
    x = scope.module("linear7") { $0.unit(x, to: 512, kernel: .init(7, 6), groups: 512) }
    return scope["linear1"].unit(x, to: 128, kernel: 1).flattened()
  }
}

extension Value {
  /// The activation of a unit, where it has one.
  fileprivate func prelu(in scope: Scope) -> Value { scope["prelu"].prelu(self) }
}

extension Scope {
  /// Convolution and batch norm, no activation.
  fileprivate func unit(
    _ x: Value, to channels: Int, kernel: Extent, stride: Int = 1, padding: Extent = 0,
    groups: Int = 1
  ) -> Value {
    let sum = self["conv"].convolution(
      x, to: channels, kernel: kernel, stride: stride, padding: padding, groups: groups,
      bias: false)
    return self["bn"].batchNorm(sum)
  }

  /// Inverted residual: widen, filter each channel, narrow; with a shortcut where shapes allow.
  fileprivate func bottleneck(
    _ x: Value, to channels: Int, stride: Int, expansion: Int
  ) -> Value {
    let layer = self["conv"]
    let wide = x.shape[0] * expansion
    var y = layer["0"].convolution(x, to: wide, kernel: 1, bias: false)
    y = layer["2"].prelu(layer["1"].batchNorm(y))
    y = layer["3"].convolution(
      y, to: wide, kernel: 3, stride: stride, padding: 1, groups: wide, bias: false)
    y = layer["5"].prelu(layer["4"].batchNorm(y))
    y = layer["6"].convolution(y, to: channels, kernel: 1, bias: false)
    y = layer["7"].batchNorm(y)
    return stride == 1 && x.shape[0] == channels ? x + y : y
  }
}
