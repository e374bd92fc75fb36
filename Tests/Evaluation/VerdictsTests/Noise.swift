import Foundation
import Tensors

/// Seeded random numbers for simulations.
struct Noise {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double(random.next() >> 11) * 0x1p-53)).squareRoot()
    return radius * cos(2 * Double.pi * Double(random.next() >> 11) * 0x1p-53)
  }

  /// Skewed, with mean 0 and variance 1.
  mutating func skewed() -> Double { -log(1 - Double(random.next() >> 11) * 0x1p-53) - 1 }

  mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in normal() } }
}
