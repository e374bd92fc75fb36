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
  static func contents(
    of archive: ZipArchive, _ file: ByteSlice
  ) throws(CheckpointError) -> CheckpointContents {
    var tensors: [CheckpointTensor] = []
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else {
        throw file.failure(
          .unknownFormat, "is an archive with the entry \(entry.name), neither PyTorch nor NumPy")
      }
      tensors.append(
        try NPYFile.tensor(in: .entry(entry), named: String(entry.name.dropLast(4))))
    }
    return CheckpointContents(format: .numpyArchive, tensors: tensors)
  }
}
