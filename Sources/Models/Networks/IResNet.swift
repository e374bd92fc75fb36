import Graphs
import Kernels

/// iResNet, insightface's ArcFace backbone without squeeze and excitation.
///
/// Input `[3, 112, 112]`, RGB in −1…1 of a face aligned to five points. Output `[512]`, not scaled to
/// unit length. Reduced forms have other sizes. Taps: `stem`, then `layer1.0` … `layer4.N`, one a residual block.
///
/// It differs from IR-SE50 in its names, in the first block of `layer1`, whose shortcut is a strided
/// convolution too, and in the shortcut's batch norm behind every stride.
///
/// Source: Duta et al., arXiv 2004.04989; deepinsight/insightface,
/// `recognition/arcface_torch/backbones/iresnet.py`.
package struct IResNet: PublishedNetwork, SingleInputNetwork {
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

  /// Name on the command line.
  package let name: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]
  /// One line for people.
  package let summary: String
  /// Residual blocks and channels of the stages.
  private let stages: [(blocks: Int, channels: Int)]
  private let stem: (channels: Int, stride: Int)
  private let embedding: Int

  /// The backbone of a published depth.
  package init(_ depth: Depth) {
    self.init(
      name: "iresnet\(depth.rawValue)",
      summary: "iResNet-\(depth.rawValue) (ArcFace), 512-d face embedding; insightface weights",
      size: 112, stem: (64, 1),
      stages: depth.blocks.enumerated().map { ($0.element, 64 << $0.offset) }, embedding: 512)
  }

  /// A backbone of the same form.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - size: rows and columns of the input.
  ///   - stem: channels and stride of the first convolution.
  ///   - stages: blocks, of which the first halves the map, and channels.
  ///   - embedding: width of the output.
  package init(
    name: String, summary: String, size: Int, stem: (channels: Int, stride: Int),
    stages: [(blocks: Int, channels: Int)], embedding: Int
  ) {
    self.name = name
    self.summary = summary
    inputShape = [3, size, size]
    self.stem = stem
    self.stages = stages
    self.embedding = embedding
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    describe(scope, input) { $0 }
  }

  /// Channels of all batch norms but the shortcuts' and the last.
  var conditionedChannels: Int {
    var (sum, inputs) = (stem.channels, stem.channels)
    for stage in stages {
      sum += inputs + 2 * stage.channels + 3 * stage.channels * (stage.blocks - 1)
      inputs = stage.channels
    }
    return sum + inputs
  }

  /// Describes the network with something behind each batch norm but the shortcuts' and the last, in their order.
  func describe(
    _ scope: Scope, _ input: Value, conditioned: (Value) -> Value
  ) -> Value {
    let sum = scope["conv1"].convolution(
      input, to: stem.channels, kernel: 3, stride: stem.stride, padding: 1, bias: false)
    var x = scope["prelu"].prelu(conditioned(scope["bn1"].batchNorm(sum))).tapped("stem")
    for (index, stage) in stages.enumerated() {
      for block in 0..<stage.blocks {
        x = scope.module("layer\(index + 1).\(block)") {
          $0.basicBlock(
            x, to: stage.channels, stride: block == 0 ? 2 : 1, conditioned: conditioned)
        }
      }
    }
    let features = conditioned(scope["bn2"].batchNorm(x)).flattened()
    return scope["features"].batchNorm(scope["fc"].linear(features, to: embedding))
  }
}

extension Scope {
  /// Improved residual block: the stride sits in the second convolution.
  fileprivate func basicBlock(
    _ x: Value, to channels: Int, stride: Int, conditioned: (Value) -> Value
  ) -> Value {
    var y = conditioned(self["bn1"].batchNorm(x))
    y = self["conv1"].convolution(y, to: channels, kernel: 3, padding: 1, bias: false)
    y = self["prelu"].prelu(conditioned(self["bn2"].batchNorm(y)))
    y = self["conv2"].convolution(
      y, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
    y = conditioned(self["bn3"].batchNorm(y))
    guard stride != 1 else { return y + x }
    let shortcut = self["downsample"]
    let sum = shortcut["0"].convolution(x, to: channels, kernel: 1, stride: stride, bias: false)
    return y + shortcut["1"].batchNorm(sum)
  }
}
