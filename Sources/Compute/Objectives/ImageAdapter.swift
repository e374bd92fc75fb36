import Graphs

/// The differentiable steps by which an image in −1…1 reaches a network.
///
/// Losses see images that a generator has just made, so what preprocessing does with files is done with values that
/// gradients flow through.
package struct ImageAdapter: Hashable, Sendable {
  /// One step.
  package enum Step: Hashable, Sendable {
    /// `x · factor + offset`.
    case scale(by: Float, offset: Float)
    /// `F.interpolate(mode="bicubic")` without antialiasing.
    case bicubic(side: Int)
    /// Some of the rows and columns.
    case crop(rows: Range<Int>, columns: Range<Int>)
    /// `AdaptiveAvgPool2d`.
    case adaptiveAverage(side: Int)
    /// `(x − mean) / deviation`, a value for each channel.
    case normalize(mean: [Float], deviation: [Float])
  }

  /// The steps in their order.
  package let steps: [Step]

  /// Steps of one's own.
  package init(_ steps: [Step]) { self.steps = steps }

  /// CLIP: to 0…1, bicubic to the network's side, CLIP's mean and deviation.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `losses/clip_loss.py`, with torchvision 0.8, which resizes tensors without
  /// antialiasing; the image is square, so nothing is cut off.
  package static func clip(side: Int) -> ImageAdapter {
    ImageAdapter([
      .scale(by: 0.5, offset: 0.5), .bicubic(side: side),
      .normalize(
        mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711]),
    ])
  }

  /// IR-SE50: the face's part of an image of 256 pixels, 188 wide, averaged to 112.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `losses/id_loss.py`, `extract_feats`.
  /// - Deviation: images of another size, which the reference does not have, are brought to 256 first.
  package static let faceCrop = ImageAdapter([
    .bicubic(side: 256), .crop(rows: 35..<223, columns: 32..<220), .adaptiveAverage(side: 112),
  ])

  /// An image brought to a side, for networks that read −1…1.
  package static func bicubic(side: Int) -> ImageAdapter { ImageAdapter([.bicubic(side: side)]) }

  /// The compact identity network: the face's part of an image of 128 pixels, where ``faceCrop`` lies.
  package static let compactFace = ImageAdapter([
    .bicubic(side: 128), .crop(rows: 17..<113, columns: 15..<111),
  ])

  /// Names everything that the steps do, for fingerprints.
  package var fingerprint: String {
    steps.map { step in
      switch step {
      case .scale(let factor, let offset): "scale(\(factor),\(offset))"
      case .bicubic(let side): "bicubic(\(side))"
      case .crop(let rows, let columns): "crop(\(rows),\(columns))"
      case .adaptiveAverage(let side): "average(\(side))"
      case .normalize(let mean, let deviation): "standardize(\(mean),\(deviation))"
      }
    }.joined(separator: ",")
  }

  /// Describes the steps.
  package func describe(_ image: Value) -> Value {
    steps.reduce(image) { x, step in
      switch step {
      case .scale(let factor, let offset):
        return x.perChannelAffine(
          scale: [Float](repeating: factor, count: x.channels),
          shift: [Float](repeating: offset, count: x.channels))
      case .bicubic(let side):
        return x.rows == side && x.columns == side
          ? x : x.resizedBicubic(rows: side, columns: side)
      case .crop(let rows, let columns): return x.cropped(rows: rows, columns: columns)
      case .adaptiveAverage(let side): return x.adaptiveAveragePool(rows: side, columns: side)
      case .normalize(let mean, let deviation):
        return x.perChannelAffine(
          scale: deviation.map { 1 / $0 }, shift: zip(mean, deviation).map { -$0 / $1 })
      }
    }
  }
}

/// A network of images behind the steps by which an image in −1…1 reaches it.
package struct AdaptedNetwork: SingleInputNetwork {
  /// The network's own name.
  package var name: String { network.name }
  /// `[3, S, S]` of the image.
  package let inputShape: [Int]
  private let network: any SingleInputNetwork
  private let adapter: ImageAdapter

  /// Puts steps in front of a network.
  ///
  /// - Parameters:
  ///   - network: what reads the adapted image.
  ///   - adapter: the steps.
  ///   - imageShape: `[3, S, S]` of the image.
  package init(_ network: any SingleInputNetwork, behind adapter: ImageAdapter, imageShape: [Int]) {
    self.network = network
    self.adapter = adapter
    inputShape = imageShape
  }

  /// Describes both.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    network.describe(scope, adapter.describe(input))
  }
}
