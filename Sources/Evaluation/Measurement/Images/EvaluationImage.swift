import Foundation
import Images
import Provenance
import Synchronization
import Tensors
import Terms

/// One image on its way through the evaluators: known by its content, decoded when its pixels are needed.
package final class EvaluationImage: Sendable {
  /// What errors call it, usually its path.
  package let name: String
  /// Identity and size of the pixels.
  package let pixels: PixelIdentity

  private let decode: @Sendable () throws -> Raster
  private let decoded: Mutex<Raster?>

  /// An image that is decoded already; RGB at the evaluation resolution.
  convenience init(name: String, image: Raster) {
    self.init(name: name, pixels: PixelIdentity(image), decoded: image, decode: { image })
  }

  /// An image whose pixels are known from an earlier run.
  convenience init(
    name: String, pixels: PixelIdentity, decode: @escaping @Sendable () throws -> Raster
  ) {
    self.init(name: name, pixels: pixels, decoded: nil, decode: decode)
  }

  private init(
    name: String, pixels: PixelIdentity, decoded: Raster?,
    decode: @escaping @Sendable () throws -> Raster
  ) {
    self.name = name
    self.pixels = pixels
    self.decoded = Mutex(decoded)
    self.decode = decode
  }

  /// The same pixels, hashed and decoded as far as they are, under the name of another file.
  func named(_ other: String) -> EvaluationImage {
    other == name
      ? self
      : EvaluationImage(
        name: other, pixels: pixels, decoded: decoded.withLock { $0 }, decode: decode)
  }

  /// Identity of the pixels.
  package var content: ContentHash { pixels.content }

  /// RGB at the evaluation resolution.
  ///
  /// - Throws: whatever decoding throws; ``ImageFailure`` if the pixels are not those that were expected.
  package var image: Raster {
    get throws {
      try decoded.withLock { decoded in
        if let decoded { return decoded }
        let image = try decode()
        guard PixelIdentity(image) == pixels else {
          throw ImageFailure(
            state: .changed, reason: "\(name): the file changed while it was measured")
        }
        decoded = image
        return image
      }
    }
  }
}

/// Identity and size of decoded pixels.
package struct PixelIdentity: Hashable, Sendable {
  /// Hash of size and samples.
  package let content: ContentHash
  let width: Int
  let height: Int

  /// Hashes an image.
  init(_ image: Raster) {
    content = ContentHash(image)
    width = image.width
    height = image.height
  }

  /// Reads what ``bytes`` wrote; nil if it was something else.
  package init?(_ bytes: [UInt8]) {
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard parts.count == 3, let content = ContentHash(text: parts[0]),
      let width = Int(parts[1]), let height = Int(parts[2])
    else { return nil }
    self.content = content
    self.width = width
    self.height = height
  }

  /// The sides' proportion in lowest terms, as `4:3`.
  var proportions: String {
    var (large, small) = (width, height)
    while small != 0 { (large, small) = (small, large % small) }
    return large == 0 ? "" : "\(width / large):\(height / large)"
  }

  /// Refuses what would be squeezed to be compared with this image; sides are whole pixels, so they may be
  /// one off.
  ///
  /// - Throws: ``ImageFailure`` of state `wrong-size`.
  func requireProportions(width: Int, height: Int, of name: String) throws(ImageFailure) {
    let difference = abs(width * self.height - height * self.width)
    if difference <= max(width, height, self.width, self.height) { return }
    throw ImageFailure(
      state: .wrongSize,
      reason: "\(name) is \(width)×\(height), which has other proportions than \(self.width)×"
        + "\(self.height), the size of the image that it belongs to; crop it as that was.")
  }

  /// For remembering.
  var bytes: [UInt8] { Array("\(content.text) \(width) \(height)".utf8) }
}
