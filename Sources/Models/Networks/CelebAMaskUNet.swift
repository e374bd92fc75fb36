import Graphs
import Kernels

/// The U-Net face parser published with CelebAMask-HQ.
///
/// Input `[3, H, W]`, RGB in −1…1, published at 512×512; sides must be multiples of 16. Output:
/// logits `[19, H, W]` in CelebAMask-HQ's class order. Taps: `conv1` … `conv4`, `center`,
/// `up_concat4` … `up_concat1`.
///
/// Source: Ronneberger et al., arXiv 1505.04597; switchablenorms/CelebAMask-HQ,
/// `face_parsing/unet.py` and `model_utils.py` with `feature_scale` 4.
///
/// - Deviation: other sides than multiples of 16 are refused; the original pads them, wrongly for
///   maps that are not square.
package struct CelebAMaskUNet: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name = "celebamask-unet"
  /// Per-sample shape of the published input.
  package let inputShape = [3, 512, 512]
  /// One line for people.
  package let summary = "CelebAMask-HQ's U-Net face parser, 19 classes; switchablenorms weights"

  private let widths = [16, 32, 64, 128]

  /// The network as published.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = input
    var skips: [Value] = []
    for (index, width) in widths.enumerated() {
      x = scope.module("conv\(index + 1)") { $0.doubleConvolution(x, to: width) }
      skips.append(x)
      x = x.maxPool(2, stride: 2)
    }
    x = scope.module("center") { $0.doubleConvolution(x, to: 256) }
    for (index, skip) in skips.enumerated().reversed() {
      x = scope.module("up_concat\(index + 1)") { $0.enlarged(x, joining: skip) }
    }
    return scope["final"].convolution(x, to: 19, kernel: 1)
  }
}

extension Scope {
  /// Twice convolution with bias, batch norm, ReLU.
  fileprivate func doubleConvolution(_ x: Value, to channels: Int) -> Value {
    ["conv1", "conv2"].reduce(x) { x, layer in
      let sum = self[layer]["0"].convolution(x, to: channels, kernel: 3, padding: 1)
      return self[layer]["1"].batchNorm(sum).relu()
    }
  }

  /// Doubles the size, joins the skip before it, convolves twice.
  fileprivate func enlarged(_ x: Value, joining skip: Value) -> Value {
    let channels = skip.shape[0]
    let enlarged = self["up"].transposedConvolution(x, to: channels, kernel: 2, stride: 2)
    return self["conv"].doubleConvolution(.concatenated([skip, enlarged]), to: channels)
  }
}
