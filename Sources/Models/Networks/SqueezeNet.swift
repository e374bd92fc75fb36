import Graphs
import Kernels

/// SqueezeNet 1.1's convolutional trunk.
///
/// Input `[3, H, W]`, ImageNet-normalized RGB, at least 17×17. Output `[512, H/16, W/16]`, which is
/// `relu7` too. Taps: LPIPS's `relu1` … `relu7`; the pools and the fire blocks between as
/// `features.N`.
///
/// Source: Iandola et al., arXiv 1602.07360; torchvision `models/squeezenet.py`;
/// richzhang/PerceptualSimilarity, `lpips/pretrained_networks.py`.
package struct SqueezeNet: PerceptualTrunk {
  /// Name on the command line.
  package let name = "squeezenet1_1"
  /// Per-sample shape of the published input.
  package let inputShape = [3, 256, 256]
  /// One line for people.
  package let summary = "SqueezeNet 1.1 trunk with LPIPS taps relu1…relu7; torchvision weights"
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = ["classifier."]
  /// LPIPS's activations.
  package let perceptualTaps = [
    PerceptualTap(name: "relu1", channels: 64), PerceptualTap(name: "relu2", channels: 128),
    PerceptualTap(name: "relu3", channels: 256), PerceptualTap(name: "relu4", channels: 384),
    PerceptualTap(name: "relu5", channels: 384), PerceptualTap(name: "relu6", channels: 512),
    PerceptualTap(name: "relu7", channels: 512),
  ]

  /// The network as published.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let features = scope["features"]
    var x = features["0"].convolution(input, to: 64, kernel: 3, stride: 2)
    x = x.relu().tapped("relu1").halved().tapped("features.2")
    x = features["3"].fire(x, squeeze: 16, expand: 64).tapped("features.3")
    x = features["4"].fire(x, squeeze: 16, expand: 64).tapped("relu2")
    x = x.halved().tapped("features.5")
    x = features["6"].fire(x, squeeze: 32, expand: 128).tapped("features.6")
    x = features["7"].fire(x, squeeze: 32, expand: 128).tapped("relu3")
    x = x.halved().tapped("features.8")
    x = features["9"].fire(x, squeeze: 48, expand: 192).tapped("relu4")
    x = features["10"].fire(x, squeeze: 48, expand: 192).tapped("relu5")
    x = features["11"].fire(x, squeeze: 64, expand: 256).tapped("relu6")
    return features["12"].fire(x, squeeze: 64, expand: 256).tapped("relu7")
  }
}

extension Value {
  /// SqueezeNet's pool, whose last window may hang over the edge.
  fileprivate func halved() -> Value { maxPool(3, stride: 2, ceilMode: true) }
}

extension Scope {
  /// Squeezes the channels, expands them twice, joins: `[C, H, W] → [2 · expand, H, W]`.
  fileprivate func fire(_ x: Value, squeeze: Int, expand: Int) -> Value {
    let squeezed = self["squeeze"].convolution(x, to: squeeze, kernel: 1).relu()
    return .concatenated([
      self["expand1x1"].convolution(squeezed, to: expand, kernel: 1).relu(),
      self["expand3x3"].convolution(squeezed, to: expand, kernel: 3, padding: 1).relu(),
    ])
  }
}
