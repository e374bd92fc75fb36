import CImageCodecs

/// The kind of a file, told from its first bytes; names and extensions are not believed.
enum ImageFormat: Equatable {
  case png
  case jpeg
  /// A known image format that is not decoded.
  case other(String)

  static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// - Throws: `empty`, `truncated` when the file ends inside a signature, or `not-an-image`.
  init(of bytes: [UInt8], named name: String) throws(ImageError) {
    guard !bytes.isEmpty else {
      throw ImageError(path: name, state: .empty, reason: "the file is empty")
    }
    if bytes.starts(with: Self.pngSignature) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if let known = Self.signatures.first(where: { $0.matches(bytes) }) {
      self = .other(known.name)
    } else {
      throw Self.unrecognized(bytes, named: name)
    }
  }

  /// A decoder that has read the header, to be closed by the caller; nil for other formats and where memory is
  /// lacking.
  func decoder(of bytes: UnsafeBufferPointer<UInt8>) -> OpaquePointer? {
    switch self {
    case .png: image_decoder_open_png(bytes.baseAddress, bytes.count)
    case .jpeg: image_decoder_open_jpeg(bytes.baseAddress, bytes.count)
    case .other: nil
    }
  }

  private struct Signature {
    let name: String
    var offset = 0
    let text: [UInt8]

    func matches(_ bytes: [UInt8]) -> Bool { bytes.dropFirst(offset).starts(with: text) }
  }

  private static let signatures = [
    Signature(name: "GIF", text: Array("GIF8".utf8)),
    Signature(name: "WebP", offset: 8, text: Array("WEBP".utf8)),
    Signature(name: "BMP", text: Array("BM".utf8)),
    Signature(name: "TIFF", text: [0x49, 0x49, 0x2A, 0x00]),
    Signature(name: "TIFF", text: [0x4D, 0x4D, 0x00, 0x2A]),
    Signature(name: "JPEG 2000", offset: 4, text: Array("jP  ".utf8)),
    Signature(name: "JPEG XL", text: [0xFF, 0x0A]),
    Signature(name: "JPEG XL", offset: 4, text: Array("JXL ".utf8)),
    Signature(name: "AVIF", offset: 4, text: Array("ftypavif".utf8)),
    Signature(name: "HEIC", offset: 4, text: Array("ftyphei".utf8)),
    Signature(name: "Photoshop", text: Array("8BPS".utf8)),
    Signature(name: "PNM", text: Array("P5".utf8)),
    Signature(name: "PNM", text: Array("P6".utf8)),
  ]

  private static func unrecognized(_ bytes: [UInt8], named name: String) -> ImageError {
    if pngSignature.starts(with: bytes) || [0xFF, 0xD8].starts(with: bytes) {
      return ImageError(
        path: name, state: .truncated,
        reason: "the file ends after \(bytes.count) bytes, inside its signature")
    }
    if bytes.starts(with: Array("version https://git-lfs".utf8)) {
      return ImageError(
        path: name, state: .notAnImage,
        reason: "this is a Git LFS pointer, not the image; fetch it with `git lfs pull`")
    }
    let start = bytes.prefix(8).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }
    return ImageError(
      path: name, state: .notAnImage,
      reason: "this is neither PNG nor JPEG; it begins with the bytes "
        + start.joined(separator: " "))
  }
}
