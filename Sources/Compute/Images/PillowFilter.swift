import Foundation
import Kernels

/// Pillow's resampling filters, which widen with the scale when they shrink an image.
///
/// Source: `src/libImaging/Resample.c` of Pillow. Nearest takes the pixel under the center of the
/// new one (`Geometry.c`) and so differs from OpenCV's and PyTorch's.
package enum PillowFilter: String, Sendable, Hashable, CaseIterable {
  case nearest, box, bilinear, bicubic, lanczos

  /// Distance, in pixels of the coarser side, past which the filter is zero.
  var support: Double {
    switch self {
    case .nearest: 0
    case .box: 0.5
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The filter's height at a distance from its center.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest: return 0
    // Half open, so that a pixel on the border of two boxes counts once.
    case .box: return distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic: return Resampling.keysCubic(x, coefficient: -0.5)
    case .lanczos: return x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}
