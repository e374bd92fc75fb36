import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct RoundTripTests {
  private static let tensor = Tensor(
    shape: [2, 3], values: [0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude, -3])
  private static let doubles: [Double] = [0.1, -.infinity, .leastNonzeroMagnitude, 1e300]

  @Test func npyKeepsBothPrecisions() throws {
    let folder = try TemporaryFolder()
    try NPYFile.write(Self.tensor, to: folder.path("floats.npy"))
    let floats = try NPYFile.read(folder.path("floats.npy"))
    #expect(try floats.tensor() == Self.tensor)
    #expect(floats.elementType == .float32)
    try NPYFile.write(Self.doubles, shape: [4], to: folder.path("doubles.npy"))
    let doubles = try NPYFile.read(folder.path("doubles.npy"))
    #expect(try doubles.doubles() == Self.doubles)
    #expect(doubles.shape == [4])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
  }

  @Test func npyMatchesNumPyByteForByte() throws {
    let folder = try TemporaryFolder()
    try NPYFile.write([0, 1, 2], shape: [3], to: folder.path("range.npy"))
    let written = try [UInt8](Data(contentsOf: folder.url.appendingPathComponent("range.npy")))
    #expect(written == (try Goldens.bytes("version1.npy")))
  }

  @Test func npzKeepsNamesAndOrder() throws {
    let folder = try TemporaryFolder()
    let arrays: [(name: String, array: StoredArray)] = [
      ("sigma", .doubles(Self.doubles, shape: [2, 2])), ("mu", .floats(Self.tensor)),
      ("leer", .floats(Tensor(shape: [0, 2]))),
    ]
    try NPZFile.write(arrays, to: folder.path("statistics.npz"))
    let found = try NPZFile.read(folder.path("statistics.npz"))
    #expect(found.names == ["sigma", "mu", "leer"])
    #expect(try found.tensor(named: "sigma").doubles() == Self.doubles)
    #expect(try found.tensor(named: "mu").tensor() == Self.tensor)
    #expect(try found.tensor(named: "leer").tensor() == Tensor(shape: [0, 2]))
  }

  @Test func safetensorsKeepsEverything() throws {
    let folder = try TemporaryFolder()
    let names = ["b.weight", "a \"quoted\" \\ \n ü", ""]
    try SafetensorsFile.write(
      names.map { ($0, Self.tensor) }, metadata: ["z": "1\t2", "a": "ß"],
      to: folder.path("w.safetensors"))
    let found = try Checkpoint.open(path: folder.path("w.safetensors"))
    #expect(found.names == names)
    #expect(found.notes == ["a: ß", "z: 1\t2"])
    for name in names { #expect(try found.tensor(named: name).tensor() == Self.tensor) }
  }

  /// Sizes and offsets of 64 bits, which an archive of more than 4 GiB would have.
  @Test func wideArchivesReadBack() throws {
    let arrays = [NPYBytes.zeros(5), NPYBytes.zeros(0)]
    let names = ["b.npy", "ü.npy"]
    var bytes: [UInt8] = []
    var writer = ZipWriter(widest: 0)
    let append = { (piece: UnsafeRawBufferPointer) throws(CheckpointError) in
      bytes.append(contentsOf: piece)
    }
    for (name, array) in zip(names, arrays) {
      try array.withUnsafeBytes { try writer.add(name: name, pieces: [$0], append) }
    }
    try writer.finish(append)
    #expect(try readEverything(bytes).names == ["b", "ü"])
    for length in bytes.indices {
      #expect(throws: CheckpointError.self) { try readEverything(Array(bytes[..<length])) }
    }
  }

  @Test func misalignedElementsRead() throws {
    let header = """
      {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
      "b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},\
      "c":{"dtype":"F64","shape":[],"data_offsets":[9,17]}}
      """
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    bytes += Array(header.utf8) + [7] + [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]
    bytes += [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
    let checkpoint = try Checkpoint.decode(bytes, named: "odd")
    #expect(try checkpoint.tensor(named: "a").floats() == [7])
    #expect(try checkpoint.tensor(named: "b").floats() == [1, -2])
    #expect(try checkpoint.tensor(named: "c").doubles() == [1.5])
  }

  @Test func bigEndianArchivesRead() throws {
    let pickle = TestPickle.tensor(count: 2, offset: 0, shape: [2], strides: [1])
    let archive = TestArchive(entries: [
      .init(name: "a/data.pkl", data: pickle), .init(name: "a/byteorder", data: Array("big".utf8)),
      .init(name: "a/data/0", data: [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0]),
    ])
    #expect(try Checkpoint.decode(archive.bytes, named: "big")["w"]?.floats() == [1, -2])
  }

  /// Every half there is, against the standard library's conversion.
  @Test func allHalvesWiden() throws {
    let data = (0..<65536).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (65536L,), }"
    let bytes = NPYBytes.file(header, data: data)
    let floats = try Checkpoint.decode(bytes, named: "halves").tensor(named: "value").floats()
    for pattern in UInt16.min...UInt16.max {
      let (found, expected) = (floats[Int(pattern)], Float(Float16(bitPattern: pattern)))
      // The standard library quietens signaling NaNs; their payload does not matter.
      #expect(found.bitPattern == expected.bitPattern || (found.isNaN && expected.isNaN))
    }
  }

  @Test func aFolderThatIsMissingIsOneSentence() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("missing/floats.npy")
    let error = #expect(throws: CheckpointError.self) { try NPYFile.write(Self.tensor, to: path) }
    #expect(error?.kind == .unwritable)
    #expect(error?.description == "\(path): cannot be written: No such file or directory")
  }
}
