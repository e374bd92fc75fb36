import Tensors

/// NumPy's `.npy` files: one array.
package enum NPYFile {
  /// Opens an array of any supported type, either byte order, either memory order.
  ///
  /// - Returns: a tensor named `CheckpointTensor.soleName`, not yet converted.
  /// - Throws: `CheckpointError`.
  package static func read(_ path: String) throws(CheckpointError) -> CheckpointTensor {
    try tensor(in: ByteStore(path: path).slice, named: CheckpointTensor.soleName)
  }

  /// Writes float32 values as version 1.0, row-major, little-endian.
  ///
  /// - Throws: `unwritable`.
  package static func write(_ tensor: Tensor, to path: String) throws(CheckpointError) {
    try write(.floats(tensor), to: path)
  }

  /// Writes float64 values as version 1.0, row-major, little-endian.
  ///
  /// - Precondition: `values` fill `shape`.
  /// - Throws: `unwritable`.
  package static func write(
    _ values: [Double], shape: [Int], to path: String
  ) throws(CheckpointError) {
    try write(.doubles(values, shape: shape), to: path)
  }

  /// Writes an array of either precision.
  ///
  /// - Throws: `unwritable`.
  package static func write(_ array: StoredArray, to path: String) throws(CheckpointError) {
    try FileWriter.write(to: path) { (append) throws(CheckpointError) in
      try pieces(of: array, append)
    }
  }

  /// Hands over header and elements.
  static func pieces(
    of array: StoredArray, _ append: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try header(of: array).withUnsafeBufferPointer { (header) throws(CheckpointError) in
      try append(UnsafeRawBufferPointer(header))
    }
    try array.withBytes(append)
  }

  /// The header that an array is written with.
  static func header(of array: StoredArray) -> [UInt8] {
    switch array {
    case .halves: NPYHeader.bytes(type: "<f2", shape: array.shape)
    case .floats: NPYHeader.bytes(type: "<f4", shape: array.shape)
    case .doubles: NPYHeader.bytes(type: "<f8", shape: array.shape)
    case .bytes: NPYHeader.bytes(type: "|u1", shape: array.shape)
    }
  }

  /// The array that a file holds.
  ///
  /// - Throws: `CheckpointError`, also where header and length disagree.
  static func tensor(
    in file: ByteSlice, named name: String
  ) throws(CheckpointError) -> CheckpointTensor {
    let header = try NPYHeader(file, label: "array \(name)")
    guard let elements = file.part(at: header.length, count: file.count - header.length) else {
      throw file.failure(.truncated, "array \(name) is cut off")
    }
    return try tensor(header, in: .slice(elements), named: name)
  }

  /// The array of an archive's entry, of which only the header is read.
  ///
  /// - Throws: as ``tensor(in:named:)``.
  static func tensor(
    in entry: ZipEntry, named name: String
  ) throws(CheckpointError) -> CheckpointTensor {
    let start = try entry.start(NPYHeader.largestLength)
    let header = try NPYHeader(start, label: "array \(name)")
    return try tensor(header, in: .entry(entry, from: header.length), named: name)
  }

  private static func tensor(
    _ header: NPYHeader, in storage: TensorStorage, named name: String
  ) throws(CheckpointError) -> CheckpointTensor {
    let expected = TensorLayout.product(of: header.shape + [header.elementType.byteCount])
    guard let expected, expected == storage.byteCount else {
      throw storage.store.failure(
        (expected ?? 0) > storage.byteCount ? .truncated : .corrupt,
        "array \(name) of shape \(header.shape) and type \(header.elementType.rawValue) has "
          + "\(storage.byteCount) bytes")
    }
    let strides =
      header.isFortranOrder
      ? [Int](TensorLayout.rowMajorStrides(of: header.shape.reversed()).reversed()) : nil
    return try CheckpointTensor(
      name: name, elementType: header.elementType, shape: header.shape, strides: strides,
      storage: storage, isBigEndian: header.isBigEndian)
  }
}
