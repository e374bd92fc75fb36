/// NumPy's `.npz` files: a ZIP archive of `.npy` files.
package enum NPZFile {
  /// Opens an archive, packed (`savez_compressed`) or not.
  ///
  /// - Returns: arrays under their names without `.npy`.
  /// - Throws: `CheckpointError`, also where the file is some other format.
  package static func read(_ path: String) throws(CheckpointError) -> Checkpoint {
    let checkpoint = try Checkpoint.open(path: path)
    guard checkpoint.format == .numpyArchive else {
      throw CheckpointError(
        path: path, kind: .unknownFormat,
        reason: "is a \(checkpoint.format.rawValue), not a NumPy archive")
    }
    return checkpoint
  }

  /// Writes arrays unpacked, in the given order, as `numpy.savez` does.
  ///
  /// - Precondition: names differ.
  /// - Throws: `unwritable`.
  package static func write(
    _ arrays: [(name: String, array: StoredArray)], to path: String
  ) throws(CheckpointError) {
    try FileWriter.write(to: path) { (append) throws(CheckpointError) in
      var writer = ZipWriter()
      for (name, array) in arrays {
        let header = NPYFile.header(of: array)
        try array.withBytes { (elements) throws(CheckpointError) in
          try header.withUnsafeBufferPointer { (header) throws(CheckpointError) in
            try writer.add(
              name: name + ".npy", pieces: [UnsafeRawBufferPointer(header), elements], append)
          }
        }
      }
      try writer.finish(append)
    }
  }

  /// The arrays of an archive that is no PyTorch file.
  ///
  /// Whatever else lies in it, and arrays of types that are not read, are left alone until somebody asks for
  /// them, as NumPy does.
  static func contents(
    of archive: ZipArchive, _ file: ByteSlice
  ) throws(CheckpointError) -> CheckpointContents {
    let arrays = archive.entries.filter { $0.name.hasSuffix(".npy") }
    if let other = archive.entries.first, arrays.isEmpty {
      throw file.failure(
        .unknownFormat, "is an archive with the entry \(other.name), neither PyTorch nor NumPy")
    }
    var contents = CheckpointContents(format: .numpyArchive, tensors: [])
    for entry in arrays {
      let name = String(entry.name.dropLast(4))
      do throws(CheckpointError) {
        contents.tensors.append(try NPYFile.tensor(in: entry, named: name))
      } catch {
        contents.unread.append(UnreadTensor(name: name, error: error))
      }
    }
    return contents
  }
}
