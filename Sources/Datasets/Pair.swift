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

  /// Joins what is known under an id.
  package init(
    id: String, imagePath: String? = nil, maskPath: String? = nil, text: String? = nil,
    scribblePath: String? = nil, identity: String? = nil, group: String? = nil,
    sourceText: String? = nil, targetText: String? = nil, checksums: [PairFile: String] = [:]
  ) {
    self.id = id
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

  /// The same pair with the SHA-256 of each of its files, read again from disk.
  ///
  /// - Throws: `DatasetError.unreadable`.
  package func withChecksums() throws(DatasetError) -> Pair {
    var pair = self
    for file in PairFile.allCases {
      pair.checksums[file] = nil
      if let path = path(of: file) { pair.checksums[file] = try DatasetFiles.sha256(of: path) }
    }
    return pair
  }
}

/// The files that a pair may name; raw values are the manifest's keys.
package enum PairFile: String, CaseIterable, Sendable {
  case image, mask, scribble
}
