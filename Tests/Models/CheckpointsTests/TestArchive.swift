/// Builds ZIP archives that lie in any way a test wants.
struct TestArchive {
  struct Entry {
    var name: String
    var data: [UInt8]
    var method: UInt16 = 0
    /// What the headers claim; nil for the truth of a stored entry.
    var claimedSize: Int?
    var claimedPackedSize: Int?
    var claimedOffset: Int?
    var checksum: UInt32?
  }

  var entries: [Entry]
  var comment: [UInt8] = []

  init(entries: [Entry]) { self.entries = entries }

  /// The entries of an archive; nil where its directory does not lead to them.
  init?(parsing file: [UInt8]) {
    let starts = stride(from: file.count - 22, through: 0, by: -1)
    guard let end = starts.first(where: { file[$0...].starts(with: [0x50, 0x4B, 5, 6]) }),
      let count = Self.number(in: file, end + 10, 2),
      var record = Self.number(in: file, end + 16, 4)
    else { return nil }
    entries = []
    for _ in 0..<count {
      let fields = [(28, 2), (30, 2), (32, 2), (10, 2), (16, 4), (20, 4), (24, 4), (42, 4)]
        .compactMap { Self.number(in: file, record + $0.0, $0.1) }
      guard fields.count == 8, let name = Self.part(of: file, at: record + 46, fields[0]),
        let before = Self.number(in: file, fields[7] + 26, 2),
        let extra = Self.number(in: file, fields[7] + 28, 2),
        let data = Self.part(of: file, at: fields[7] + 30 + before + extra, fields[5])
      else { return nil }
      entries.append(
        Entry(
          name: String(decoding: name, as: UTF8.self), data: data, method: UInt16(fields[3]),
          claimedSize: fields[6], checksum: UInt32(fields[4])))
      record += 46 + fields[0] + fields[1] + fields[2]
    }
  }

  private static func part(of file: [UInt8], at start: Int, _ count: Int) -> [UInt8]? {
    start + count <= file.count ? Array(file[start..<start + count]) : nil
  }

  private static func number(in file: [UInt8], _ place: Int, _ width: Int) -> Int? {
    part(of: file, at: place, width)?.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The archive's bytes.
  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = entry.claimedOffset ?? file.count
      let fields = self.fields(of: entry)
      file += [0x50, 0x4B, 3, 4] + fields + [0, 0] + Array(entry.name.utf8) + entry.data
      directory += [0x50, 0x4B, 1, 2] + little(20, 2) + fields + little(0, 12)
      directory += little(offset, 4) + Array(entry.name.utf8)
    }
    let end = little(0, 4) + little(entries.count, 2) + little(entries.count, 2)
    let place = little(directory.count, 4) + little(file.count, 4) + little(comment.count, 2)
    return file + directory + [0x50, 0x4B, 5, 6] + end + place + comment
  }

  private func fields(of entry: Entry) -> [UInt8] {
    little(20, 2) + little(0, 2) + little(Int(entry.method), 2) + little(0, 4)
      + little(Int(entry.checksum ?? Self.checksum(entry.data)), 4)
      + little(entry.claimedPackedSize ?? entry.data.count, 4)
      + little(entry.claimedSize ?? entry.data.count, 4) + little(entry.name.utf8.count, 2)
  }

  private func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// CRC-32 as ZIP computes it, bit by bit.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  /// An archive as PyTorch lays it out.
  static func torch(pickle: [UInt8], storages: [String: [UInt8]] = [:]) -> [UInt8] {
    let data = storages.sorted { $0.key < $1.key }
      .map { Entry(name: "a/data/\($0.key)", data: $0.value) }
    return TestArchive(entries: [Entry(name: "a/data.pkl", data: pickle)] + data).bytes
  }
}

/// Pieces of pickles.
enum TestPickle {
  static func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func integer(_ value: Int64) -> [UInt8] {
    [0x8A, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func tuple(_ items: [[UInt8]]) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }

  /// A dictionary with one tensor `w`, whose every number the test chooses.
  static func tensor(
    count: Int64, offset: Int64, shape: [Int64], strides: [Int64], type: String = "FloatStorage"
  ) -> [UInt8] {
    let storage =
      tuple([text("storage"), global("torch", type), text("0"), text("cpu"), integer(count)])
      + [0x51]
    let arguments = tuple([
      storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89],
    ])
    return [0x80, 2, 0x7D] + text("w") + global("torch._utils", "_rebuild_tensor_v2") + arguments
      + [0x52, 0x73, 0x2E]
  }
}
