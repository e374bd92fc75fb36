import Tensors

/// Small changes of a training picture that leave what it shows as it is: place, colors, noise and
/// sharpness.
package struct Variation {
  /// Greatest shift in pixels, each way.
  package var shift: Int
  /// Greatest change of a channel's gain.
  package var gain: Float
  /// Greatest change of a channel's offset, in 8-bit steps.
  package var offset: Float
  /// How often a picture is blurred.
  package var blurring: Float
  /// How often noise is added.
  package var noise: Float

  /// Changes of everyday pictures, or of those given.
  package init(
    shift: Int = 4, gain: Float = 0.12, offset: Float = 10, blurring: Float = 0.15,
    noise: Float = 0.15
  ) {
    self.shift = shift
    self.gain = gain
    self.offset = offset
    self.blurring = blurring
    self.noise = noise
  }

  /// Changes a picture, and its label map alike where there is one.
  ///
  /// - Parameters:
  ///   - picture: `[S, S, 3]`.
  ///   - labels: `[S, S, 1]`.
  ///   - seed: of all that is drawn.
  package func apply(to picture: inout Raster, _ labels: inout Raster?, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let dx = random.nextIndex(below: 2 * shift + 1) - shift
    let dy = random.nextIndex(below: 2 * shift + 1) - shift
    if dx != 0 || dy != 0 {
      picture = Self.shifted(picture, dx, dy)
      labels = labels.map { Self.shifted($0, dx, dy) }
    }
    recolor(&picture, &random)
    if random.nextUnit() < blurring { Self.soften(&picture) }
    if random.nextUnit() < noise { Self.addNoise(&picture, &random) }
  }

  /// Moves a picture; what comes in at the edge repeats it.
  private static func shifted(_ raster: Raster, _ dx: Int, _ dy: Int) -> Raster {
    let (width, height, channels) = (raster.width, raster.height, raster.channels)
    var moved = raster
    for y in 0..<height {
      let sourceRow = min(max(y - dy, 0), height - 1) * width
      for x in 0..<width {
        let source = (sourceRow + min(max(x - dx, 0), width - 1)) * channels
        for channel in 0..<channels {
          moved.samples[(y * width + x) * channels + channel] = raster.samples[source + channel]
        }
      }
    }
    return moved
  }

  private func recolor(_ picture: inout Raster, _ random: inout SplitMix64) {
    func spread(_ amount: Float) -> Float { (2 * random.nextUnit() - 1) * amount }
    let (brightness, lift) = (1 + spread(gain), spread(offset))
    let tables = (0..<3).map { _ -> [UInt8] in
      let (gain, offset) = (brightness * (1 + spread(gain / 3)), lift + spread(offset / 3))
      return (0..<256).map { UInt8(min(max(Float($0) * gain + offset + 0.5, 0), 255)) }
    }
    picture.samples.withUnsafeMutableBufferPointer { samples in
      for index in samples.indices { samples[index] = tables[index % 3][Int(samples[index])] }
    }
  }

  /// A binomial filter of three pixels each way.
  private static func soften(_ picture: inout Raster) {
    let (width, height) = (picture.width, picture.height)
    let source = picture.samples
    for y in 1..<height - 1 {
      for index in (y * width + 1) * 3..<(y * width + width - 1) * 3 {
        var sum = 8
        for (row, weight) in [(-1, 1), (0, 2), (1, 1)] {
          let place = index + row * width * 3
          sum += weight * (Int(source[place - 3]) + 2 * Int(source[place]) + Int(source[place + 3]))
        }
        picture.samples[index] = UInt8(sum / 16)
      }
    }
  }

  private static func addNoise(_ picture: inout Raster, _ random: inout SplitMix64) {
    let strength = 4 + 20 * random.nextUnit()
    picture.samples.withUnsafeMutableBufferPointer { samples in
      for index in samples.indices {
        let bits = random.next()
        // The sum of four bytes is near enough to a normal number of deviation 148.
        let sum = (0..<4).reduce(-510) { $0 + Int(bits >> (8 * UInt64($1)) & 255) }
        let value = Float(samples[index]) + strength * Float(sum) / 148 + 0.5
        samples[index] = UInt8(min(max(value, 0), 255))
      }
    }
  }
}
