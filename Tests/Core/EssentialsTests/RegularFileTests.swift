import Essentials
import Foundation
import TestSupport
import Testing

@Suite struct RegularFileTests {
  @Test(arguments: [0, 1, 1 << 20, (1 << 20) + 3])
  func everyWayOfReadingGivesTheSameBytes(count: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    try folder.write(bytes, to: "file")
    let path = folder.path("file")
    #expect(try RegularFile(path).count == count)
    #expect(try RegularFile(path).contents() == bytes)
    var pieces: [UInt8] = []
    try RegularFile(path).forEachPiece { pieces += Array($0) }
    #expect(pieces == bytes)
    var part = [UInt8](repeating: 0, count: 100)
    let offset = max(count - 30, 0)
    let found = try part.withUnsafeMutableBytes { try RegularFile(path).read(into: $0, at: offset) }
    #expect(part[..<found].elementsEqual(bytes[offset...]))
  }

  @Test func refusesWhatIsNoFile() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "file")
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let cases: [(path: String, code: Int32?, isMissing: Bool)] = [
      (folder.path("none"), ENOENT, true), (folder.path("file/inside"), ENOTDIR, true),
      (folder.url.path, EISDIR, false), (pipe, nil, false), ("/dev/zero", nil, false),
    ]
    for (path, code, isMissing) in cases {
      let error = #expect(throws: FileError.self) { try RegularFile(path) }
      #expect(error == FileError(path: path, operation: .open, code: code))
      #expect(error?.isMissing == isMissing)
      #expect(error?.description.hasPrefix("\(path) cannot be opened: ") == true)
    }
  }

  @Test func endsWhereAFileWasCutShort() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "file")
    let file = try RegularFile(folder.path("file"))
    #expect(truncate(folder.path("file"), 2) == 0)
    #expect(try file.contents() == [1, 2])
  }
}

@Suite struct FileDigestTests {
  @Test func digestsMatchTheStandard() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    // FIPS 180-2, appendix B: "abc" and a million times "a".
    try folder.write("abc".utf8, to: "file")
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(try FileDigest.sha256(ofFile: path) == abc)
    #expect(FileDigest.sha256(of: "abc".utf8) == abc)
    try folder.write(repeatElement(0x61, count: 1_000_000), to: "file")
    #expect(
      try FileDigest.sha256(ofFile: path)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(throws: FileError.self) { try FileDigest.sha256(ofFile: folder.url.path) }
  }

  @Test func digestsAreSixtyFourLowerCaseDigits() {
    let digest = FileDigest.sha256(of: [])
    #expect(FileDigest.isDigest(digest))
    #expect(!FileDigest.isDigest(digest.uppercased()))
    #expect(!FileDigest.isDigest(String(digest.dropLast())))
    #expect([0x00, 0x0F, 0xA0, 0xFF].hexadecimal == "000fa0ff")
  }
}

/// Pieces and sequences of any kind give the digest of their bytes together.
@Suite struct SHA256Tests {
  @Test func piecesGiveTheDigestOfTheWhole() {
    // FIPS 180-4's second example, two blocks long.
    let text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    let expected = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    #expect(FileDigest.sha256(of: text.utf8) == expected)
    var hash = SHA256()
    hash.update([])
    for piece in text { hash.update(String(piece).utf8) }
    #expect(hash.finalize() == expected)
    #expect(
      FileDigest.sha256(of: sequence(state: text.utf8.makeIterator()) { $0.next() }) == expected)
  }
}
