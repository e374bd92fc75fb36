import Datasets
import Models
import Provenance
import Terms

extension MeasurementGroup {
  /// The embedding of any text of these pairs, each text embedded once.
  ///
  /// - Parameters:
  ///   - tower: the text tower.
  ///   - texts: the texts that a pair's score needs, as far as the pair has them.
  /// - Returns: gives that of a text; throws what keeps it from having one.
  /// - Throws: errors of the store.
  func embeddings(
    by tower: TextExtractor?, of texts: (Pair) -> [String]
  ) throws -> (String) throws -> [Float] {
    guard let tower else {
      return { _ in
        throw ImageFailure(state: .noTextTower, reason: "the model has no text tower")
      }
    }
    func key(_ text: String) -> String { TextExtractor.key(tower.fingerprint, text) }
    var batch = Batch<String>()
    for text in pairs.flatMap({ texts($0.pair) }) { batch.add(text, key: key(text)) }
    let memory = memory
    let values = try cache.values(batch) { tower.embeddings(of: $0, in: memory) }
    return { text in
      try values[key(text)]?.get() ?? tower.embeddings(of: [text], in: memory)[0].get()
    }
  }
}

extension Pair {
  /// The caption.
  ///
  /// - Throws: ``ImageFailure`` if there is none, or a blank one.
  func caption() throws(ImageFailure) -> String {
    guard let text else {
      throw ImageFailure(state: .noCaption, reason: "'\(id)' has no caption")
    }
    try check(text, "caption")
    return text
  }

  /// The texts before and after an edit.
  ///
  /// - Throws: ``ImageFailure`` if one is missing or blank.
  func edit() throws(ImageFailure) -> (source: String, target: String) {
    guard let sourceText, let targetText else {
      throw ImageFailure(
        state: .noEdit, reason: "'\(id)' has no source and target text of an edit")
    }
    try check(sourceText, "source text")
    try check(targetText, "target text")
    return (sourceText, targetText)
  }

  /// A text that says nothing has an embedding like any other, but nothing fits it.
  private func check(_ text: String, _ role: String) throws(ImageFailure) {
    guard Pair.isBlank(text) else { return }
    throw ImageFailure(state: .blankText, reason: "the \(role) of '\(id)' is blank")
  }
}
