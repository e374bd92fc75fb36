import Faces
import Tensors

/// The parts of a label map that get a color each: its 19 classes, and the beard, which has no
/// class.
struct PaintRegions {
  /// The part that follows the classes: skin under a beard.
  static let beard: UInt8 = 19

  /// `[H, W, 1]`, classes 0…18 and ``beard``.
  private(set) var parts: Raster

  /// Takes a label map's classes, and finds where a beard grows if there is one.
  ///
  /// - Parameters:
  ///   - labels: `[H, W, 1]`, classes 0…18.
  ///   - beard: how it is worn.
  init(_ labels: Raster, beard: Beard) {
    parts = labels
    guard beard != .none, let mouth = Box(labels, [Label.mouth, Label.upperLip, Label.lowerLip])
    else { return }
    // Without a nose a beard begins half a mouth above the mouth.
    let nose = Box(labels, [Label.nose])?.bottom ?? mouth.top - mouth.height / 2
    let scale = 1 / Double(mouth.width)
    for y in 0..<labels.height {
      for x in 0..<labels.width where labels.samples[y * labels.width + x] == Label.skin {
        if Self.grows(
          beard, across: abs(Double(x) - mouth.middle) * scale,
          down: Double(y - min(nose, mouth.top)) * scale,
          isBelowMouth: 2 * y > mouth.top + mouth.bottom)
        {
          parts.samples[y * labels.width + x] = Self.beard
        }
      }
    }
  }

  /// Whether a beard covers a place.
  ///
  /// - Parameters:
  ///   - beard: how it is worn.
  ///   - across: distance from the mouth's middle, in widths of the mouth.
  ///   - down: distance below the nose, in widths of the mouth.
  ///   - isBelowMouth: whether the pixel is below the mouth's middle.
  /// - Returns: whether it grows there.
  private static func grows(
    _ beard: Beard, across: Double, down: Double, isBelowMouth: Bool
  ) -> Bool {
    switch beard {
    case .none: return false
    case .mustache: return across < 0.58 && !isBelowMouth && down >= 0.05
    case .goatee: return across < 0.6 && down >= 0.05
    case .stubble, .full:
      // Cheeks are free: from the mustache's end the edge sinks, and rises again towards the ears.
      let fromCheek = across - 0.8
      return down >= (across < 0.35 ? 0.05 : 0.5 - 2.2 * fromCheek * fromCheek)
    }
  }

  /// Where the pixels of some classes lie, bounds included.
  private struct Box {
    let top, bottom, left, right: Int

    /// Nil if there is no such pixel.
    init?(_ labels: Raster, _ classes: Set<UInt8>) {
      var wanted = [Bool](repeating: false, count: 256)
      for label in classes { wanted[Int(label)] = true }
      var (top, bottom, left, right) = (Int.max, -1, Int.max, -1)
      for y in 0..<labels.height {
        for x in 0..<labels.width where wanted[Int(labels.samples[y * labels.width + x])] {
          (top, bottom) = (min(top, y), y)
          (left, right) = (min(left, x), max(right, x))
        }
      }
      guard bottom >= 0 else { return nil }
      (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
    }

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    var middle: Double { Double(left + right) / 2 }
  }
}
