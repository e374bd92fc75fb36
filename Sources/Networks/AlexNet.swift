import Graphs
import Kernels

/// AlexNet's convolutional trunk, torchvision's single-column form.
///
/// Input `[3, H, W]`, ImageNet-normalised RGB, at least 63×63. Output: `features` as a whole,
/// `[256, H/32, W/32]`. Taps: LPIPS's `relu1` … `relu5`, and the pools `features.2`, `features.5`.
///
/// Source: Krizhevsky, arXiv 1404.5997; torchvision `models/alexnet.py`;
/// richzhang/PerceptualSimilarity, `lpips/pretrained_networks.py`.
package struct AlexNet: PerceptualTrunk {
  package let name = "alexnet"
  package let inputShape = [3, 256, 256]
  package let summary = "AlexNet trunk with LPIPS taps relu1…relu5; torchvision weights"
  package let ignorableCheckpointPrefixes = ["classifier."]
  package let perceptualTaps = [
    PerceptualTap(name: "relu1", channels: 64), PerceptualTap(name: "relu2", channels: 192),
    PerceptualTap(name: "relu3", channels: 384), PerceptualTap(name: "relu4", channels: 256),
    PerceptualTap(name: "relu5", channels: 256),
  ]

  package init() {}

  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let features = scope["features"]
    var x = features["0"].convolution(input, to: 64, kernel: 11, stride: 4, padding: 2)
    x = x.relu().tapped("relu1").maxPool(3, stride: 2).tapped("features.2")
    x = features["3"].convolution(x, to: 192, kernel: 5, padding: 2)
    x = x.relu().tapped("relu2").maxPool(3, stride: 2).tapped("features.5")
    x = features["6"].convolution(x, to: 384, kernel: 3, padding: 1).relu().tapped("relu3")
    x = features["8"].convolution(x, to: 256, kernel: 3, padding: 1).relu().tapped("relu4")
    x = features["10"].convolution(x, to: 256, kernel: 3, padding: 1).relu().tapped("relu5")
    return x.maxPool(3, stride: 2)
  }
}
