/// Where the elements of one or more tensors lie.
enum TensorStorage: Sendable {
  /// In bytes that are there already.
  case slice(ByteSlice)
  /// In an archive's entry, checked (and inflated) on first use.
  case entry(ZipEntry)

  /// Length in bytes, known without reading them.
  var byteCount: Int {
    switch self {
    case .slice(let slice): slice.count
    case .entry(let entry): entry.size
    }
  }

  /// The file, for error messages.
  var store: ByteStore {
    switch self {
    case .slice(let slice): slice.store
    case .entry(let entry): entry.stored.store
    }
  }

  /// Lets the system take back the pages of a mapped file; inflated entries stay.
  func releasePages() {
    switch self {
    case .slice(let slice): slice.store.releasePages(slice.range)
    case .entry(let entry): entry.stored.store.releasePages(entry.stored.range)
    }
  }

  /// The bytes.
  func bytes() throws(CheckpointError) -> ByteSlice {
    switch self {
    case .slice(let slice): slice
    case .entry(let entry): try entry.contents()
    }
  }
}
