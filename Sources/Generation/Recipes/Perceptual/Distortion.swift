import Images
import Tensors

/// Damage of a known strength to a picture.
enum Distortion: String, CaseIterable, Sendable {
  /// A Gaussian of this deviation in pixels.
  case blur
  /// Normal noise of this deviation in 8-bit steps.
  case noise
  /// A JPEG round trip of quality 95 less this.
  case jpeg = "JPEG"
  /// Red gains this share, blue loses it.
  case color = "colour shift"
  /// The contrast loses this share.
  case contrast
  /// The picture moves by this many pixels to the right and half as many down.
  case shift
  /// Pixels become squares of this side, in whole pixels.
  case mosaic
  /// A gray square covers this share of each side, at a place drawn from the seed.
  case occlusion

  /// A range of strengths from hardly seen to strong.
  var range: ClosedRange<Double> {
    switch self {
    case .blur: 0.5...5
    case .noise: 3...45
    case .jpeg: 10...90
    case .color: 0.04...0.5
    case .contrast: 0.08...0.8
    case .shift: 1...16
    case .mosaic: 2...14
    case .occlusion: 0.06...0.4
    }
  }

  /// The damaged picture.
  ///
  /// - Parameters:
  ///   - strength: in the kind's own unit, above 0.
  ///   - picture: `[H, W, 3]`.
  ///   - seed: of noise and places.
  /// - Returns: a picture of the same size.
  /// - Throws: `ImageError` if a JPEG just made cannot be read.
  func apply(strength: Double, to picture: Raster, seed: UInt64) throws -> Raster {
    switch self {
    case .blur: return GaussianBlur(sigma: strength).apply(to: picture)
    case .noise: return noisy(picture, Float(strength), seed)
    case .jpeg:
      let quality = max(1, 95 - Int(strength))
      return try ImageDecoder.rgb(
        decoding: ImageEncoder.jpeg(picture, quality: quality), named: "a JPEG in memory")
    case .color:
      return pointwise(picture) { value, channel in
        value * Float(1 + (channel == 0 ? strength : channel == 2 ? -strength : 0))
      }
    case .contrast:
      return pointwise(picture) { value, _ in 127.5 + (value - 127.5) * Float(1 - strength) }
    case .shift: return moved(picture, Int(strength.rounded()))
    case .mosaic: return mosaic(picture, max(1, Int(strength.rounded())))
    case .occlusion: return occluded(picture, strength, seed)
    }
  }

  private func pointwise(_ picture: Raster, _ formula: (Float, Int) -> Float) -> Raster {
    let tables = (0..<3).map { channel in
      (0..<256).map { UInt8(min(max(formula(Float($0), channel) + 0.5, 0), 255)) }
    }
    var changed = picture
    for index in changed.samples.indices {
      changed.samples[index] = tables[index % 3][Int(changed.samples[index])]
    }
    return changed
  }

  private func noisy(_ picture: Raster, _ deviation: Float, _ seed: UInt64) -> Raster {
    var random = SplitMix64(seed: seed ^ 0x6E6F_6973_65)
    var changed = picture
    changed.samples.withUnsafeMutableBufferPointer { samples in
      for index in samples.indices {
        let bits = random.next()
        let sum = (0..<4).reduce(-510) { $0 + Int(bits >> (8 * UInt64($1)) & 255) }
        let value = Float(samples[index]) + deviation * Float(sum) / 148 + 0.5
        samples[index] = UInt8(min(max(value, 0), 255))
      }
    }
    return changed
  }

  private func moved(_ picture: Raster, _ distance: Int) -> Raster {
    picture.mapPixels { x, y in (max(x - distance, 0), max(y - distance / 2, 0)) }
  }

  private func mosaic(_ picture: Raster, _ side: Int) -> Raster {
    picture.mapPixels { x, y in
      (
        min(x / side * side + side / 2, picture.width - 1),
        min(y / side * side + side / 2, picture.height - 1)
      )
    }
  }

  private func occluded(_ picture: Raster, _ share: Double, _ seed: UInt64) -> Raster {
    // One place for all strengths, so that a stronger one covers what a weaker one does.
    var random = SplitMix64(seed: seed ^ 0x6F63_636C)
    let center = (0.3 + 0.4 * Double(random.nextUnit()), 0.3 + 0.4 * Double(random.nextUnit()))
    let (half, width, height) = (share / 2, Double(picture.width), Double(picture.height))
    let columns = Int((center.0 - half) * width)..<Int((center.0 + half) * width)
    let rows = Int((center.1 - half) * height)..<Int((center.1 + half) * height)
    var changed = picture
    for y in rows {
      for index in (y * picture.width + columns.lowerBound)
        * 3..<(y * picture.width + columns.upperBound) * 3
      { changed.samples[index] = 128 }
    }
    return changed
  }
}

extension Raster {
  /// Every pixel taken from another place of the same picture.
  fileprivate func mapPixels(_ place: (_ x: Int, _ y: Int) -> (x: Int, y: Int)) -> Raster {
    var changed = self
    for y in 0..<height {
      for x in 0..<width {
        let source = place(x, y)
        let (from, to) = ((source.y * width + source.x) * channels, (y * width + x) * channels)
        for channel in 0..<channels { changed.samples[to + channel] = samples[from + channel] }
      }
    }
    return changed
  }
}
