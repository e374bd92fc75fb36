import Foundation
import Tensors

/// Pictures that cost about what photographs of faces do: smooth shading with a little noise.
enum BenchPictures {
  /// An RGB picture of so many pixels a side; another variant is the same scene with other noise.
  static func color(side: Int, variant: UInt64 = 0) -> Raster {
    var random = SplitMix64(seed: NetworkBenches.seed + variant)
    var samples: [UInt8] = []
    samples.reserveCapacity(3 * side * side)
    for y in 0..<side {
      for x in 0..<side {
        let (u, v) = (Double(x) / Double(side) - 0.5, Double(y) / Double(side) - 0.5)
        let shade = 190 * exp(-4 * (u * u + v * v)) + 20 * sin(24 * u) * cos(17 * v)
        for channel in 0..<3 {
          let noise = 6 * (Double(random.nextUnit()) - 0.5)
          samples.append(UInt8(min(255, max(0, shade * (1 - 0.15 * Double(channel)) + noise + 20))))
        }
      }
    }
    return Raster(width: side, height: side, channels: 3, samples: samples)
  }

  /// A label map with all 19 classes in regions of some dozen pixels.
  static func labels(side: Int, shift: Int = 0) -> Raster {
    Raster(
      width: side, height: side, channels: 1,
      samples: (0..<side * side).map { position in
        let (y, x) = position.quotientAndRemainder(dividingBy: side)
        return UInt8(((x + shift) / 48 + 5 * (y / 48)) % 19)
      })
  }
}
