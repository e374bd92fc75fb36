import Foundation

/// The text that joins an image, its mask, its text and what a method made of them.
package struct Identifier: Hashable, Sendable {
  /// Longest id in UTF-8 bytes; file systems allow 255 and extensions need room.
  package static let maximumByteCount = 200

  /// In Unicode's normal form C, so that the same name has the same bytes wherever it comes from: file
  /// systems of macOS spell accents apart (form D).
  package let text: String

  /// An id as somebody spells it.
  package init(_ text: String) {
    self.text =
      text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
  }

  /// The id of a file: its name without folders and without extension.
  package init(ofFile path: String) {
    self.init(((path as NSString).lastPathComponent as NSString).deletingPathExtension)
  }

  /// What keeps a text from being an id, or nil if nothing does.
  ///
  /// Ids become file names, so separators, control characters, leading dots and empty texts are
  /// out.
  package static func fault(in id: String) -> String? {
    if id.isEmpty { return "is empty" }
    if id.utf8.count > maximumByteCount { return "is longer than \(maximumByteCount) bytes" }
    if id.utf8.contains(UInt8(ascii: "/")) { return "contains '/'" }
    if id.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return "contains a control character"
    }
    if id.hasPrefix(".") { return "begins with a dot" }
    return nil
  }

  /// Order of UTF-8 bytes: the same on every platform and for every locale.
  package static func precedes(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}

extension Sequence where Element == String {
  /// The texts in the order of their UTF-8 bytes.
  package func sortedByBytes() -> [String] { sorted(by: Identifier.precedes) }

  /// The first few texts for an error message, and how many more there are.
  package func summary(showing limit: Int = 3) -> String {
    let all = Array(self)
    let shown = all.prefix(limit).joined(separator: ", ")
    return all.count > limit ? "\(shown) and \(all.count - limit) more" : shown
  }
}
