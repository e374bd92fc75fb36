import Essentials

/// A float32 `.npy` file that is filled row by row, in any order and from any thread, so that an
/// array larger than memory can be written.
///
/// The rows go to a temporary file beside the final one; ``commit()`` gives it its name. Without
/// that the temporary file is removed with the object.
package final class NPYRowFile: Sendable {
  private let file: AtomicFile
  private let headerLength: Int
  private let rowCount: Int
  private let rowLength: Int

  /// Makes the temporary file.
  ///
  /// - Parameters:
  ///   - path: the final file.
  ///   - rows: extent of the first axis.
  ///   - rowShape: the other extents.
  /// - Throws: `unwritable`; `tooLarge` if no file could be so long.
  package init(path: String, rows: Int, rowShape: [Int]) throws(CheckpointError) {
    let bytes = TensorLayout.product(of: [rows] + rowShape + [4])
    guard let bytes, rows >= 0, rowShape.allSatisfy({ $0 >= 0 }), bytes < Int.max - 1 << 20 else {
      throw CheckpointError(
        path: path, kind: .tooLarge, reason: "would have shape \([rows] + rowShape)")
    }
    let header = NPYHeader.bytes(type: "<f4", shape: [rows] + rowShape)
    headerLength = header.count
    rowCount = rows
    rowLength = rowShape.reduce(1, *)
    file = try CheckpointError.wrapping { () throws(FileError) in
      let file = try AtomicFile(path)
      try file.setLength(header.count + bytes)
      try header.withUnsafeBufferPointer { (header) throws(FileError) in
        try file.append(UnsafeRawBufferPointer(header))
      }
      return file
    }
  }

  /// Writes one row; different rows may be written at once.
  ///
  /// - Precondition: `values` fill the row and `row` is one of the rows.
  /// - Throws: `unwritable`.
  package func write(_ values: [Float], row: Int) throws(CheckpointError) {
    precondition((0..<rowCount).contains(row), "there is no row \(row) of \(rowCount)")
    precondition(values.count == rowLength, "\(values.count) values for rows of \(rowLength)")
    try CheckpointError.wrapping { () throws(FileError) in
      try values.withUnsafeBufferPointer { (values) throws(FileError) in
        try file.write(UnsafeRawBufferPointer(values), at: headerLength + row * rowLength * 4)
      }
    }
  }

  /// Makes the file durable and gives it its name, replacing any other; rows that were never written
  /// are zeros.
  ///
  /// - Throws: `unwritable`.
  package func commit() throws(CheckpointError) {
    try CheckpointError.wrapping { () throws(FileError) in try file.commit() }
  }
}
