import CImageCodecs
import Essentials

/// What an image file says of itself before its samples, without decoding it.
package struct ImageHeader: Equatable, Sendable {
  /// Columns of pixels.
  package let width: Int
  /// Rows of pixels.
  package let height: Int
  /// Most bytes that decoding the file to RGB holds at once, its own and those of the result among them.
  package let decodingBytes: Int

  /// Most headers end earlier; metadata may push others further back.
  private static let usualBytes = 1 << 16

  /// Reads the header of a PNG or JPEG.
  ///
  /// - Returns: nil where the file tells no size; decoding it says why.
  package init?(contentsOf path: String) {
    guard let file = try? RegularFile(path), file.count <= ImageLimits.fileBytes,
      let start = try? file.contents(upTo: Self.usualBytes)
    else { return nil }
    if let header = Self(decoding: start, fileBytes: file.count) {
      self = header
    } else {
      guard file.count > start.count, let all = try? RegularFile(path).contents(),
        let header = Self(decoding: all, fileBytes: file.count)
      else { return nil }
      self = header
    }
  }

  /// Reads a header from a file's first bytes, all of them or fewer.
  init?(decoding bytes: [UInt8], fileBytes: Int) {
    guard let format = try? ImageFormat(of: bytes, named: ""),
      let header = bytes.withUnsafeBufferPointer({ buffer -> image_header? in
        guard let decoder = format.decoder(of: buffer) else { return nil }
        defer { image_decoder_close(decoder) }
        return image_decoder_header(decoder)?.pointee
      }), header.width > 0, header.height > 0
    else { return nil }
    (width, height) = (Int(header.width), Int(header.height))
    let channels = Int(header.channels)
    var bytesOfPixel = channels * Int(header.bytes_in_sample)
    if header.color != image_color_rgb { bytesOfPixel += 3 }
    if header.keeps_coefficients { bytesOfPixel += 2 * channels }
    decodingBytes = fileBytes + width * height * bytesOfPixel
  }
}
