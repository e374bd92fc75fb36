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

  /// Joins settings; a nil value leaves its key out.
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

  /// Enough of the hash to tell fingerprints apart in print.
  package var short: String { String(hash.prefix(12)) }
}
