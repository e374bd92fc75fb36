import ArrayKernels
import Graphs
import Kernels

/// What DISTS runs on one image: VGG16 with L2 pooling in place of maxima.
///
/// Input `[3, H, W]`, RGB in 0…1, of any size; nothing resizes it. Output: `relu5_3`,
/// `[512, ⌈H/16⌉, ⌈W/16⌉]`. Taps: the six results that DISTS compares, `input` (the image as it came),
/// `relu1_2`, `relu2_2`, `relu3_3`, `relu4_3`, `relu5_3`; the other activations and the pools as `features.N`.
/// Parameters are those of torchvision's VGG16.
///
/// Source: Ding et al., arXiv 2004.07728; `dingkeyan93/DISTS`, `DISTS_pytorch/DISTS_pt.py`. Its demonstration
/// reduces images to 256 pixels on the smaller side before; its `forward`, as here, does not.
///
/// - Deviation: the normalization multiplies by the reciprocal of the deviation, and pools average twice in
///   place of once with the window's products; both round differently in the last bit.
package struct DISTSNetwork: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name = "dists"
  /// Per-sample shape of the input; any from 32×32 works.
  package let inputShape = [3, 256, 256]
  /// One line for people.
  package let summary =
    "VGG16 with L2 pooling, taps of DISTS input, relu1_2…relu5_3; torchvision weights"
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = ["classifier."]

  private let trunk = VGG16()

  /// The network as published.
  package init() {}

  /// What DISTS compares, in the order of its weights.
  package var comparedTaps: [PerceptualTap] {
    [PerceptualTap(name: "input", channels: 3)] + trunk.perceptualTaps
  }

  /// The learned weights of texture and structure as the package's own file names them, one a channel of
  /// ``comparedTaps``.
  package var weights: [ParameterSpecification] {
    let channels = comparedTaps.reduce(0) { $0 + $1.channels }
    return ["alpha", "beta"].map {
      ParameterSpecification(name: $0, shape: [1, channels, 1, 1])
    }
  }

  /// The normalized image through the trunk; the image itself is the first tap.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    trunk.activations(scope, Self.normalized(input.tapped("input"))) { $0.l2Pooled() }
  }

  /// ImageNet's mean and deviation.
  private static func normalized(_ input: Value) -> Value {
    let scale: [Float] = [1 / 0.229, 1 / 0.224, 1 / 0.225]
    let shift: [Float] = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    return input.perChannelAffine(scale: scale, shift: shift)
  }
}

extension Value {
  /// `√(Σ w x² + 1e-12)` over windows of 3×3, stride 2 and a border of zeros: `[C, H, W] → [C, ⌈H/2⌉, ⌈W/2⌉]`.
  ///
  /// The weights are a Hann window of five values without its outer zeros, `[1, 2, 1] / 4` on both axes. That is
  /// a box of two values applied twice: first at every pixel, then at every second.
  fileprivate func l2Pooled() -> Value {
    let squares = self * self
    let means = squares.averagePool(2, stride: 1, padding: 1).averagePool(2, stride: 2)
    return means.perChannelAffine(
      scale: [Float](repeating: 1, count: channels),
      shift: [Float](repeating: 1e-12, count: channels)
    ).applying(.squareRoot)
  }
}
