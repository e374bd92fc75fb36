/// Texts that images are made for, one a line, such as the instructions of Semantic Diffusion Guidance.
package struct GuidanceTexts: Equatable, Sendable {
  /// The texts in the order of the file; none is empty.
  package let lines: [String]

  /// Reads a file; blank lines are passed over.
  ///
  /// - Throws: `DatasetError.unreadable`; `.noPairs` if there is no text.
  package init(contentsOf path: String) throws(DatasetError) {
    lines = try TextFile.lines(of: path).filter { !$0.isEmpty }
    guard !lines.isEmpty else { throw .noPairs(place: path, reason: "it has no text") }
  }

  /// Name of the group of images that are made for a text, counted from 0.
  package func group(_ number: Int) -> String {
    let digits = String(number)
    return "text-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
