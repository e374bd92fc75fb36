import Essentials

/// The weights that are part of the program: those of the compact suite.
package enum CompactWeights {
  /// What the path of such a file begins with.
  package static let prefix = "compact:"

  /// The path by which the file of a network is known, `compact:NAME.safetensors`.
  package static func path(of name: String) -> String { "\(prefix)\(name).safetensors" }

  /// The network whose file a path is; nil for other paths.
  package static func network(of path: String) -> String? {
    guard path.hasPrefix(prefix) else { return nil }
    return String(path.dropFirst(prefix.count).prefix { $0 != "." })
  }

  /// Whether a path names a file that is part of the program.
  package static func contains(_ path: String) -> Bool { bytes(of: path) != nil }

  /// The contents of a file; nil where the program has none of this path.
  package static func bytes(of path: String) -> [UInt8]? {
    guard path.hasPrefix(prefix) else { return nil }
    return EmbeddedFile.bytes(of: "weights/\(path.dropFirst(prefix.count))")
  }
}
