/// How the planes of a float tensor are resized; each as the reference library computes it.
package enum TensorFilter: Sendable, Hashable, CustomStringConvertible {
  /// Pillow on mode `F`: widened when shrinking, sums in double, nothing limited.
  case pillow(PillowFilter)
  /// `torch.nn.functional.interpolate(mode="nearest")`: the pixel at `floor(i · in / out)`.
  case torchNearest
  /// `interpolate(mode="bilinear")`: two taps, also when shrinking. Without `alignCorners` pixel
  /// centers lie at halves.
  case torchBilinear(alignCorners: Bool)
  /// `interpolate(mode="bicubic")`: four taps, a = −0.75, centers at halves, also when shrinking.
  case torchBicubic
  /// TensorFlow 1's `resize_bilinear`: two taps, pixel `i` comes from `i · in / out`.
  ///
  /// Source: `torch_fidelity/interpolate_compat_tensorflow.py`, method "slow".
  case tensorFlow1Bilinear
  /// `adaptive_avg_pool2d`: the mean of rows and columns `floor(i · in / out) ..<
  /// ceil((i + 1) · in / out)`.
  case adaptiveAverage

  /// The name used in fingerprints.
  package var description: String {
    switch self {
    case .pillow(let filter): "pillow-float-\(filter.rawValue)"
    case .torchNearest: "torch-nearest"
    case .torchBilinear(alignCorners: false): "torch-bilinear-half-pixel-no-antialias"
    case .torchBilinear(alignCorners: true): "torch-bilinear-align-corners-no-antialias"
    case .torchBicubic: "torch-bicubic-0.75-half-pixel-no-antialias"
    case .tensorFlow1Bilinear: "tensorflow1-bilinear"
    case .adaptiveAverage: "adaptive-average"
    }
  }
}
