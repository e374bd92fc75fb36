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

  /// The target's letters and digits joined by hyphens, as files are called.
  package var fileName: String {
    target.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.joined(
      separator: "-")
  }
}
