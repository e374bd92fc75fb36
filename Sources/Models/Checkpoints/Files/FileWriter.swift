import Essentials

/// Writes a file under a temporary name and gives it its own name once every byte is on disk, so that
/// nobody ever sees half of it.
enum FileWriter {
  /// Writes what `produce` hands over, piece by piece, and replaces any file of that name.
  ///
  /// - Throws: `unwritable`; the temporary file is removed then.
  static func write(
    to path: String,
    _ produce: (_ append: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void)
      throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let file = try CheckpointError.wrapping { () throws(FileError) in try AtomicFile(path) }
    try produce { (piece) throws(CheckpointError) in
      try CheckpointError.wrapping { () throws(FileError) in try file.append(piece) }
    }
    try CheckpointError.wrapping { () throws(FileError) in try file.commit() }
  }
}
