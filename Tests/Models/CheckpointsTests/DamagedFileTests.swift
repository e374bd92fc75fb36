import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// All that a file says, so that two readings can be compared.
struct Contents: Equatable {
  let names: [String]
  let shapes: [[Int]]
  let values: [[UInt64]]
}

/// Opens a file and converts every tensor of it in both ways.
@discardableResult func readEverything(_ bytes: [UInt8]) throws(CheckpointError) -> Contents {
  let checkpoint = try Checkpoint.decode(bytes, named: "test")
  if let unread = checkpoint.unread.first { throw unread.error }
  var values: [[UInt64]] = []
  for tensor in checkpoint.tensors {
    _ = try tensor.floats()
    values.append(try tensor.doubles().map(\.bitPattern))
  }
  return Contents(
    names: checkpoint.names, shapes: checkpoint.tensors.map(\.shape), values: values)
}

@Suite struct DamagedFileTests {
  private static let archives = [
    "types_zip.pth", "nested_zip.pth", "script.pt", "arrays.npz", "arrays_packed.npz",
  ]
  private static let others = [
    "views_legacy.pth", "nested_legacy.pth", "python2_legacy.pth", "types.safetensors",
    "version1.npy", "version3.npy",
  ]

  @Test(arguments: archives + others)
  func aCutFileIsAnErrorAtEveryLength(_ file: String) throws {
    let bytes = try Goldens.bytes(file)
    for length in bytes.indices {
      #expect(throws: CheckpointError.self, "\(file) cut to \(length)") {
        try readEverything(Array(bytes[..<length]))
      }
    }
    #expect(throws: Never.self) { try readEverything(bytes) }
  }

  /// Checksums cover what is read, so a flip is noticed or does not matter.
  @Test(arguments: archives)
  func aFlippedBitInAnArchiveChangesNothingSilently(_ file: String) throws {
    let bytes = try Goldens.bytes(file)
    let contents = try readEverything(bytes)
    let seed: UInt64 = 41
    var random = SplitMix64(seed: seed)
    for _ in 0..<3000 {
      let (place, bit) = (random.nextIndex(below: bytes.count), random.nextIndex(below: 8))
      var damaged = bytes
      damaged[place] ^= 1 << bit
      if let found = try? readEverything(damaged) {
        #expect(found == contents, "\(file) bit \(bit) of byte \(place), seed \(seed)")
      }
    }
  }

  /// Without checksums a flip may pass for a value, but never stops the program.
  @Test(arguments: others)
  func flippedBytesInOtherFilesNeverCrash(_ file: String) throws {
    let bytes = try Goldens.bytes(file)
    var random = SplitMix64(seed: 43)
    var refused = 0
    for _ in 0..<4000 {
      var damaged = bytes
      for _ in 0...random.nextIndex(below: 3) {
        damaged[random.nextIndex(below: bytes.count)] = UInt8(random.nextIndex(below: 256))
      }
      if (try? readEverything(damaged)) == nil { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test func filesOfOtherFormatsSaySo() throws {
    let folder = try TemporaryFolder()
    func failure(_ bytes: [UInt8]) -> CheckpointError? {
      #expect(throws: CheckpointError.self) { try readEverything(bytes) }
    }
    #expect(failure([])?.reason == "is empty")
    #expect(failure(Array("hello, world".utf8))?.kind == .unknownFormat)
    #expect(failure([UInt8](repeating: 0, count: 100))?.kind == .unknownFormat)
    let tar = [UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8)
    #expect(failure(tar)?.reason.contains("tar file as PyTorch wrote before") == true)
    #expect(failure([0x80, 4, 0x4E, 0x2E])?.reason.contains("bare pickle") == true)
    #expect(try failure(Goldens.bytes("objects.npy"))?.kind == .unsupported)
    let missing = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: folder.path("none.pth"))
    }
    #expect(missing?.description == "\(folder.path("none.pth")): there is no such file")
    let directory = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: folder.url.path)
    }
    #expect(directory?.reason == "is not a regular file")
  }
}

@Suite struct HostileArchiveTests {
  private let array = NPYBytes.zeros(8)

  private func failure(_ entries: [TestArchive.Entry]) -> CheckpointError? {
    #expect(throws: CheckpointError.self) {
      try readEverything(TestArchive(entries: entries).bytes)
    }
  }

  @Test func soundArchivesRead() throws {
    var archive = TestArchive(entries: [.init(name: "a.npy", data: array)])
    #expect(try readEverything(archive.bytes).names == ["a"])
    archive.comment = Array("PK\u{5}\u{6} a comment that looks like an end".utf8)
    #expect(try readEverything(archive.bytes).names == ["a"])
  }

  @Test func overlappingAndOutlyingEntriesAreRefused() {
    let twice = failure([
      .init(name: "a.npy", data: array), .init(name: "a.npy", data: array, claimedOffset: 0),
    ])
    #expect(twice?.reason == "the archive holds a.npy twice")
    // The first entry claims a length that reaches into the second.
    let overlap = failure([
      .init(
        name: "a.npy", data: array, claimedSize: array.count + 10,
        claimedPackedSize: array.count + 10), .init(name: "b.npy", data: array),
    ])
    #expect(overlap?.reason == "entries a.npy and b.npy overlap")
    let outside = failure([
      .init(name: "a.npy", data: array, claimedSize: 1 << 30, claimedPackedSize: 1 << 30)
    ])
    #expect(outside?.reason == "entry a.npy reaches outside the archive")
    let elsewhere = failure([.init(name: "a.npy", data: array, claimedOffset: 1)])
    #expect(elsewhere?.kind == .corrupt)
    let far = failure([.init(name: "a.npy", data: array, claimedOffset: 0xFFFF_FFF0)])
    #expect(far?.kind == .corrupt)
  }

  @Test func checksumsAndMethodsAreChecked() {
    let wrong = failure([.init(name: "a.npy", data: array, checksum: 1)])
    #expect(wrong?.reason.contains("its checksum is") == true)
    let method = failure([.init(name: "a.npy", data: array, method: 12)])
    #expect(method?.reason == "entry a.npy uses compression method 12")
    let foreign = failure([.init(name: "readme.txt", data: [1])])
    #expect(foreign?.kind == .unknownFormat)
  }

  @Test func packedBombsAreRefused() throws {
    let zeros = try Goldens.bytes("zeros.deflate")
    func claim(_ size: Int) -> CheckpointError? {
      failure([.init(name: "a/data.pkl", data: zeros, method: 8, claimedSize: size)])
    }
    #expect(claim(1 << 30)?.kind == .tooLarge)
    #expect(claim(1 << 26)?.reason.contains("claims to unpack") == true)
    #expect(claim(1000)?.reason == "entry a/data.pkl does not unpack to 1000 bytes")
    #expect(claim(1 << 22 + 1)?.reason.contains("does not unpack to") == true)
    #expect(claim(0)?.reason.contains("does not unpack to 0") == true)
    // The right size gets as far as the checksum, which the test leaves at that of the packed bytes.
    #expect(claim(1 << 22)?.reason.contains("its checksum is") == true)
    // The beginning of an array is unpacked for its header, and no more than that.
    let array = failure([.init(name: "a.npy", data: zeros, method: 8, claimedSize: 1 << 30)])
    #expect(array?.kind == .tooLarge)
  }
}

/// `.npy` files by hand.
enum NPYBytes {
  static func file(_ header: String, data: [UInt8]) -> [UInt8] {
    let length = UInt16(header.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(header.utf8) + data
  }

  static func zeros(_ count: Int) -> [UInt8] {
    file(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (\(count),), }\n",
      data: [UInt8](repeating: 0, count: count))
  }
}

@Suite struct HostileHeaderTests {
  @Test func numpyHeadersAreChecked() {
    func failure(_ descr: String, _ shape: String, order: String = "False") -> CheckpointError? {
      let header = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }"
      return #expect(throws: CheckpointError.self, "\(descr) \(shape)") {
        try readEverything(NPYBytes.file(header, data: [UInt8](repeating: 0, count: 16)))
      }
    }
    let huge = "9223372036854775807"
    #expect(failure("<f4", "(1000000000,)")?.kind == .truncated)
    #expect(failure("<f4", "(\(huge), \(huge))")?.kind == .corrupt)
    #expect(failure("<f4", "(0, \(huge), \(huge))")?.kind == .corrupt)
    #expect(failure("<f4", "(\(huge)0,)")?.kind == .corrupt)
    #expect(failure("<f4", "(-4,)")?.kind == .corrupt)
    #expect(failure("<f4", "(3,)")?.kind == .corrupt)
    #expect(failure("<f4", "4")?.kind == .corrupt)
    #expect(failure("<f4", "(2, 2", order: "False")?.kind == .corrupt)
    #expect(failure("<f4", "(4,)", order: "Maybe")?.kind == .corrupt)
    #expect(failure("<c8", "(2,)")?.kind == .unsupported)
    #expect(failure("|O", "(2,)")?.reason.contains("never unpickled") == true)
    #expect(failure("", "(2,)")?.kind == .unsupported)
    #expect(failure("<f4", "(4,), 'shape': (4,)")?.kind == .corrupt)
  }

  @Test func safetensorsHeadersAreChecked() {
    func failure(_ header: String, length: Int? = nil, data: Int = 8) -> CheckpointError? {
      var bytes = (0..<8).map {
        UInt8(truncatingIfNeeded: (length ?? header.utf8.count) >> (8 * $0))
      }
      bytes += Array(header.utf8) + [UInt8](repeating: 0, count: data)
      return #expect(throws: CheckpointError.self, "\(header)") { try readEverything(bytes) }
    }
    func tensor(_ shape: String, _ start: String, _ end: String, type: String = "F32") -> String {
      "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
    }
    let (huge, good) = ("9223372036854775807", tensor("[2]", "0", "8"))
    #expect(failure("{\"a\":\(tensor("[2]", "0", "16"))}")?.kind == .truncated)
    #expect(failure("{\"a\":\(tensor("[2]", "-8", "0"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[2]", "8", "0"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[2]", "-\(huge)", huge))}")?.kind == .truncated)
    #expect(failure("{\"a\":\(tensor("[2]", "0", huge + "0"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[\(huge),4]", "0", "8"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[0,\(huge),2]", "0", "0"))}", data: 0)?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[-2]", "0", "8"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[3]", "0", "8"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[1.5]", "0", "8"))}")?.kind == .corrupt)
    #expect(failure("{\"a\":\(tensor("[2]", "0", "8", type: "F8_E4M3"))}")?.kind == .unsupported)
    #expect(failure("{\"a\":\(good),\"a\":\(good)}")?.reason.contains("name a twice") == true)
    #expect(
      failure("{\"a\":\(good),\"b\":\(good)}")?.reason.contains("where the one before") == true)
    #expect(failure("{\"a\":\(good)}", data: 9)?.reason == "tensors end at byte 8 of 9")
    #expect(failure("{\"a\":\(good)", length: 1 << 40)?.kind == .unknownFormat)
    #expect(failure("{\"a\":\(good)}", length: 5000)?.kind == .truncated)
    #expect(failure("{\"a\":\(good)} x")?.kind == .corrupt)
    #expect(failure("{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}")?.kind == .corrupt)
    #expect(failure("{\"a\":{}}")?.kind == .corrupt)
    #expect(failure("{\"\\ud800\":\(good)}")?.kind == .corrupt)
  }
}
