import Tensors

/// From light on the sensor to an 8-bit picture: exposure, lens, noise and tone curve.
struct Development {
  private let camera: View.Camera
  private let size: Int

  init(_ camera: View.Camera, size: Int) {
    self.camera = camera
    self.size = size
  }

  /// The picture of a canvas, `[H, W, 3]`.
  func develop(_ canvas: Canvas) -> Raster {
    let side = size
    // Noise belongs to the sensor's pixels, so a smaller picture of the same scene has less.
    let noise = camera.noise * (256 / Float(max(side, 256))).squareRoot()
    let samples = [UInt8](unsafeUninitializedCapacity: side * side * 3) { bytes, count in
      canvas.pixels.withUnsafeBufferPointer { pixels in
        for row in 0..<side {
          for column in 0..<side {
            let light = blurred(pixels, column, row)
            let exposed = light * (camera.exposure * vignette(column, row))
            let index = 3 * (row * side + column)
            let grain = Noise.grain(Int32(column), Int32(row), camera.seed)
            for channel in 0..<3 {
              let own = Noise.grain(Int32(column), Int32(row), camera.seed &+ UInt32(channel + 1))
              let shown = 255 * tone(exposed[channel]) + noise * (0.8 * grain + 0.6 * own)
              bytes[index + channel] = UInt8(min(255, max(0, shown + 0.5)))
            }
          }
        }
      }
      count = side * side * 3
    }
    return Raster(width: side, height: side, channels: 3, samples: samples)
  }

  /// The lens's own softness: an eighth of the light goes to the four neighbors.
  @inline(__always) private func blurred(
    _ pixels: UnsafeBufferPointer<SIMD4<Float>>, _ column: Int, _ row: Int
  ) -> Vector {
    let index = row * size + column
    let center = pixels[index]
    let left = column > 0 ? pixels[index - 1] : center
    let right = column + 1 < size ? pixels[index + 1] : center
    let above = row > 0 ? pixels[index - size] : center
    let below = row + 1 < size ? pixels[index + size] : center
    let sum = center * 0.75 + (left + right + above + below) * 0.0625
    return Vector(sum.x, sum.y, sum.z)
  }

  @inline(__always) private func vignette(_ column: Int, _ row: Int) -> Float {
    let (x, y) = (2 * Float(column) / Float(size) - 1, 2 * Float(row) / Float(size) - 1)
    return 1 - camera.vignette * 0.5 * (x * x + y * y)
  }

  /// Linear light to a displayed value in 0…1: a shoulder for what is bright, gamma 2, contrast.
  @inline(__always) private func tone(_ light: Float) -> Float {
    let over = light - 0.55
    let limited = over > 0 ? 0.55 + 0.45 * (1 - 1 / (1 + over / 0.45)) : max(0, light)
    let shown = limited.squareRoot()
    return unit(0.5 + (shown - 0.5) * camera.contrast)
  }
}
