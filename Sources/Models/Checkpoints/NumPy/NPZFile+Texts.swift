extension NPZFile {
  /// The texts of an array with one axis, of NumPy's types `U` and `S`; nil where the archive has no array of that name.
  ///
  /// - Throws: `CheckpointError`, also where the array is of another type.
  package static func texts(
    named name: String, in path: String
  ) throws(CheckpointError) -> [String]? {
    let archive = try ZipArchive(ByteStore(path: path).slice)
    guard let entry = archive.entries.first(where: { $0.name == name + ".npy" }) else { return nil }
    let (file, label) = (try entry.contents(), "array \(name)")
    let header = try NPYHeader.Fields(file, label: label)
    // A letter takes four bytes in `U`, one in `S`.
    let size = header.type.contains("U") ? 4 : 1
    guard let kind = header.type.dropFirst().first, kind == "U" || kind == "S",
      let letters = Int(header.type.dropFirst(2)), letters >= 0, header.shape.count == 1,
      let count = header.shape.first,
      let total = TensorLayout.product(of: [count, letters, size]),
      let elements = file.part(at: header.length, count: file.count - header.length)
    else { throw header.unread(in: file, label: label) }
    guard total == elements.count else {
      throw file.failure(
        .corrupt, "\(label) of shape \(header.shape) has \(elements.count) bytes, not \(total)")
    }
    let bytes = try elements.array
    let isBigEndian = header.type.first == ">"
    var texts: [String] = []
    for index in 0..<count {
      var text = String.UnicodeScalarView()
      for letter in 0..<letters {
        let start = (index * letters + letter) * size
        let parts = bytes[start..<start + size]
        let ordered = isBigEndian ? Array(parts) : parts.reversed()
        let code = ordered.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if code == 0 { break }
        guard let scalar = Unicode.Scalar(code) else {
          throw file.failure(.corrupt, "\(label) holds \(code), which is no letter")
        }
        text.append(scalar)
      }
      texts.append(String(text))
    }
    return texts
  }
}
