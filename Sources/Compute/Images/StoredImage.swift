import CImageCodecs

/// Samples as a file stores them, before any conversion to color or classes.
struct StoredImage {
  /// What the samples mean.
  enum Color {
    case gray
    case grayAlpha
    case rgb
    case rgbAlpha
    /// R, G, B of 256 entries; those the file does not define are black.
    case palette([UInt8])
    /// As Adobe stores them: 255 is no ink.
    case invertedCMYK
  }

  let format: ImageFormat
  let width: Int
  let height: Int
  let color: Color
  /// Samples in a pixel.
  let channels: Int
  /// Bits of a sample in the file.
  let bitDepth: Int
  /// Row-major, a byte a sample, not scaled.
  ///
  /// 16-bit samples are cut to their high byte; but 16-bit gray keeps both, high byte first.
  let samples: [UInt8]

  /// Decodes a PNG or JPEG.
  ///
  /// - Throws: every state of ``ImageError`` that is about a file's contents.
  init(decoding bytes: [UInt8], named name: String) throws(ImageError) {
    let format = try ImageFormat(of: bytes, named: name)
    if case .other(let kind) = format {
      throw ImageError(
        path: name, state: .unsupported,
        reason: "this is a \(kind) image; only PNG and JPEG are read, so convert it first")
    }
    self = try bytes.withUnsafeBufferPointer { buffer throws(ImageError) -> StoredImage in
      guard let decoder = format.decoder(of: buffer) else { throw Self.noMemory(name) }
      defer { image_decoder_close(decoder) }
      return try StoredImage(from: decoder, format, byteCount: buffer.count, named: name)
    }
  }

  private init(
    from decoder: OpaquePointer, _ format: ImageFormat, byteCount: Int, named name: String
  ) throws(ImageError) {
    guard let header = image_decoder_header(decoder)?.pointee else { throw Self.noMemory(name) }
    // Even a header that is broken further on may tell that the image is too large.
    try ImageLimits.check(width: Int(header.width), height: Int(header.height), named: name)
    try Self.check(decoder, byteCount, name)
    guard header.least_bytes <= UInt64(byteCount) else { throw Self.truncation(byteCount, name) }
    self.format = format
    width = Int(header.width)
    height = Int(header.height)
    color = Self.color(of: header)
    channels = Int(header.channels)
    bitDepth = Int(header.bit_depth)
    let stride = width * channels * Int(header.bytes_in_sample)
    let size = stride * height
    samples = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let status = image_decoder_read(decoder, buffer.baseAddress, stride)
      count = status == image_codec_ok ? size : 0
    }
    try Self.check(decoder, byteCount, name)
  }

  private static func check(
    _ decoder: OpaquePointer, _ byteCount: Int, _ name: String
  ) throws(ImageError) {
    let words = String(cString: image_decoder_message(decoder))
    switch image_decoder_status(decoder) {
    case image_codec_ok: return
    case image_codec_truncated: throw truncation(byteCount, name)
    case image_codec_unsupported:
      throw ImageError(
        path: name, state: .unsupported,
        reason: "this kind of image is not read (\(words)); save it as 8-bit PNG or JPEG")
    case image_codec_no_memory: throw noMemory(name)
    case image_codec_excessive:
      throw ImageError(
        path: name, state: .tooLarge,
        reason: "decoding it would take far longer than its length allows (\(words)); save it again"
      )
    default:
      throw ImageError(
        path: name, state: .corrupt, reason: "the image is damaged (\(words)); fetch it again")
    }
  }

  private static func truncation(_ byteCount: Int, _ name: String) -> ImageError {
    ImageError(
      path: name, state: .truncated,
      reason: "the file ends after \(byteCount) bytes, before the image does; fetch it again")
  }

  private static func noMemory(_ name: String) -> ImageError {
    ImageError(path: name, state: .tooLarge, reason: "there is not enough memory to decode it")
  }

  private static func color(of header: image_header) -> Color {
    switch header.color {
    case image_color_gray: return .gray
    case image_color_gray_alpha: return .grayAlpha
    case image_color_rgb_alpha: return .rgbAlpha
    case image_color_cmyk_inverted: return .invertedCMYK
    case image_color_palette:
      return .palette(withUnsafeBytes(of: header.palette) { Array($0) })
    default: return .rgb
    }
  }
}
