import Essentials

/// Everything that can move a number, as canonical text and its SHA-256.
///
/// Lines are `key=value`, sorted by key, so that equal settings give equal text whatever order they
/// were named in. Numbers are compared only where their fingerprints are equal.
package struct Fingerprint: Hashable, Sendable {
  /// The lines.
  package let text: String
  /// SHA-256 of the text in hexadecimal.
  package let hash: String

  /// Combines settings; a key whose value is nil is left out.
  ///
  /// - Parameters:
  ///   - settings: the choices by name.
  ///   - parts: fingerprints of what takes part; their lines appear as `part.key=value`.
  package init(_ settings: [String: String?], parts: [String: Fingerprint] = [:]) {
    let own = settings.compactMap { key, value in value.map { "\(key)=\($0)" } }
    let nested = parts.flatMap { name, part in
      part.text.split(separator: "\n").map { "\(name).\($0)" }
    }
    text = (own + nested).sorted().joined(separator: "\n")
    hash = FileDigest.sha256(of: text.utf8)
  }

  /// Restores a fingerprint from its stored text.
  package init(text: String) {
    self.text = text
    hash = FileDigest.sha256(of: text.utf8)
  }

  /// The fingerprint of something that took part in this one, as it was before it was joined.
  ///
  /// Lines are sorted, and a prefix that all have leaves their order as it is.
  package func part(_ name: String) -> Fingerprint? {
    let lines = text.split(separator: "\n").filter { $0.hasPrefix(name + ".") }
    if lines.isEmpty { return nil }
    return Fingerprint(text: lines.map { $0.dropFirst(name.count + 1) }.joined(separator: "\n"))
  }

  /// The value of a setting of its own.
  package subscript(setting: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix(setting + "=") }
      .map { String($0.dropFirst(setting.count + 1)) }
  }

  /// What differs between two texts, a few settings in words.
  package static func differences(_ first: String, _ second: String) -> String {
    func settings(_ text: String) -> [String: String] {
      Dictionary(
        text.split(separator: "\n").map { line in
          let parts = line.split(separator: "=", maxSplits: 1)
          return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }, uniquingKeysWith: { $1 })
    }
    let (one, other) = (settings(first), settings(second))
    let keys = Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
    let shown = keys.prefix(3).map { key in
      "\(key) is \((other[key] ?? "absent").prefix(40)), was \((one[key] ?? "absent").prefix(40))"
    }
    return shown.joined(separator: "; ") + (keys.count > 3 ? "; and \(keys.count - 3) more" : "")
  }

  /// Enough of the hash to tell fingerprints apart in print.
  package var short: String { String(hash.prefix(12)) }
}
