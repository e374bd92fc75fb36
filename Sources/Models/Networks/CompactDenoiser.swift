import Graphs
import Kernels
import Tensors

/// A U-Net that takes the noise off a portrait whose label map and caption it is told.
///
/// Input `[3 + 19 + 1 + A, 128, 128]`: the noisy picture in about −1…1, its label map one-hot, the noise's
/// share, and `A` attributes that a caption claims (1), denies (−1) or leaves open (0), each a plane.
/// Output `[3, 128, 128]`, the picture without noise.
///
/// Source: Ho et al., arXiv 2006.11239, whose U-Net has the same form; that the picture and not the noise is
/// predicted, Salimans and Ho, arXiv 2202.00512.
///
/// - Deviation: batch norms in place of group norms, no attention, half of the size inside.
package struct CompactDenoiser: PublishedNetwork {
  /// Number of classes of the label map.
  package static let classes = 19
  /// Number of attributes.
  package static let attributeCount = 12

  package let name = "compact-denoiser"
  package let summary = "U-Net of a denoising diffusion on 128-pixel faces; compact suite"
  package let inputShape = [
    3 + classes + 1 + attributeCount, CompactNetworks.imageSize, CompactNetworks.imageSize,
  ]

  package init() {}

  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let half = scope["down0"]["1"].unit(
      scope["down0"]["0"].unit(input, to: 24, kernel: 4, stride: 2), to: 24)
    let quarter = scope["down1"]["1"].unit(
      scope["down1"]["0"].unit(half, to: 48, kernel: 4, stride: 2), to: 48)
    var x = scope["middle"]["0"].unit(quarter, to: 64, kernel: 4, stride: 2)
    for index in 1...2 { x = scope["middle"][index].unit(x, to: 64) }
    x = scope["up1"].joined(x, quarter, to: 48)
    x = scope["up0"].joined(x, half, to: 24)
    return scope["output"].transposedConvolution(x, to: 3, kernel: 4, stride: 2, padding: 1)
  }

  /// The network's input.
  ///
  /// - Parameters:
  ///   - picture: noisy, planar, `[3 · S · S]`.
  ///   - labels: `[S · S]`, classes 0…18.
  ///   - attributes: `[A]`.
  ///   - noise: its share, ``noiseShare(at:)``.
  /// - Returns: the planes in the order above.
  package static func input(
    picture: [Float], labels: [UInt8], attributes: [Float], noise: Float
  ) -> Tensor {
    let side = CompactNetworks.imageSize
    let size = side * side
    precondition(
      picture.count == 3 * size && labels.count == size && attributes.count == attributeCount,
      "a denoiser's input")
    var values = picture
    values.reserveCapacity((3 + classes + 1 + attributeCount) * size)
    values += [Float](repeating: 0, count: classes * size)
    for (pixel, label) in labels.enumerated() { values[(3 + Int(label)) * size + pixel] = 1 }
    for plane in [noise] + attributes { values += [Float](repeating: plane, count: size) }
    return Tensor(shape: [3 + classes + 1 + attributeCount, side, side], values: values)
  }

  /// Share of the picture at a moment 0 (all picture) … 1 (all noise) of the diffusion: `cos(π t / 2)`.
  ///
  /// Source: Nichol and Dhariwal, arXiv 2102.09672, without the offset.
  package static func pictureShare(at moment: Double) -> Float {
    Float(Elementary.cosine(.pi / 2 * moment))
  }

  /// Share of the noise at a moment, `sin(π t / 2)`.
  package static func noiseShare(at moment: Double) -> Float {
    Float(Elementary.sine(.pi / 2 * moment))
  }
}

extension Scope {
  /// Convolution, batch norm, ReLU.
  fileprivate func unit(
    _ x: Value, to channels: Int, kernel: Extent = 3, stride: Int = 1
  ) -> Value {
    let sum = self["conv"].convolution(
      x, to: channels, kernel: kernel, stride: stride, padding: 1, bias: false)
    return self["bn"].batchNorm(sum).relu()
  }

  /// Doubles a map, joins it with one of its new size and mixes both.
  fileprivate func joined(_ x: Value, _ skip: Value, to channels: Int) -> Value {
    let larger = self["up"].transposedConvolution(
      x, to: channels, kernel: 4, stride: 2, padding: 1, bias: false)
    return unit(.concatenated([self["bn_up"].batchNorm(larger).relu(), skip]), to: channels)
  }
}
