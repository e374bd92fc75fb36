import CZlib
import Synchronization

/// One file inside an archive, not yet read.
final class ZipEntry: Sendable {
  /// Name inside the archive.
  let name: String
  /// The bytes as they lie in the archive.
  let stored: ByteSlice
  /// Length once unpacked.
  let size: Int
  private let isDeflated: Bool
  private let checksum: UInt32
  private let verified = Mutex<ByteSlice?>(nil)

  /// No published weight file is deflated; statistics and small arrays are.
  static let largestInflatedSize = 1 << 29
  /// Deflate cannot pack better than 1032 : 1.
  private static let largestRatio = 1032

  /// Describes an entry whose bytes lie inside the archive; what it claims is checked when it is read.
  init(name: String, stored: ByteSlice, size: Int, isDeflated: Bool, checksum: UInt32) {
    self.name = name
    self.stored = stored
    self.size = size
    self.isDeflated = isDeflated
    self.checksum = checksum
  }

  /// - Throws: `tooLarge` or `corrupt` where the announced size cannot be true.
  private func checkSize() throws(CheckpointError) {
    if isDeflated {
      guard size <= Self.largestInflatedSize else {
        throw stored.failure(
          .tooLarge,
          "entry \(name) would unpack to \(size) bytes; the limit is "
            + "\(Self.largestInflatedSize)")
      }
      guard size / Self.largestRatio <= stored.count else {
        throw stored.failure(
          .corrupt, "entry \(name) claims to unpack \(stored.count) bytes to \(size)")
      }
    } else if size != stored.count {
      throw stored.failure(
        .corrupt, "entry \(name) is stored with \(stored.count) bytes but claims \(size)")
    }
  }

  /// The first bytes, unpacked, at most `count`; only of an entry that is no longer than that, the checksum is
  /// compared.
  ///
  /// - Throws: as ``contents()``.
  func start(_ count: Int) throws(CheckpointError) -> ByteSlice {
    guard size > count else { return try contents() }
    try checkSize()
    let part: ByteSlice?
    if isDeflated {
      // However it is packed, so short a text takes no more than that.
      let packed = stored.part(at: 0, count: min(stored.count, 2 * count + 4096)) ?? stored
      part = try ByteStore(path: stored.store.path, count: count) {
        (target) throws(CheckpointError) in
        let filled = try packed.withBytes { Inflation.inflate($0, into: target, isWhole: false) }
        guard filled else { throw stored.failure(.corrupt, "entry \(name) does not unpack") }
      }.slice
    } else {
      part = stored.part(at: 0, count: count)
    }
    return part ?? stored
  }

  /// The unpacked bytes, whose checksum is compared once, on first use.
  ///
  /// - Throws: `corrupt` where sizes or checksum disagree, `tooLarge`.
  func contents() throws(CheckpointError) -> ByteSlice {
    try verified.withLock { (verified) throws(CheckpointError) -> ByteSlice in
      if let verified { return verified }
      try checkSize()
      let contents = isDeflated ? try inflated() : stored
      var found: UInt = 0
      try contents.forEachPiece {
        found = crc32_z(found, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
      }
      guard UInt32(truncatingIfNeeded: found) == checksum else {
        throw stored.failure(
          .corrupt,
          "entry \(name) is damaged: its checksum is "
            + "\(hexadecimal(UInt32(truncatingIfNeeded: found))), not \(hexadecimal(checksum))"
            + (checksum == 0 ? "; if it was saved without checksums, save it again with them" : ""))
      }
      verified = contents
      return contents
    }
  }

  private func inflated() throws(CheckpointError) -> ByteSlice {
    try ByteStore(path: stored.store.path, count: size) { (target) throws(CheckpointError) in
      let filled = try stored.withBytes { Inflation.inflate($0, into: target) }
      guard filled else {
        throw stored.failure(.corrupt, "entry \(name) does not unpack to \(size) bytes")
      }
    }.slice
  }

  private func hexadecimal(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
}

/// Raw deflate streams, as ZIP archives hold them.
private enum Inflation {
  /// Fills `target` exactly; false where the stream is broken, too short or, if `isWhole`, too long.
  static func inflate(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    isWhole: Bool = true
  ) -> Bool {
    var stream = z_stream()
    // A negative window size selects raw deflate data without a zlib header.
    guard
      inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return false }
    defer { inflateEnd(&stream) }
    guard source.count <= UInt32.max, target.count < UInt32.max else { return false }
    var spare: UInt8 = 0
    return withUnsafeMutablePointer(to: &spare) { spare in
      stream.next_in = UnsafeMutablePointer(
        mutating: source.bindMemory(to: UInt8.self).baseAddress)
      stream.avail_in = UInt32(source.count)
      // zlib refuses a null target even where nothing is to be written.
      stream.next_out = target.bindMemory(to: UInt8.self).baseAddress ?? spare
      stream.avail_out = UInt32(target.count)
      let end = CZlib.inflate(&stream, isWhole ? Z_FINISH : Z_SYNC_FLUSH)
      guard stream.avail_out == 0 else { return false }
      return isWhole ? end == Z_STREAM_END && stream.avail_in == 0 : end == Z_OK
    }
  }
}
