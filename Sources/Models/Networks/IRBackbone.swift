import Graphs
import Kernels

/// ArcFace's improved residual backbones under TreB1eN's names: IR-SE50, IR-50, IR-100 and
/// CurricularFace's IR-101.
///
/// Input `[3, 112, 112]`, RGB in −1…1. Output `[512]` of unit length. Taps: `input_layer`, `body.0` …
/// `body.N`, `output_layer` (the embedding before it is scaled to unit length).
///
/// Source: Deng et al., arXiv 1801.07698, section 3.1; TreB1eN/InsightFace_Pytorch, `model.py`;
/// IR-101: HuangYG123/CurricularFace, `backbone/model_irse.py`, and eladrich/pixel2style2pixel,
/// `models/encoders/model_irse.py`.
package struct IRBackbone: PublishedNetwork, SingleInputNetwork {
  /// The published configurations.
  package enum Variant: String, CaseIterable, Sendable {
    /// 24 units, each with squeeze and excitation.
    case se50 = "ir-se50"
    /// 24 units.
    case plain50 = "ir-50"
    /// 49 units.
    case plain100 = "ir-100"
    /// 49 units; the last batch norm neither scales nor shifts.
    case curricular101 = "ir-101"
  }

  private let variant: Variant

  /// The backbone of a configuration.
  package init(_ variant: Variant) { self.variant = variant }

  /// Name on the command line.
  package var name: String { variant.rawValue }
  /// Per-sample shape of the published input.
  package var inputShape: [Int] { [3, 112, 112] }

  /// One line for people.
  package var summary: String {
    switch variant {
    case .se50: "IR-SE50 (ArcFace), 512-d face embedding; TreB1eN weights model_ir_se50.pth"
    case .plain50: "IR-50 (ArcFace), 512-d face embedding; TreB1eN's names"
    case .plain100: "IR-100 (ArcFace), 512-d face embedding; TreB1eN's names"
    case .curricular101: "IR-101 (CurricularFace), 512-d face embedding; HuangYG123 weights"
    }
  }

  private var stages: [(channels: Int, units: Int)] {
    switch variant {
    case .se50, .plain50: [(64, 3), (128, 4), (256, 14), (512, 3)]
    case .plain100, .curricular101: [(64, 3), (128, 13), (256, 30), (512, 3)]
    }
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = scope.module("input_layer") {
      let sum = $0["0"].convolution(input, to: 64, kernel: 3, padding: 1, bias: false)
      return $0["2"].prelu($0["1"].batchNorm(sum))
    }
    var index = 0
    for stage in stages {
      for unit in 0..<stage.units {
        x = scope.module("body.\(index)") {
          $0.bottleneck(
            x, to: stage.channels, stride: unit == 0 ? 2 : 1, excites: variant == .se50)
        }
        index += 1
      }
    }
    let embedding = scope.module("output_layer") {
      let features = $0["0"].batchNorm(x).flattened()
      return $0["4"].batchNorm(
        $0["3"].linear(features, to: 512), affine: variant != .curricular101)
    }
    return embedding.l2Normalized()
  }
}

extension Scope {
  /// Improved residual unit: the stride sits in the second convolution.
  fileprivate func bottleneck(_ x: Value, to channels: Int, stride: Int, excites: Bool) -> Value {
    let layer = self["res_layer"]
    var y = layer["0"].batchNorm(x)
    y = layer["1"].convolution(y, to: channels, kernel: 3, padding: 1, bias: false)
    y = layer["2"].prelu(y)
    y = layer["3"].convolution(y, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
    y = layer["4"].batchNorm(y)
    if excites { y = layer["5"].excited(y) }
    return y + shortcut(x, to: channels, stride: stride)
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
