/// One unit of work: a condition (mask, text, scribble), and the real face it was taken from.
package struct Pair: Equatable, Sendable {
  /// Joins everything that belongs together; unique in a manifest and usable as a file name.
  package let id: String
  /// The ground truth, an absolute path; nil where only conditions are known.
  package var imagePath: String?
  /// The label map, an absolute path.
  package var maskPath: String?
  /// The caption.
  package var text: String?
  /// White strokes on black, an absolute path.
  package var scribblePath: String?
  /// Who is on the image, for metrics that compare persons.
  package var identity: String?
  /// A stratum that reports may split by.
  package var group: String?
  /// What is on the image before an edit.
  package var sourceText: String?
  /// What an edit should make of it.
  package var targetText: String?
  /// SHA-256 of the files whose bytes are known, 64 lower-case hexadecimal digits.
  package var checksums: [PairFile: String]

  /// Creates a pair; what is left out is unknown.
  package init(
    id: String, imagePath: String? = nil, maskPath: String? = nil, text: String? = nil,
    scribblePath: String? = nil, identity: String? = nil, group: String? = nil,
    sourceText: String? = nil, targetText: String? = nil, checksums: [PairFile: String] = [:]
  ) {
    self.id = Identifier(id).text
    self.imagePath = imagePath
    self.maskPath = maskPath
    self.text = text
    self.scribblePath = scribblePath
    self.identity = identity
    self.group = group
    self.sourceText = sourceText
    self.targetText = targetText
    self.checksums = checksums
  }

  /// Path of one of the pair's files.
  package func path(of file: PairFile) -> String? {
    switch file {
    case .image: imagePath
    case .mask: maskPath
    case .scribble: scribblePath
    }
  }

  /// The same pair with the SHA-256 of each of its files, read from disk.
  ///
  /// - Throws: `DatasetError.unreadable`; `.checksumMismatch` if the pair was made for other bytes.
  package func withChecksums() throws(DatasetError) -> Pair {
    var pair = self
    for file in PairFile.allCases {
      pair.checksums[file] = nil
      guard let path = path(of: file) else { continue }
      let digest = try DatasetFiles.sha256(of: path)
      try check(digest, of: file)
      pair.checksums[file] = digest
    }
    return pair
  }

  /// Compares a file's SHA-256 with the one that the pair was made for, where that is known.
  ///
  /// - Throws: `DatasetError.checksumMismatch`.
  package func check(_ digest: String, of file: PairFile) throws(DatasetError) {
    guard let path = path(of: file), let expected = checksums[file], digest != expected else {
      return
    }
    throw .checksumMismatch(file: path, expected: expected, found: digest)
  }

  /// Rereads a file whose SHA-256 is known, and compares.
  ///
  /// - Throws: `DatasetError.unreadable`, `.checksumMismatch`.
  package func verify(_ file: PairFile) throws(DatasetError) {
    guard let path = path(of: file), checksums[file] != nil else { return }
    try check(DatasetFiles.sha256(of: path), of: file)
  }

  /// Whether a text says nothing, so that there is nothing to compare an image with.
  package static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
}

/// The files that a pair may name; raw values are the manifest's keys.
package enum PairFile: String, CaseIterable, Sendable {
  case image, mask, scribble
}
