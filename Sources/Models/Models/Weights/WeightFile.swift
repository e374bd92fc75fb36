import Checkpoints

/// A checkpoint file's identity, which every number measured with it carries.
package struct WeightFile: Hashable, Sendable {
  /// Where it was read from.
  package let path: String
  /// SHA-256 of the file in hexadecimal.
  package let sha256: String
  /// Which of several sets of tensors in it is meant; nil where there is one.
  package let part: CheckpointPart?

  /// Names a file whose digest is known.
  package init(path: String, sha256: String, part: CheckpointPart? = nil) {
    self.path = path
    self.sha256 = sha256
    self.part = part
  }

  /// What a fingerprint calls it: its digest, and the set of tensors where there are several.
  package var identity: String { part.map { "\(sha256)/\($0.name)" } ?? sha256 }

  /// Which of several sets of tensors is used, in a sentence; nil where there is one.
  package var partNote: String? {
    guard let part, !part.others.isEmpty else { return nil }
    return "\(name) holds several sets of tensors: '\(part.name)' is used, "
      + part.others.map { "'\($0)'" }.joined(separator: ", ") + " not."
  }

  /// Whether it is part of the program.
  package var isOfProgram: Bool { CompactWeights.contains(path) }

  /// File name without its folder.
  package var name: String { String(path.split(separator: "/").last ?? "") }
}
