import Checkpoints

/// The outermost records of a message in protocol buffers, walked through without reading what they hold.
///
/// Protocol buffers have no mark of their own. What tells that a file cannot be a message is that its records, each
/// of which says how long it is, do not end where the file ends.
enum MessageRecords {
  /// A model has some tens of them.
  static let limit = 1 << 16
  /// Bytes that hold the tag and the length of any record.
  private static let longestStart = 20

  /// Whether a file consists of whole records.
  ///
  /// - Throws: `truncated` where the file has become shorter than it was; what the system objects to.
  static func fill(_ file: ByteStore) throws(CheckpointError) -> Bool {
    var position = 0
    for _ in 0..<limit where position < file.count {
      let count = min(longestStart, file.count - position)
      guard let start = file.slice.part(at: position, count: count),
        let length = try start.withBytes({ Self.length(ofRecordIn: $0) }),
        length <= file.count - position
      else { return false }
      position += length
    }
    return position == file.count
  }

  /// Bytes that a record takes, by its first ones; nil where they begin none.
  private static func length(ofRecordIn start: UnsafeRawBufferPointer) -> Int? {
    var rest = start[...]
    guard let tag = integer(&rest), tag >> 3 > 0 else { return nil }
    let content: UInt64
    switch tag & 7 {
    case 0: content = integer(&rest) == nil ? .max : 0
    case 1: content = 8
    case 2: content = integer(&rest) ?? .max
    case 5: content = 4
    // Groups, which no version of ONNX has.
    default: return nil
    }
    let (length, overflows) = content.addingReportingOverflow(UInt64(start.count - rest.count))
    return overflows ? nil : Int(exactly: length)
  }

  /// An integer of seven bits a byte, the lowest first; nil where it has no end.
  private static func integer(_ bytes: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }
}
