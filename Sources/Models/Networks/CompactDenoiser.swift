import Graphs
import Kernels
import Tensors

/// A U-Net that takes the noise off a portrait whose label map and caption it is told.
///
/// Inputs: `picture [3, 128, 128]`, noisy, in about −1…1; `labels [19, 128, 128]`, its label map one-hot;
/// `noise [1]`, the noise's share; `attributes [A]`, what a caption claims (1), denies (−1) or leaves open (0).
/// Output `[3, 128, 128]`, the picture without noise. The first layer sees them all as planes, in
/// this order; so does the result `planes`.
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

  /// Name on the command line.
  package let name = "compact-denoiser"
  /// One line for people.
  package let summary = "U-Net of a denoising diffusion on 128-pixel faces; compact suite"
  /// What it reads.
  package let inputs: [NetworkInput] = [
    .map("picture", channels: 3, rows: side, columns: side),
    .map("labels", channels: classes, rows: side, columns: side),
    .scalar("noise"),
    .vector("attributes", attributeCount),
  ]
  private static let side = CompactNetworks.imageSize

  /// The network.
  package init() {}

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let picture = inputs["picture"]
    func planes(_ name: String) -> Value {
      inputs[name].broadcast(rows: picture.rows, columns: picture.columns)
    }
    let input = Value.concatenated([
      picture, inputs["labels"], planes("noise"), planes("attributes"),
    ]).tapped("planes")
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

  /// One sample of the network's inputs.
  ///
  /// - Parameters:
  ///   - picture: noisy, planar, `[3 · S · S]`.
  ///   - labels: `[S · S]`, classes 0…18.
  ///   - attributes: `[A]`.
  ///   - noise: the rate at which it is in the picture, 0…1.
  /// - Returns: tensors by the inputs' names.
  package static func inputs(
    picture: [Float], labels: [UInt8], attributes: [Float], noise: Float
  ) -> [String: Tensor] {
    let size = side * side
    precondition(
      picture.count == 3 * size && labels.count == size && attributes.count == attributeCount,
      "a denoiser's input")
    var oneHot = Tensor(shape: [classes, side, side])
    for (pixel, label) in labels.enumerated() { oneHot.values[Int(label) * size + pixel] = 1 }
    return [
      "picture": Tensor(shape: [3, side, side], values: picture), "labels": oneHot,
      "noise": Tensor(shape: [1], values: [noise]),
      "attributes": Tensor(shape: [attributeCount], values: attributes),
    ]
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
