import Graphs
import Kernels

/// iResNet, insightface's ArcFace backbone without squeeze and excitation.
///
/// Input `[3, 112, 112]`, RGB in −1…1 of a face aligned to five points. Output `[512]`, not scaled to
/// unit length. Taps: `stem`, then `layer1.0` … `layer4.N`, one a residual block.
///
/// It differs from IR-SE50 in its names, in the first block of `layer1`, whose shortcut is a strided
/// convolution too, and in the shortcut's batch norm behind every stride.
///
/// Source: Duta et al., arXiv 2004.04989; deepinsight/insightface,
/// `recognition/arcface_torch/backbones/iresnet.py`.
package struct IResNet: PublishedNetwork {
  /// The published numbers of layers.
  package enum Depth: Int, CaseIterable, Sendable {
    case layers18 = 18
    case layers34 = 34
    case layers50 = 50
    case layers100 = 100

    /// Residual blocks of the four stages.
    var blocks: [Int] {
      switch self {
      case .layers18: [2, 2, 2, 2]
      case .layers34: [3, 4, 6, 3]
      case .layers50: [3, 4, 14, 3]
      case .layers100: [3, 13, 30, 3]
      }
    }
  }

  private let depth: Depth

  /// The backbone of a depth.
  package init(_ depth: Depth) { self.depth = depth }

  package var name: String { "iresnet\(depth.rawValue)" }
  package var inputShape: [Int] { [3, 112, 112] }
  package var summary: String {
    "iResNet-\(depth.rawValue) (ArcFace), 512-d face embedding; insightface weights"
  }

  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let sum = scope["conv1"].convolution(input, to: 64, kernel: 3, padding: 1, bias: false)
    var x = scope["prelu"].prelu(scope["bn1"].batchNorm(sum)).tapped("stem")
    for (stage, blocks) in depth.blocks.enumerated() {
      for block in 0..<blocks {
        x = scope.module("layer\(stage + 1).\(block)") {
          $0.basicBlock(x, to: 64 << stage, stride: block == 0 ? 2 : 1)
        }
      }
    }
    let features = scope["bn2"].batchNorm(x).flattened()
    return scope["features"].batchNorm(scope["fc"].linear(features, to: 512))
  }
}

extension Scope {
  /// Improved residual block: the stride sits in the second convolution.
  fileprivate func basicBlock(_ x: Value, to channels: Int, stride: Int) -> Value {
    var y = self["bn1"].batchNorm(x)
    y = self["conv1"].convolution(y, to: channels, kernel: 3, padding: 1, bias: false)
    y = self["prelu"].prelu(self["bn2"].batchNorm(y))
    y = self["conv2"].convolution(
      y, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
    y = self["bn3"].batchNorm(y)
    guard stride != 1 else { return y + x }
    let shortcut = self["downsample"]
    let sum = shortcut["0"].convolution(x, to: channels, kernel: 1, stride: stride, bias: false)
    return y + shortcut["1"].batchNorm(sum)
  }
}
