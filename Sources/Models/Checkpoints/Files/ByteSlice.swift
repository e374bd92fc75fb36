/// A run of bytes together with the object that holds them.
package struct ByteSlice: Sendable {
  /// Owner of the bytes.
  let store: ByteStore
  /// Where the run lies in the store; always inside it.
  let range: Range<Int>

  private static let largestPiece = 1 << 20

  /// Length in bytes.
  var count: Int { range.count }

  /// A part, counted from the slice's own start; nil where it would reach outside.
  package func part(at offset: Int, count: Int) -> ByteSlice? {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
      return nil
    }
    let start = range.lowerBound + offset
    return ByteSlice(store: store, range: start..<(start + count))
  }

  /// A little-endian integer at any alignment; nil where it would reach outside, or cannot be read.
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type
  ) -> Value? {
    guard let part = part(at: offset, count: MemoryLayout<Value>.size) else { return nil }
    return try? part.withBytes { Value(littleEndian: $0.loadUnaligned(as: Value.self)) }
  }

  /// Whether the slice has these bytes at an offset.
  func has(_ expected: [UInt8], at offset: Int = 0) -> Bool {
    guard let part = part(at: offset, count: expected.count) else { return false }
    return (try? part.withBytes { $0.elementsEqual(expected) }) ?? false
  }

  /// Lends the bytes for the length of a call.
  ///
  /// - Throws: `truncated` where a file has become shorter than it was; what `body` throws.
  package func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    try store.withBytes(range, body)
  }

  /// Lends the bytes in order, up to a megabyte at a time.
  ///
  /// - Throws: as `withBytes`.
  func forEachPiece(
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(CheckpointError) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.largestPiece) {
      try store.withBytes(start..<min(start + Self.largestPiece, range.upperBound), body)
    }
  }

  /// The same bytes in memory, for those who read them number by number.
  ///
  /// - Throws: as `withBytes`.
  func loaded() throws(CheckpointError) -> ByteSlice {
    try withBytes { (bytes) throws(CheckpointError) in
      try ByteStore(path: store.path, count: bytes.count) { $0.copyMemory(from: bytes) }.slice
    }
  }

  /// A copy of the bytes.
  var array: [UInt8] {
    get throws(CheckpointError) { try withBytes { [UInt8]($0) } }
  }

  /// The bytes as text; nil where they are not UTF-8.
  var text: String? {
    get throws(CheckpointError) { try withBytes { String(validating: $0, as: UTF8.self) } }
  }

  /// An error about the file that the bytes come from.
  func failure(_ kind: CheckpointError.Kind, _ reason: String) -> CheckpointError {
    store.failure(kind, reason)
  }
}
