import Essentials

/// The two texts of an edit: what an image shows, and what it is to show.
package struct EditTexts: Hashable, Sendable {
  /// What an image shows.
  package let source: String
  /// What it is to show.
  package let target: String

  /// Two texts.
  package init(source: String, target: String) {
    self.source = source
    self.target = target
  }

  /// The target's letters and digits joined by hyphens, as files are called; of a target without Latin letters, the
  /// beginning of its SHA-256.
  package var fileName: String {
    let words = target.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return words.isEmpty
      ? "edit-\(FileDigest.sha256(of: target.utf8).prefix(12))" : words.joined(separator: "-")
  }
}
