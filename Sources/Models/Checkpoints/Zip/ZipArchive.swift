/// The directory of a ZIP archive, read from its end (APPNOTE 6.3.10), with 64-bit sizes.
///
/// Names, sizes and offsets are believed only after the local headers confirm them and no two
/// entries share a byte.
struct ZipArchive: Sendable {
  /// Entries in directory order.
  let entries: [ZipEntry]
  private let indices: [String: Int]

  /// Bytes that every archive starts with.
  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  /// Bytes of an archive without entries.
  static let emptySignature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]

  /// The entry of a name; nil where there is none.
  subscript(name: String) -> ZipEntry? { indices[name].map { entries[$0] } }

  /// Reads the directory of an archive; no entry is unpacked.
  ///
  /// - Throws: `truncated`, `corrupt`, `unsupported` or `tooLarge`.
  init(_ file: ByteSlice) throws(CheckpointError) {
    let directory = try ZipDirectory(locatedIn: file)
    var reader = ByteReader(directory.bytes, label: "the archive's directory")
    var records: [ZipRecord] = []
    for _ in 0..<directory.entryCount { records.append(try ZipRecord(&reader)) }
    guard reader.isAtEnd else {
      throw file.failure(.corrupt, "the archive's directory is longer than its entries")
    }
    var entries: [ZipEntry] = []
    var spans: [(range: Range<Int>, name: String)] = []
    var indices: [String: Int] = [:]
    for record in records {
      let (entry, span) = try record.located(in: file, before: directory.offset)
      guard indices.updateValue(entries.count, forKey: entry.name) == nil else {
        throw file.failure(.corrupt, "the archive holds \(entry.name) twice")
      }
      entries.append(entry)
      spans.append((span, entry.name))
    }
    try Self.refuseOverlaps(spans, in: file)
    self.entries = entries
    self.indices = indices
  }

  private static func refuseOverlaps(
    _ spans: [(range: Range<Int>, name: String)], in file: ByteSlice
  ) throws(CheckpointError) {
    let sorted = spans.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (earlier, later) in zip(sorted, sorted.dropFirst())
    where earlier.range.upperBound > later.range.lowerBound {
      throw file.failure(.corrupt, "entries \(earlier.name) and \(later.name) overlap")
    }
  }
}

/// Where the central directory lies.
private struct ZipDirectory {
  let bytes: ByteSlice
  let offset: Int
  let entryCount: Int

  private static let endSize = 22
  private static let locatorSize = 20
  private static let end64Size = 56
  /// Size of the fixed part of an entry in the directory.
  private static let recordSize = 46

  init(locatedIn file: ByteSlice) throws(CheckpointError) {
    let end = try Self.endRecord(of: file)
    var counts = [UInt64(0), 0, 0]
    var limit = end
    if let wide = try Self.wideRecord(of: file, before: end) {
      counts = wide.counts
      limit = wide.start
    } else {
      counts = [
        UInt64(file.integer(at: end + 10, as: UInt16.self) ?? 0),
        UInt64(file.integer(at: end + 12, as: UInt32.self) ?? 0),
        UInt64(file.integer(at: end + 16, as: UInt32.self) ?? 0),
      ]
    }
    guard let count = Int(exactly: counts[0]), let size = Int(exactly: counts[1]),
      let offset = Int(exactly: counts[2]), offset <= limit, size == limit - offset,
      count <= size / Self.recordSize, let bytes = file.part(at: offset, count: size)
    else {
      throw file.failure(.corrupt, "the archive's directory does not lie where its end says")
    }
    self.bytes = try bytes.loaded()
    self.offset = offset
    entryCount = count
  }

  /// Searches backwards, because a comment of up to 64 KiB may follow.
  private static func endRecord(of file: ByteSlice) throws(CheckpointError) -> Int {
    let last = file.count - endSize
    var offset = last
    while offset >= max(0, last - 0xFFFF) {
      if file.has([0x50, 0x4B, 0x05, 0x06], at: offset),
        let comment = file.integer(at: offset + 20, as: UInt16.self),
        offset + endSize + Int(comment) == file.count
      {
        guard file.integer(at: offset + 4, as: UInt32.self) == 0 else {
          throw file.failure(.unsupported, "the archive is split over several disks")
        }
        return offset
      }
      offset -= 1
    }
    throw file.failure(.truncated, "the archive has no directory at its end; it may be cut off")
  }

  /// Count, size and offset in 64 bits, where the archive has that record.
  private static func wideRecord(
    of file: ByteSlice, before end: Int
  ) throws(CheckpointError) -> (counts: [UInt64], start: Int)? {
    let locator = end - locatorSize
    guard file.has([0x50, 0x4B, 0x06, 0x07], at: locator) else { return nil }
    guard let start = file.integer(at: locator + 8, as: UInt64.self).flatMap(Int.init(exactly:)),
      start <= locator - end64Size, file.has([0x50, 0x4B, 0x06, 0x06], at: start),
      let count = file.integer(at: start + 32, as: UInt64.self),
      let size = file.integer(at: start + 40, as: UInt64.self),
      let offset = file.integer(at: start + 48, as: UInt64.self)
    else { throw file.failure(.corrupt, "the archive's 64-bit end record is damaged") }
    return ([count, size, offset], start)
  }
}

/// One entry of the central directory.
private struct ZipRecord {
  let name: String
  let method: UInt16
  let checksum: UInt32
  var packedSize: UInt64
  var size: UInt64
  var headerOffset: UInt64

  private static let localSize = 30

  init(_ reader: inout ByteReader) throws(CheckpointError) {
    guard try reader.integer(UInt32.self) == 0x0201_4B50 else {
      throw reader.failure(.corrupt, "has a damaged entry")
    }
    _ = try reader.integer(UInt32.self)
    let flags = try reader.integer(UInt16.self)
    method = try reader.integer(UInt16.self)
    _ = try reader.integer(UInt32.self)
    checksum = try reader.integer(UInt32.self)
    packedSize = UInt64(try reader.integer(UInt32.self))
    size = UInt64(try reader.integer(UInt32.self))
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let commentLength = Int(try reader.integer(UInt16.self))
    _ = try reader.bytes(8)
    headerOffset = UInt64(try reader.integer(UInt32.self))
    guard let name = try reader.bytes(nameLength).text else {
      throw reader.failure(.corrupt, "has an entry whose name is not UTF-8")
    }
    self.name = name
    let extra = ByteReader(try reader.bytes(extraLength), label: "entry \(name)")
    _ = try reader.bytes(commentLength)
    guard flags & 0x2041 == 0 else {
      throw reader.failure(.unsupported, "has the encrypted entry \(name)")
    }
    try widen(from: extra)
  }

  /// Replaces the fields that hold all ones by their 64-bit forms from the extra field 0x0001.
  private mutating func widen(from extra: ByteReader) throws(CheckpointError) {
    var extra = extra
    // Writers pad extra fields; less than a header is no field.
    while extra.slice.count - extra.position >= 4 {
      let tag = try extra.integer(UInt16.self)
      let length = Int(try extra.integer(UInt16.self))
      var field = ByteReader(try extra.bytes(length), label: extra.label)
      guard tag == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.integer(UInt64.self) }
      if packedSize == 0xFFFF_FFFF { packedSize = try field.integer(UInt64.self) }
      if headerOffset == 0xFFFF_FFFF { headerOffset = try field.integer(UInt64.self) }
      return
    }
  }

  /// The entry and the span from its local header to its last byte.
  ///
  /// Sizes in local headers are not read: writers that stream leave them 0.
  func located(
    in file: ByteSlice, before directory: Int
  ) throws(CheckpointError) -> (ZipEntry, Range<Int>) {
    guard method == 0 || method == 8 else {
      throw file.failure(.unsupported, "entry \(name) uses compression method \(method)")
    }
    guard let header = Int(exactly: headerOffset), let packed = Int(exactly: packedSize),
      let size = Int(exactly: size), header <= directory - Self.localSize,
      file.has(ZipArchive.signature, at: header),
      let nameLength = file.integer(at: header + 26, as: UInt16.self),
      let extraLength = file.integer(at: header + 28, as: UInt16.self),
      file.integer(at: header + 8, as: UInt16.self) == method,
      file.has([UInt8](name.utf8), at: header + Self.localSize), Int(nameLength) == name.utf8.count
    else { throw file.failure(.corrupt, "entry \(name) has no matching header in the archive") }
    let start = header + Self.localSize + Int(nameLength) + Int(extraLength)
    guard start <= directory, packed <= directory - start,
      let bytes = file.part(at: start, count: packed)
    else { throw file.failure(.corrupt, "entry \(name) reaches outside the archive") }
    let entry = ZipEntry(
      name: name, stored: bytes, size: size, isDeflated: method == 8, checksum: checksum)
    return (entry, header..<(start + packed))
  }
}
