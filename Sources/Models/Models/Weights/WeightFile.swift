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

  /// Which files some networks were read from, in words: each once, with its digest and the sets of tensors.
  package static func summary(of files: [WeightFile]) -> String {
    var parts: [(file: String, names: [String])] = []
    for file in files {
      let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
      let text = "\(name) (SHA-256 \(file.sha256))"
      let place = parts.firstIndex { $0.file == text } ?? parts.endIndex
      if place == parts.endIndex { parts.append((text, [])) }
      if let part = file.part?.name { parts[place].names.append(part) }
    }
    let words = parts.map {
      $0.names.isEmpty ? $0.file : "\($0.names.joined(separator: ", ")) of \($0.file)"
    }
    return "weights: \(words.joined(separator: "; "))"
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
