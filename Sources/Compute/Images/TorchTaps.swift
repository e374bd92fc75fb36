import Foundation
import Tensors

/// A fixed number of old pixels and weights for every new pixel along one axis.
///
/// Positions are computed in Float32 as in PyTorch's `UpSample.h`; in Float64 some of them would
/// fall on the other side of a whole number.
struct TorchTaps {
  /// Taps of one new pixel.
  let length: Int
  /// Old pixels, `length` of them for every new one, inside the image.
  private(set) var indices: [Int32] = []
  /// Their weights.
  private(set) var weights: [Float] = []

  /// Number of new pixels.
  var count: Int { indices.count / length }

  static func bilinear(from oldSize: Int, to newSize: Int, alignCorners: Bool) -> TorchTaps {
    let scale = scale(oldSize, newSize, alignCorners)
    var taps = TorchTaps(length: 2)
    for new in 0..<newSize {
      let position = alignCorners ? scale * Float(new) : max(halfPixel(new, scale), 0)
      let low = min(Int(position), oldSize - 1)
      let fraction = min(max(position - Float(low), 0), 1)
      taps.indices += [Int32(low), Int32(min(low + 1, oldSize - 1))]
      taps.weights += [1 - fraction, fraction]
    }
    return taps
  }

  static func bicubic(from oldSize: Int, to newSize: Int) -> TorchTaps {
    let scale = scale(oldSize, newSize, false)
    var taps = TorchTaps(length: 4)
    for new in 0..<newSize {
      let position = halfPixel(new, scale)
      let low = Int(floorf(position))
      let fraction = position - Float(low)
      taps.indices += (low - 1...low + 2).map { Int32(min(max($0, 0), oldSize - 1)) }
      taps.weights += [
        outerCubic(fraction + 1), innerCubic(fraction),
        innerCubic(1 - fraction), outerCubic(2 - fraction),
      ]
    }
    return taps
  }

  static func nearest(from oldSize: Int, to newSize: Int) -> TorchTaps {
    let scale = scale(oldSize, newSize, false)
    var taps = TorchTaps(length: 1)
    for new in 0..<newSize {
      taps.indices.append(Int32(min(Int(Float(new) * scale), oldSize - 1)))
      taps.weights.append(1)
    }
    return taps
  }

  /// The second weight is the distance from the first pixel, as ``Tensor`` interpolates by it.
  static func tensorFlow1(from oldSize: Int, to newSize: Int) -> TorchTaps {
    let scale = Float(Double(oldSize) / Double(newSize))
    var taps = TorchTaps(length: 2)
    for new in 0..<newSize {
      let position = Float(new) * scale
      // At an upper edge Float32 may step outside by one rounding.
      let low = min(Int(position), oldSize - 1)
      taps.indices += [Int32(low), Int32(min(low + 1, oldSize - 1))]
      taps.weights += [0, position - Float(low)]
    }
    return taps
  }

  private init(length: Int) { self.length = length }

  /// `scale · (i + 0.5) − 0.5`, rounded once: PyTorch's kernels for AVX2 and later fuse it.
  private static func halfPixel(_ new: Int, _ scale: Float) -> Float {
    Float(-0.5).addingProduct(scale, Float(new) + 0.5)
  }

  private static func scale(_ oldSize: Int, _ newSize: Int, _ alignCorners: Bool) -> Float {
    guard alignCorners else { return Float(oldSize) / Float(newSize) }
    return newSize > 1 ? Float(oldSize - 1) / Float(newSize - 1) : 0
  }

  /// Keys' cubic with a = −0.75, for distances below 1; fused as in those kernels.
  private static func innerCubic(_ x: Float) -> Float {
    Float(1).addingProduct(Float(-2.25).addingProduct(1.25, x) * x, x)
  }

  /// The same for distances from 1 to 2.
  private static func outerCubic(_ x: Float) -> Float {
    let linear = Float(3.75).addingProduct(-0.75, x)
    return Float(3).addingProduct(Float(-6).addingProduct(linear, x), x)
  }
}
