import Graphs
import Kernels

/// BiSeNet on ResNet-18 as a 19-class face parser.
///
/// Input `[3, H, W]`, ImageNet-normalized RGB, published at 512×512. Output: logits `[19, H, W]` in
/// BiSeNet's own class order. Taps: `cp.resnet.maxpool`, `cp.resnet.layer1.0` …
/// `cp.resnet.layer4.1`, `cp.conv_avg`, `cp.arm32`, `cp.conv_head32`, `cp.arm16`, `cp.conv_head16`,
/// `ffm`, `conv_out`, and the auxiliary logits `conv_out16` and `conv_out32` before enlargement.
///
/// Source: Yu et al., arXiv 1808.00897; zllrunning/face-parsing.PyTorch, `model.py`, `resnet.py`.
///
/// - Deviation: the paper's spatial path is replaced by ResNet's features at an eighth of the size,
///   as in the published checkpoint. The auxiliary heads serve training; they are described so that
///   binding stays strict, and cost nothing unless their taps are asked for.
package struct BiSeNet: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name = "bisenet"
  /// Per-sample shape of the published input.
  package let inputShape = [3, 512, 512]
  /// One line for people.
  package let summary = "BiSeNet face parser, 19 classes; zllrunning weights 79999_iter.pth"

  private let classes = 19

  /// The network as published.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let (eighth, sixteenth, thirtysecond) = resNet18(scope, input)
    let average = scope.module("cp.conv_avg") {
      $0.unit(thirtysecond.globalAveragePool(), to: 128, kernel: 1, padding: 0)
    }
    let refined32 = scope.module("cp.arm32") { $0.attentionRefinement(thirtysecond) } + average
    let context16 = scope.module("cp.conv_head32") {
      $0.unit(refined32.resizedNearest(like: sixteenth), to: 128)
    }
    let refined16 = scope.module("cp.arm16") { $0.attentionRefinement(sixteenth) } + context16
    let context8 = scope.module("cp.conv_head16") {
      $0.unit(refined16.resizedNearest(like: eighth), to: 128)
    }
    let fused = scope.module("ffm") { $0.featureFusion(eighth, context8) }
    _ = scope.module("conv_out16") { $0.head(context8, middle: 64, classes: classes) }
    _ = scope.module("conv_out32") { $0.head(context16, middle: 64, classes: classes) }
    return scope.module("conv_out") { $0.head(fused, middle: 256, classes: classes) }
      .resizedBilinear(rows: input.shape[1], columns: input.shape[2], alignCorners: true)
  }

  /// ResNet-18's features at an eighth, a sixteenth and a thirty-second of the size.
  private func resNet18(_ scope: Scope, _ input: Value) -> (Value, Value, Value) {
    let stem = scope["cp.resnet"]
    var x = stem["conv1"].convolution(input, to: 64, kernel: 7, stride: 2, padding: 3, bias: false)
    x = stem["bn1"].batchNorm(x).relu()
    x = x.maxPool(3, stride: 2, padding: 1).tapped("cp.resnet.maxpool")
    let stages = [64, 128, 256, 512].enumerated().map { index, channels in
      for block in 0..<2 {
        x = scope.module("cp.resnet.layer\(index + 1).\(block)") {
          $0.basicBlock(x, to: channels, stride: index > 0 && block == 0 ? 2 : 1)
        }
      }
      return x
    }
    return (stages[1], stages[2], stages[3])
  }
}

extension Value {
  /// Nearest-neighbor enlargement to another map's rows and columns.
  fileprivate func resizedNearest(like other: Value) -> Value {
    resizedNearest(rows: other.shape[1], columns: other.shape[2])
  }
}

extension Scope {
  /// Convolution, batch norm, ReLU.
  fileprivate func unit(
    _ x: Value, to channels: Int, kernel: Extent = 3, padding: Extent = 1
  ) -> Value {
    let sum = self["conv"].convolution(
      x, to: channels, kernel: kernel, padding: padding, bias: false)
    return self["bn"].batchNorm(sum).relu()
  }

  /// ResNet's block of two 3×3 convolutions around a shortcut.
  fileprivate func basicBlock(_ x: Value, to channels: Int, stride: Int) -> Value {
    var y = self["conv1"].convolution(
      x, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
    y = self["bn1"].batchNorm(y).relu()
    y = self["conv2"].convolution(y, to: channels, kernel: 3, padding: 1, bias: false)
    y = self["bn2"].batchNorm(y)
    guard stride != 1 || x.shape[0] != channels else { return (y + x).relu() }
    let layer = self["downsample"]
    let shortcut = layer["0"].convolution(
      x, to: channels, kernel: 1, stride: stride, bias: false)
    return (y + layer["1"].batchNorm(shortcut)).relu()
  }

  /// Scales 128 refined channels by gates computed from their means.
  fileprivate func attentionRefinement(_ x: Value) -> Value {
    let features = self["conv"].unit(x, to: 128)
    let means = features.globalAveragePool()
    let gate = self["conv_atten"].convolution(means, to: 128, kernel: 1, bias: false)
    return features * self["bn_atten"].batchNorm(gate).sigmoid()
  }

  /// Joins spatial and context features and adds their gated form.
  fileprivate func featureFusion(_ spatial: Value, _ context: Value) -> Value {
    let features = self["convblk"].unit(
      .concatenated([spatial, context]), to: 256, kernel: 1, padding: 0)
    var gate = features.globalAveragePool()
    gate = self["conv1"].convolution(gate, to: 64, kernel: 1, bias: false).relu()
    gate = self["conv2"].convolution(gate, to: 256, kernel: 1, bias: false).sigmoid()
    return features * gate + features
  }

  /// From features to logits at the same size.
  fileprivate func head(_ x: Value, middle: Int, classes: Int) -> Value {
    self["conv_out"].convolution(
      self["conv"].unit(x, to: middle), to: classes, kernel: 1, bias: false)
  }
}
