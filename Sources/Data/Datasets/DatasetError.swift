import Terms

/// Why a dataset, a pair manifest or one of their files cannot be used.
package enum DatasetError: Error, Equatable, CustomStringConvertible {
  /// A file or folder could not be read.
  case unreadable(path: String, reason: String)
  /// A file could not be written.
  case unwritable(path: String, reason: String)
  /// A line does not hold what its file's format asks for.
  case malformedLine(path: String, line: Int, reason: String)
  /// A pair manifest's line has a key that the format does not know.
  case unknownKey(path: String, line: Int, key: String, nearest: String)
  /// Two lines have the same id.
  case duplicateID(path: String, line: Int, id: String, firstLine: Int)
  /// A line names a file that does not exist.
  case missingFile(path: String, line: Int, role: String, file: String)
  /// A line names a file that does not lie below the manifest's folder.
  case outsideFile(path: String, line: Int, role: String, file: String)
  /// A file's bytes are not those that its pair manifest was written for.
  case checksumMismatch(file: String, expected: String, found: String)
  /// An id cannot serve as a file name, or occurs twice, outside a file that has lines.
  case invalidID(id: String, reason: String)
  /// Two images of a folder differ in their extensions only.
  case ambiguousStem(directory: String, stem: String, files: [String])
  /// `--dataset` does not name a known kind of dataset.
  case unknownDataset(text: String, nearest: String)
  /// `--dataset` names a kind of dataset but no place.
  case missingPlace(kind: String)
  /// There is nothing to measure.
  case noPairs(place: String, reason: String)
  /// The user asked to stop.
  case cancelled

  /// Which file, line or option is wrong, both sides of a mismatch, and what to do.
  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    case .malformedLine(let path, let line, let reason): "\(path):\(line): \(reason)"
    case .unknownKey(let path, let line, let key, let nearest):
      "\(path):\(line): unknown key '\(key)'; did you mean '\(nearest)'?"
    case .duplicateID(let path, let line, let id, let firstLine):
      "\(path):\(line): the id '\(id)' is already used in line \(firstLine); ids must be unique"
    case .missingFile(let path, let line, let role, let file):
      "\(path):\(line): the \(role) \(file) does not exist; paths are relative to the manifest"
    case .outsideFile(let path, let line, let role, let file):
      "\(path):\(line): the \(role) \(file) lies outside the manifest's folder; give its SHA-256 in the "
        + "line, as 'evalkit pairs' does, or allow such files with --allow-outside"
    case .checksumMismatch(let file, let expected, let found):
      "\(file) has SHA-256 \(found) but the pair manifest says \(expected); restore the file or "
        + "write the manifest again"
    case .invalidID(let id, let reason): "the id '\(id)' \(reason); ids become file names"
    case .ambiguousStem(let directory, let stem, let files):
      "\(directory) holds more than one image named '\(stem)' (\(Self.distinct(files))); "
        + "keep one of them"
    case .unknownDataset(let text, let nearest):
      "unknown dataset '\(text)'; did you mean '\(nearest)'? Known: "
        + DatasetSpecification.forms.joined(separator: ", ")
    case .missingPlace(let kind): "'\(kind):' needs a path after the colon"
    case .noPairs(let place, let reason): "\(place) gives no pairs: \(reason)"
    case .cancelled: "stopped on request; a second call resumes"
    }
  }

  /// Names of files; accents that are spelled in two ways look alike, so their characters are spelled out.
  private static func distinct(_ files: [String]) -> String {
    let areAlike = Set(files).count < files.count
    return files.map {
      areAlike ? $0.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() : $0
    }
    .joined(separator: ", ")
  }
}

extension String {
  /// A sentence as a clause.
  package var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension DatasetError: LedgerFailure {
  /// `wrong-checksum` for changed bytes, otherwise `not-measurable`.
  package var ledgerState: LedgerState {
    if case .checksumMismatch = self { .wrongChecksum } else { .notMeasurable }
  }
}
