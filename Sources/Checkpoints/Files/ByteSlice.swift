/// A run of bytes together with the object that keeps them alive.
struct ByteSlice: Sendable {
  /// Owner of the bytes.
  let store: ByteStore
  /// Where the run lies in the store; always inside it.
  let range: Range<Int>

  /// Length in bytes.
  var count: Int { range.count }

  /// A part, counted from the slice's own start; nil where it would reach outside.
  func part(at offset: Int, count: Int) -> ByteSlice? {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
      return nil
    }
    let start = range.lowerBound + offset
    return ByteSlice(store: store, range: start..<(start + count))
  }

  /// A little-endian integer at any alignment; nil where it would reach outside.
  func integer<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type) -> Value? {
    guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return nil }
    defer { withExtendedLifetime(store) {} }
    return Value(
      littleEndian: store.bytes.loadUnaligned(
        fromByteOffset: range.lowerBound + offset, as: Value.self))
  }

  /// Whether the slice has these bytes at an offset.
  func has(_ expected: [UInt8], at offset: Int = 0) -> Bool {
    guard let part = part(at: offset, count: expected.count) else { return false }
    return part.withBytes { $0.elementsEqual(expected) }
  }

  /// Lends the bytes for the length of a call.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(store) {} }
    return try body(UnsafeRawBufferPointer(rebasing: store.bytes[range]))
  }

  /// A copy of the bytes.
  var array: [UInt8] { withBytes { [UInt8]($0) } }

  /// The bytes as text; nil where they are not UTF-8.
  var text: String? { withBytes { String(validating: $0, as: UTF8.self) } }

  /// An error about the file that the bytes come from.
  func failure(_ kind: CheckpointError.Kind, _ reason: String) -> CheckpointError {
    store.failure(kind, reason)
  }
}
