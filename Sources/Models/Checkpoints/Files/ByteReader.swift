/// Reads a slice from front to back and refuses to read past its end.
struct ByteReader {
  /// What is read.
  let slice: ByteSlice
  /// Names the slice in error messages, for example `archive/data.pkl`.
  let label: String
  /// Offset of the next byte.
  private(set) var position: Int

  /// Lines are short, and what lies behind one is not to be read for it.
  private static let pieceOfLine = 256

  /// Starts at an offset.
  init(_ slice: ByteSlice, label: String, position: Int = 0) {
    self.slice = slice
    self.label = label
    self.position = position
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { position >= slice.count }

  /// The next little-endian integer.
  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
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
    var length = 0
    while position + length < slice.count {
      let count = min(Self.pieceOfLine, slice.count - position - length)
      guard let piece = slice.part(at: position + length, count: count) else { break }
      if let end = try piece.withBytes({ $0.firstIndex(of: 0x0A) }) {
        let line = try bytes(length + end)
        position += 1
        return line
      }
      length += count
    }
    throw truncation()
  }

  /// An error that says where the reader stood.
  func failure(
    _ kind: CheckpointError.Kind, _ reason: String, at offset: Int? = nil
  ) -> CheckpointError {
    slice.failure(kind, "\(label) \(reason) at byte \(offset ?? position)")
  }

  private func truncation() -> CheckpointError { failure(.truncated, "is cut off") }
}
