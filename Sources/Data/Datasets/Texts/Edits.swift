/// What an edit starts from and should lead to, by id.
package struct Edits: Equatable, Sendable {
  /// The two texts of one edit.
  package struct Texts: Hashable, Sendable {
    /// What is on the image before it, for example `face`.
    package let source: String
    /// What should be on it afterwards, for example `tanned face`.
    package let target: String
  }

  /// The texts of each id.
  package let texts: [String: Texts]

  /// Reads `{"id": …, "source_text": …, "target_text": …}`, one a line.
  ///
  /// - Throws: `DatasetError` with file and line.
  package init(contentsOf path: String) throws(DatasetError) {
    var texts: [String: Texts] = [:]
    var lineOfID: [String: Int] = [:]
    try JSONLines.forEach(of: Line.self, in: path, keys: Line.CodingKeys.allCases.map(\.rawValue)) {
      line, number throws(DatasetError) in
      if let first = lineOfID.updateValue(number, forKey: line.id) {
        throw .duplicateID(path: path, line: number, id: line.id, firstLine: first)
      }
      guard line.sourceText != line.targetText else {
        throw .malformedLine(
          path: path, line: number,
          reason: "'source_text' and 'target_text' are the same, so nothing is edited")
      }
      texts[line.id] = Texts(source: line.sourceText, target: line.targetText)
    }
    self.texts = texts
  }

  private struct Line: Decodable {
    let id: String
    let sourceText: String
    let targetText: String

    enum CodingKeys: String, CodingKey, CaseIterable {
      case id
      case sourceText = "source_text"
      case targetText = "target_text"
    }
  }
}
