/// Reads a slice from front to back and refuses to read past its end.
struct ByteReader {
  /// What is read.
  let slice: ByteSlice
  /// Names the slice in error messages, for example `archive/data.pkl`.
  let label: String
  /// Offset of the next byte.
  private(set) var position: Int

  /// Starts at an offset.
  init(_ slice: ByteSlice, label: String, position: Int = 0) {
    self.slice = slice
    self.label = label
    self.position = position
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { position >= slice.count }

  /// The next little-endian integer.
  mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type
  ) throws(CheckpointError) -> Value {
    guard let value = slice.integer(at: position, as: type) else { throw truncation() }
    position += MemoryLayout<Value>.size
    return value
  }

  /// The next `count` bytes.
  mutating func bytes(_ count: Int) throws(CheckpointError) -> ByteSlice {
    guard let part = slice.part(at: position, count: count) else { throw truncation() }
    position += count
    return part
  }

  /// The bytes before the next line feed, which is skipped.
  mutating func line() throws(CheckpointError) -> ByteSlice {
    guard let rest = slice.part(at: position, count: slice.count - position),
      let length = rest.withBytes({ $0.firstIndex(of: 0x0A) })
    else { throw truncation() }
    let line = try bytes(length)
    position += 1
    return line
  }

  /// An error that says where the reader stood.
  func failure(
    _ kind: CheckpointError.Kind, _ reason: String, at offset: Int? = nil
  ) -> CheckpointError {
    slice.failure(kind, "\(label) \(reason) at byte \(offset ?? position)")
  }

  private func truncation() -> CheckpointError { failure(.truncated, "is cut off") }
}
