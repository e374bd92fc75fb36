/// PNG files put together by hand, for what no encoder writes.
enum TestPNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A signature and a valid header of 8-bit RGB, and nothing more.
  static func header(width: Int, height: Int) -> [UInt8] {
    signature + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
  }

  /// Names and contents of a sound file's chunks; nil for anything else.
  static func chunks(of file: [UInt8]) -> [(name: String, data: [UInt8])]? {
    guard file.starts(with: signature) else { return nil }
    var chunks: [(name: String, data: [UInt8])] = []
    var place = signature.count
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - place - 12 else { return nil }
      let name = String(decoding: file[place + 4..<place + 8], as: UTF8.self)
      guard name.utf8.count == 4 else { return nil }
      chunks.append((name, Array(file[place + 8..<place + 8 + length])))
      place += 12 + length
    }
    return chunks
  }

  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(checksum(body)))
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// CRC-32 as in the PNG specification, annex D.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var remainder = UInt32.max
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? 0xEDB8_8320 ^ (remainder >> 1) : remainder >> 1
      }
    }
    return ~remainder
  }
}
