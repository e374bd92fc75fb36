import Tensors

/// Turns PNG and JPEG files into pixels.
package enum ImageDecoder {
  /// Reads a file as RGB, as ``rgb(decoding:named:)`` does.
  ///
  /// - Throws: ``ImageError`` with the file's path, also when it is missing or unreadable.
  package static func rgb(contentsOf path: String) throws(ImageError) -> Raster {
    try rgb(decoding: FileBytes.read(path), named: path)
  }

  /// Decodes an image to three channels, equal to `PIL.Image.open(…).convert("RGB")` of Pillow 13.
  ///
  /// JPEG through libjpeg-turbo with its defaults (accurate integer DCT, smooth chroma
  /// upsampling); CMYK and YCCK are taken as inverted, as Adobe writes them. Alpha is dropped, not
  /// composited. Gray of fewer than 8 bits is scaled to 0…255, 16-bit color is cut to its high
  /// byte, and 16-bit gray is limited to 255: that is what Pillow does with its mode `I;16`.
  /// Color profiles, gamma and Exif orientation are not applied.
  ///
  /// - Deviation: a checksum that does not match, an end that is missing and damaged JPEG data,
  ///   some of which Pillow tolerates, are errors; a side over 65,500 pixels is one too.
  /// - Throws: ``ImageError`` with `name` for a path.
  package static func rgb(
    decoding bytes: [UInt8], named name: String
  ) throws(ImageError) -> Raster {
    let stored = try StoredImage(decoding: bytes, named: name)
    return Raster(
      width: stored.width, height: stored.height, channels: 3, samples: rgbSamples(of: stored))
  }

  private static func rgbSamples(of stored: StoredImage) -> [UInt8] {
    switch stored.color {
    case .rgb: return stored.samples
    case .rgbAlpha:
      return expand(stored) { pixel, red in
        (red[0], red[1], red[2]) = (pixel[0], pixel[1], pixel[2])
      }
    case .gray where stored.bitDepth == 16:
      return expand(stored, pixelBytes: 2) { pixel, red in
        let level = pixel[0] == 0 ? pixel[1] : 255
        (red[0], red[1], red[2]) = (level, level, level)
      }
    case .gray, .grayAlpha:
      // 1, 2 and 4 bits reach 255 when multiplied by 255, 85 and 17.
      let factor = stored.bitDepth < 8 ? UInt8(255 / ((1 << stored.bitDepth) - 1)) : 1
      return expand(stored) { pixel, red in
        let level = pixel[0] &* factor
        (red[0], red[1], red[2]) = (level, level, level)
      }
    case .palette(let entries):
      return expand(stored) { pixel, red in
        let entry = 3 * Int(pixel[0])
        (red[0], red[1], red[2]) = (entries[entry], entries[entry + 1], entries[entry + 2])
      }
    case .invertedCMYK:
      return expand(stored) { pixel, red in
        for ink in 0..<3 { red[ink] = light(ink: 255 - pixel[ink], lightLeftByBlack: pixel[3]) }
      }
    }
  }

  /// What is left of a color under an ink and black: Pillow's `cmyk2rgb` in `Convert.c`.
  @inline(__always)
  private static func light(ink: UInt8, lightLeftByBlack white: UInt8) -> UInt8 {
    let product = Int(ink) * Int(white) + 128
    return UInt8(clamping: Int(white) - ((product >> 8) + product) >> 8)
  }

  /// Calls `convert` with every stored pixel and the place of its three samples.
  @inline(__always)
  private static func expand(
    _ stored: StoredImage, pixelBytes: Int? = nil,
    _ convert: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> [UInt8] {
    let count = stored.width * stored.height
    let step = pixelBytes ?? stored.channels
    return [UInt8](unsafeUninitializedCapacity: 3 * count) { rgb, filled in
      stored.samples.withUnsafeBufferPointer { samples in
        guard let from = samples.baseAddress, let to = rgb.baseAddress else { return }
        for pixel in 0..<count { convert(from + step * pixel, to + 3 * pixel) }
        filled = 3 * count
      }
    }
  }
}
