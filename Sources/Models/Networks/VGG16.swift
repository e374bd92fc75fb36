import Graphs
import Kernels

/// VGG16's convolutional trunk (configuration D, no batch norm).
///
/// Input `[3, H, W]`, ImageNet-normalized RGB, at least 32×32. Output: `features` as a whole,
/// `[512, H/32, W/32]`. Taps: LPIPS's `relu1_2`, `relu2_2`, `relu3_3`, `relu4_3`, `relu5_3`; the
/// other activations and pools as `features.N`.
///
/// Source: Simonyan and Zisserman, arXiv 1409.1556; torchvision `models/vgg.py`;
/// richzhang/PerceptualSimilarity, `lpips/pretrained_networks.py`.
package struct VGG16: PerceptualTrunk {
  /// Name on the command line.
  package let name = "vgg16"
  /// Per-sample shape of the published input.
  package let inputShape = [3, 256, 256]
  /// One line for people.
  package let summary = "VGG16 trunk with LPIPS taps relu1_2…relu5_3; torchvision weights"
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = ["classifier."]

  private let stages: [(channels: Int, convolutions: Int)] = [
    (64, 2), (128, 2), (256, 3), (512, 3), (512, 3),
  ]

  /// The network as published.
  package init() {}

  /// LPIPS's activations.
  package var perceptualTaps: [PerceptualTap] {
    stages.enumerated().map { index, stage in
      PerceptualTap(name: "relu\(index + 1)_\(stage.convolutions)", channels: stage.channels)
    }
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let pool: (Value) -> Value = { $0.maxPool(2, stride: 2) }
    return pool(activations(scope, input, pool: pool)).tapped("features.30")
  }

  /// The stages up to the last activation, with pools of any kind between them.
  func activations(_ scope: Scope, _ input: Value, pool: (Value) -> Value) -> Value {
    var x = input
    var index = 0
    for (stage, tap) in zip(stages, perceptualTaps) {
      if index > 0 {
        x = pool(x).tapped("features.\(index)")
        index += 1
      }
      for convolution in 1...stage.convolutions {
        x = scope["features.\(index)"].convolution(x, to: stage.channels, kernel: 3, padding: 1)
        let isLast = convolution == stage.convolutions
        x = x.relu().tapped(isLast ? tap.name : "features.\(index + 1)")
        index += 2
      }
    }
    return x
  }
}
