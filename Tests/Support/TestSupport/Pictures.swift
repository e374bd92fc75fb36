import Foundation
import Tensors

/// The closed-form pictures of the golden tables, 256×256 RGB.
package enum Pictures {
  /// Ramps along three directions.
  package static let a = Raster.computed(256, 256) { x, y, c in
    [x + y, x - y + 256, 3 * (x + y)][c] % 256
  }
  /// The ramps with a disturbance of at most 20 levels.
  package static let b = Raster.computed(256, 256) { x, y, c in
    Int(a[x: x, y: y, channel: c]) + disturbance(x, y, c)
  }
  /// Waves that are 21 to 64 pixels long.
  package static let s = Raster.computed(256, 256) { x, y, c in
    let phase = 2 * Double.pi * Double(x * (c + 1) + 2 * y) / 64
    return Int((127.5 + 100 * sin(phase) + 0.5).rounded(.down))
  }
  /// The waves with half the disturbance.
  package static let t = Raster.computed(256, 256) { x, y, c in
    // An arithmetic shift rounds toward −∞.
    Int(s[x: x, y: y, channel: c]) + (disturbance(x, y, c) >> 1)
  }

  private static func disturbance(_ x: Int, _ y: Int, _ c: Int) -> Int {
    (7 * x + 13 * y + 5 * c) % 41 - 20
  }
}

extension Raster {
  /// Fills an image with a formula of column, row and channel, limited to 0…255.
  package static func computed(
    _ width: Int, _ height: Int, _ channels: Int = 3, _ formula: (Int, Int, Int) -> Int
  ) -> Raster {
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * channels)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels {
          samples.append(UInt8(min(255, max(0, formula(x, y, channel)))))
        }
      }
    }
    return Raster(width: width, height: height, channels: channels, samples: samples)
  }

  /// Independent, equally likely samples.
  package static func noise(
    _ width: Int, _ height: Int, _ channels: Int = 3, from random: inout SplitMix64
  ) -> Raster {
    Raster(
      width: width, height: height, channels: channels,
      samples: (0..<width * height * channels).map { _ in UInt8(random.next() >> 56) })
  }

  /// Samples that all have one value.
  package static func constant(
    _ value: UInt8, _ width: Int, _ height: Int, _ channels: Int = 3
  ) -> Raster {
    computed(width, height, channels) { _, _, _ in Int(value) }
  }
}
