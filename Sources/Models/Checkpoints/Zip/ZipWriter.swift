import CZlib

/// Writes a ZIP archive of stored (unpacked) entries, with 64-bit fields where they are needed.
package struct ZipWriter {
  private var directory: [UInt8] = []
  private var count = 0
  private var offset = 0
  private let widest: Int

  /// Starts an archive.
  ///
  /// - Parameter widest: the largest size or offset that still gets a 32-bit field; tests lower it.
  package init(widest: Int = 0xFFFF_FFFE) { self.widest = widest }

  /// What receives the archive's bytes in order.
  package typealias Append = (UnsafeRawBufferPointer) throws(CheckpointError) -> Void

  /// 1 January 1980, so that equal contents give equal files.
  private static let date: UInt16 = 0x0021
  private static let plainVersion: UInt16 = 20
  private static let wideVersion: UInt16 = 45

  /// Adds an entry whose contents are given in pieces.
  ///
  /// - Throws: what `append` throws.
  package mutating func add(
    name: String, pieces: [UnsafeRawBufferPointer], _ append: Append
  ) throws(CheckpointError) {
    let size = pieces.reduce(0) { $0 + $1.count }
    let checksum = pieces.reduce(UInt(0)) {
      $1.isEmpty ? $0 : crc32_z($0, $1.bindMemory(to: UInt8.self).baseAddress, $1.count)
    }
    let isWide = size > widest || offset > widest
    var fields: [UInt8] = []
    fields.put(isWide ? Self.wideVersion : Self.plainVersion)
    fields.put(UInt16(0x0800))  // names are UTF-8
    fields.put(UInt16(0))  // stored
    fields.put(UInt16(0))
    fields.put(Self.date)
    fields.put(UInt32(truncatingIfNeeded: checksum))
    let shown = UInt32(isWide ? 0xFFFF_FFFF : size)
    fields.put(shown)
    fields.put(shown)
    fields.put(UInt16(name.utf8.count))
    var header: [UInt8] = ZipArchive.signature + fields
    let localExtra = extra(isWide ? [size, size] : [])
    header.put(UInt16(localExtra.count))
    header += [UInt8](name.utf8) + localExtra
    record(fields, name: name, extra: extra(isWide ? [size, size, offset] : []), isWide: isWide)
    try emit(header, append)
    for piece in pieces {
      try append(piece)
      offset += piece.count
    }
    count += 1
  }

  /// Writes the directory, after which nothing may be added.
  ///
  /// - Throws: what `append` throws.
  package mutating func finish(_ append: Append) throws(CheckpointError) {
    let start = offset
    try emit(directory, append)
    var end: [UInt8] = []
    let isWide = start > widest || directory.count > widest || count >= 0xFFFF
    if isWide {
      end.put(UInt32(0x0606_4B50))
      end.put(UInt64(44))
      end.put(Self.wideVersion)
      end.put(Self.wideVersion)
      end.put(UInt64(0))
      for value in [count, count, directory.count, start] { end.put(UInt64(value)) }
      end.put(UInt32(0x0706_4B50))
      end.put(UInt32(0))
      end.put(UInt64(offset))
      end.put(UInt32(1))
    }
    end.put(UInt32(0x0605_4B50))
    end.put(UInt32(0))
    for _ in 0..<2 { end.put(UInt16(isWide ? 0xFFFF : count)) }
    end.put(UInt32(isWide ? 0xFFFF_FFFF : directory.count))
    end.put(UInt32(isWide ? 0xFFFF_FFFF : start))
    end.put(UInt16(0))
    try emit(end, append)
  }

  private mutating func record(
    _ fields: [UInt8], name: String, extra: [UInt8], isWide: Bool
  ) {
    directory.put(UInt32(0x0201_4B50))
    directory.put(isWide ? Self.wideVersion : Self.plainVersion)
    directory += fields
    directory.put(UInt16(extra.count))
    directory.put(UInt16(0))  // comment
    directory.put(UInt16(0))  // disk
    directory.put(UInt16(0))  // internal attributes
    directory.put(UInt32(0))  // external attributes
    directory.put(UInt32(isWide ? 0xFFFF_FFFF : offset))
    directory += [UInt8](name.utf8) + extra
  }

  private func extra(_ values: [Int]) -> [UInt8] {
    guard !values.isEmpty else { return [] }
    var extra: [UInt8] = []
    extra.put(UInt16(1))
    extra.put(UInt16(values.count * 8))
    for value in values { extra.put(UInt64(value)) }
    return extra
  }

  private mutating func emit(_ bytes: [UInt8], _ append: Append) throws(CheckpointError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(CheckpointError) in
      try append(UnsafeRawBufferPointer(bytes))
    }
    offset += bytes.count
  }
}

extension [UInt8] {
  /// Appends an integer, little-endian.
  mutating func put(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
