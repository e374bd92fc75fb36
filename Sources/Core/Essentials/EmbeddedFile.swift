import CEmbeddedFiles

/// Files that are part of the program.
package enum EmbeddedFile {
  /// The contents of a file, for example of `weights/compact-bisenet.safetensors`; nil where the program has
  /// none of this name.
  package static func bytes(of name: String) -> [UInt8]? {
    var count = 0
    guard let start = embedded_file(name, &count) else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The names of all files, sorted.
  package static let names: [String] = {
    var names: [String] = []
    while let name = embedded_file_name(names.count) { names.append(String(cString: name)) }
    return names.sorted()
  }()
}
