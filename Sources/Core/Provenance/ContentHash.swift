import Essentials
import Tensors

/// Identity of decoded pixels: the same image under another name or in another lossless file is the
/// same content.
package struct ContentHash: Hashable, Sendable {
  /// SHA-256 in hexadecimal.
  package let text: String

  /// Hashes size and samples.
  package init(_ raster: Raster) {
    var hash = SHA256()
    hash.update("\(raster.width)×\(raster.height)×\(raster.channels);".utf8)
    hash.update(raster.samples)
    text = hash.finalize()
  }

  /// Restores a hash from its text; nil for text of another form.
  package init?(text: some StringProtocol) {
    guard FileDigest.isDigest(String(text)) else { return nil }
    self.text = String(text)
  }

  /// Key under which a result that depends on these contents is kept.
  package static func key(_ fingerprint: Fingerprint, _ contents: ContentHash...) -> String {
    var hash = SHA256()
    for part in [fingerprint.hash] + contents.map(\.text) { hash.update(part.utf8) }
    return hash.finalize()
  }
}
