/// Noise from integer hashes, the same on every machine.
enum Noise {
  /// 32 bits that look random, from a lattice point.
  @inline(__always) static func hash(_ x: Int32, _ y: Int32, _ seed: UInt32) -> UInt32 {
    var h = UInt32(bitPattern: x) &* 0x9E37_79B1
    h ^= UInt32(bitPattern: y) &* 0x85EB_CA77
    h ^= seed &* 0xC2B2_AE3D
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    return h ^ (h >> 15)
  }

  /// A value in 0…1 from a lattice point.
  @inline(__always) static func lattice(_ x: Int32, _ y: Int32, _ seed: UInt32) -> Float {
    Float(hash(x, y, seed) >> 8) * 0x1p-24
  }

  /// Smooth noise in −1…1 with features of size 1: lattice values, joined by cubic steps.
  @inline(__always) static func smooth(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
    let (i, j) = (floorInteger(x), floorInteger(y))
    let (u, v) = (x - Float(i), y - Float(j))
    let (a, b) = (u * u * (3 - 2 * u), v * v * (3 - 2 * v))
    let top = mix(lattice(i, j, seed), lattice(i &+ 1, j, seed), a)
    let bottom = mix(lattice(i, j &+ 1, seed), lattice(i &+ 1, j &+ 1, seed), a)
    return 2 * mix(top, bottom, b) - 1
  }

  /// Noise of several sizes, each half as large and half as strong as the one before; within −2…2.
  @inline(__always) static func fractal(
    _ x: Float, _ y: Float, octaves: Int, _ seed: UInt32
  ) -> Float {
    var (sum, weight, scale): (Float, Float, Float) = (0, 1, 1)
    for octave in 0..<octaves {
      sum += weight * smooth(x * scale, y * scale, seed &+ UInt32(octave) &* 101)
      weight *= 0.5
      scale *= 2
    }
    return sum
  }

  /// Noise about 0 with standard deviation 1, near a normal distribution: four bytes of a hash.
  @inline(__always) static func grain(_ x: Int32, _ y: Int32, _ seed: UInt32) -> Float {
    let h = hash(x, y, seed)
    let sum = (h & 255) + (h >> 8 & 255) + (h >> 16 & 255) + h >> 24
    // Four uniform bytes have the mean 510 and the standard deviation 147.8.
    return (Float(sum) - 510) * (1 / 147.8)
  }
}
