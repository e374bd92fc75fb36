/// Where the elements of one or more tensors lie.
enum TensorStorage: Sendable {
  /// In a file that is not packed, or in memory.
  case slice(ByteSlice)
  /// In an archive's entry behind its first bytes, checked (and inflated) on first use.
  case entry(ZipEntry, from: Int)

  /// Length in bytes, known without reading them.
  var byteCount: Int {
    switch self {
    case .slice(let slice): slice.count
    case .entry(let entry, let start): entry.size - start
    }
  }

  /// The file, for error messages.
  var store: ByteStore {
    switch self {
    case .slice(let slice): slice.store
    case .entry(let entry, _): entry.stored.store
    }
  }

  /// The bytes.
  func bytes() throws(CheckpointError) -> ByteSlice {
    switch self {
    case .slice(let slice): return slice
    case .entry(let entry, let start):
      let contents = try entry.contents()
      guard let elements = contents.part(at: start, count: contents.count - start) else {
        throw contents.failure(.truncated, "entry \(entry.name) is cut off")
      }
      return elements
    }
  }
}
