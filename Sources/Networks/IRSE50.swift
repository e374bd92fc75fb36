import Graphs
import Kernels

/// IR-SE50, the ArcFace backbone with squeeze and excitation.
///
/// Input `[3, 112, 112]`, RGB in −1…1. Output `[512]` of unit length. Taps: `input_layer`, `body.0` …
/// `body.23`, `output_layer` (the embedding before it is scaled to unit length).
///
/// Source: Deng et al., arXiv 1801.07698, section 3.1; TreB1eN/InsightFace_Pytorch, `model.py`.
package struct IRSE50: PublishedNetwork {
  package let name = "ir-se50"
  package let inputShape = [3, 112, 112]
  package let summary = "IR-SE50 (ArcFace), 512-d face embedding; TreB1eN weights model_ir_se50.pth"

  private let stages: [(channels: Int, units: Int)] = [(64, 3), (128, 4), (256, 14), (512, 3)]

  package init() {}

  package func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = scope.module("input_layer") {
      let sum = $0["0"].convolution(input, to: 64, kernel: 3, padding: 1, bias: false)
      return $0["2"].prelu($0["1"].batchNorm(sum))
    }
    var index = 0
    for stage in stages {
      for unit in 0..<stage.units {
        x = scope.module("body.\(index)") {
          $0.bottleneck(x, to: stage.channels, stride: unit == 0 ? 2 : 1)
        }
        index += 1
      }
    }
    let embedding = scope.module("output_layer") {
      let features = $0["0"].batchNorm(x).flattened()
      return $0["4"].batchNorm($0["3"].linear(features, to: 512))
    }
    return embedding.l2Normalized()
  }
}

extension Scope {
  /// Improved residual unit: the stride sits in the second convolution.
  fileprivate func bottleneck(_ x: Value, to channels: Int, stride: Int) -> Value {
    let layer = self["res_layer"]
    var y = layer["0"].batchNorm(x)
    y = layer["1"].convolution(y, to: channels, kernel: 3, padding: 1, bias: false)
    y = layer["2"].prelu(y)
    y = layer["3"].convolution(y, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
    y = layer["4"].batchNorm(y)
    return layer["5"].excited(y) + shortcut(x, to: channels, stride: stride)
  }

  /// Subsampling where the width stays, else a strided 1×1 convolution.
  private func shortcut(_ x: Value, to channels: Int, stride: Int) -> Value {
    guard x.shape[0] != channels else { return x.subsampled(by: stride) }
    let layer = self["shortcut_layer"]
    let sum = layer["0"].convolution(x, to: channels, kernel: 1, stride: stride, bias: false)
    return layer["1"].batchNorm(sum)
  }

  /// Squeeze and excitation: every channel is scaled by a gate computed from all channels' means.
  private func excited(_ x: Value) -> Value {
    let channels = x.shape[0]
    var gate = x.globalAveragePool()
    gate = self["fc1"].convolution(gate, to: channels / 16, kernel: 1, bias: false).relu()
    gate = self["fc2"].convolution(gate, to: channels, kernel: 1, bias: false).sigmoid()
    return x * gate
  }
}
