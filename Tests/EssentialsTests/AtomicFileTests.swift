import Essentials
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private func contents(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test func writesWholeFilesOrNone() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.png")
    let first = [UInt8](repeating: 7, count: 1000)
    let second = [UInt8](repeating: 8, count: 10)
    try AtomicFile.write(first, to: path)
    try AtomicFile.write(second, to: path)
    #expect(try contents(path) == second)
    try AtomicFile.write([], to: path)
    #expect(try contents(path).isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.png"])
  }

  @Test func piecesArriveInOrderAndAtOffsets() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a")
    try AtomicFile.write([9], to: path)
    let file = try AtomicFile(path)
    try file.setLength(8)
    try [UInt8]([5, 6]).withUnsafeBytes { try file.write($0, at: 6) }
    try [UInt8]([1, 2]).withUnsafeBytes { try file.append($0) }
    try [UInt8]([3]).withUnsafeBytes { try file.append($0) }
    #expect(try contents(path) == [9])
    try file.commit()
    #expect(try contents(path) == [1, 2, 3, 0, 0, 0, 5, 6])
  }

  @Test func nothingRemainsWithoutCommit() throws {
    let folder = try TemporaryFolder()
    do {
      let file = try AtomicFile(folder.path("a"))
      try [UInt8]([1]).withUnsafeBytes { try file.append($0) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func saysWhyAFileCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    let cases: [(String, FileError.Operation, Int32)] = [
      (folder.path("no/such/folder.png"), .create, ENOENT), (folder.url.path, .write, EISDIR),
    ]
    for (path, operation, code) in cases {
      #expect(throws: FileError(path: path, operation: operation, code: code)) {
        try AtomicFile.write([1, 2, 3], to: path)
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    let parent = folder.url.deletingLastPathComponent().path
    let left = try FileManager.default.contentsOfDirectory(atPath: parent)
    #expect(!left.contains { $0.contains(folder.url.lastPathComponent) && $0.hasSuffix("partial") })
  }
}
