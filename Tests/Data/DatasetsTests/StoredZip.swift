/// A ZIP archive whose entries are stored as they are, as StyleGAN's `dataset_tool.py` writes it.
struct StoredZip {
  let bytes: [UInt8]

  init(_ files: [(name: String, content: [UInt8])]) {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in files {
      let size = Self.little(content.count, 4)
      // Version, flags, method, time and date; then checksum, both sizes, lengths of name and extra.
      var common = Self.little(20, 2)
      common += Self.little(0, 8)
      common += Self.little(Int(Self.checksum(content)), 4)
      common += size
      common += size
      common += Self.little(name.utf8.count, 2)
      common += Self.little(0, 2)
      directory += [0x50, 0x4B, 1, 2]
      directory += Self.little(20, 2)
      directory += common
      directory += Self.little(0, 10)
      directory += Self.little(bytes.count, 4)
      directory += name.utf8
      bytes += [0x50, 0x4B, 3, 4]
      bytes += common
      bytes += name.utf8
      bytes += content
    }
    let start = bytes.count
    bytes += directory
    bytes += [0x50, 0x4B, 5, 6]
    bytes += Self.little(0, 4)
    bytes += Self.little(files.count, 2)
    bytes += Self.little(files.count, 2)
    bytes += Self.little(directory.count, 4)
    bytes += Self.little(start, 4)
    bytes += Self.little(0, 2)
    self.bytes = bytes
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  /// CRC-32 as in ISO 3309.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var checksum = UInt32.max
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = checksum & 1 == 1
        checksum >>= 1
        if isOdd { checksum ^= 0xEDB8_8320 }
      }
    }
    return ~checksum
  }
}
