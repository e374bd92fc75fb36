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

  @Test func clearsWhatKilledProcessesLeft() throws {
    let folder = try TemporaryFolder()
    // Downloads that are to go on, and files of others, have other names.
    let others = [
      "a.pth.partial", ".a.partial", ".a.1-x.partial", ".1-2.partial", ".a.1-2-3.partial", ".a.1-2",
    ]
    let left = [".a.17-18446744073709551615.partial", ".b.c.png.1-2.partial"]
    for name in others + left { try folder.write([1], to: name) }
    // One that somebody still writes to.
    let held = folder.path(".a.1-3.partial")
    let descriptor = open(held, O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
    try AtomicFile.write([2], to: folder.path("new"))
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(Set(found) == Set(others + ["new", ".a.1-3.partial"]))
  }

  @Test func whatIsBeingWrittenIsLocked() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(folder.path("a"))
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).first)
    let descriptor = open(folder.path(name), O_RDONLY)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)
    try file.commit()
    #expect(try contents(folder.path("a")) == [])
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
