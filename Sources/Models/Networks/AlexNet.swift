import Graphs
import Kernels

/// AlexNet's convolutional trunk, torchvision's single-column form.
///
/// Input `[3, H, W]`, ImageNet-normalized RGB, at least 63×63. Output: `features` as a whole,
/// `[256, H/32, W/32]`. Taps: LPIPS's `relu1` … `relu5`, and the pools `features.2`, `features.5`.
///
/// A reduced form has a fraction of every layer's channels.
///
/// Source: Krizhevsky, arXiv 1404.5997; torchvision `models/alexnet.py`;
/// richzhang/PerceptualSimilarity, `lpips/pretrained_networks.py`.
package struct AlexNet: PerceptualTrunk {
  /// Name on the command line.
  package let name: String
  /// Per-sample shape of the published input.
  package let inputShape = [3, 256, 256]
  /// One line for people.
  package let summary: String
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = ["classifier."]
  /// LPIPS's activations.
  package let perceptualTaps: [PerceptualTap]

  /// The published network.
  package init() {
    self.init(
      name: "alexnet", summary: "AlexNet trunk with LPIPS taps relu1…relu5; torchvision weights",
      divisor: 1)
  }

  /// A network of the same form.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - divisor: of every number of channels, a divisor of 64.
  package init(name: String, summary: String, divisor: Int) {
    self.name = name
    self.summary = summary
    perceptualTaps = [64, 192, 384, 256, 256].enumerated().map { index, channels in
      PerceptualTap(name: "relu\(index + 1)", channels: channels / divisor)
    }
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    lastMap(scope, input).maxPool(3, stride: 2)
  }

  /// The network without its last pool, which no tap lies behind.
  package func lastMap(_ scope: Scope, _ input: Value) -> Value {
    let features = scope["features"]
    let widths = perceptualTaps.map(\.channels)
    var x = features["0"].convolution(input, to: widths[0], kernel: 11, stride: 4, padding: 2)
    x = x.relu().tapped("relu1").maxPool(3, stride: 2).tapped("features.2")
    x = features["3"].convolution(x, to: widths[1], kernel: 5, padding: 2)
    x = x.relu().tapped("relu2").maxPool(3, stride: 2).tapped("features.5")
    x = features["6"].convolution(x, to: widths[2], kernel: 3, padding: 1).relu().tapped("relu3")
    x = features["8"].convolution(x, to: widths[3], kernel: 3, padding: 1).relu().tapped("relu4")
    return features["10"].convolution(x, to: widths[4], kernel: 3, padding: 1).relu()
      .tapped("relu5")
  }
}
