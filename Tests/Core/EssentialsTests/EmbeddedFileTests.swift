import Essentials
import Foundation
import TestSupport
import Testing

/// The files inside the program, their list, and the C file that is made from it.
@Suite struct EmbeddedFileTests {
  private static let folder = Fixtures.projectRoot.appendingPathComponent(
    "Sources/System/CEmbeddedFiles")

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// Digests and names of the list, in its order.
  private static func listed() throws -> [(digest: String, name: String)] {
    try text("SHA256SUMS").split(separator: "\n").map { line in
      let entry = try #require(line.wholeMatch(of: /([0-9a-f]{64})  ([A-Za-z0-9._\/-]+)/))
      return (String(entry.1), String(entry.2))
    }
  }

  @Test func theListNamesEveryFile() throws {
    var names: [String] = []
    for part in ["canary", "weights"] {
      let path = Self.folder.appendingPathComponent(part).path
      names += try FileManager.default.contentsOfDirectory(atPath: path).map { "\(part)/\($0)" }
    }
    let protocols = Fixtures.projectRoot.appendingPathComponent("Protocols")
    for part in ["", "claims/", "gates/"] {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: protocols.appendingPathComponent(part).path)
      names += files.filter { $0.hasSuffix(".yaml") }.map { "../../../Protocols/\(part)\($0)" }
    }
    let inOrderOfBytes = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(!names.isEmpty)
    #expect(try Self.listed().map(\.name) == inOrderOfBytes, "run Tools/embed_files.sh")
  }

  /// Whoever replaces a file must make the list and the program anew.
  @Test func treeListAndProgramHaveTheSameBytes() throws {
    for (digest, name) in try Self.listed() {
      let path = Self.folder.appendingPathComponent(name).path
      #expect(try FileDigest.sha256(ofFile: path) == digest, "\(name): run Tools/embed_files.sh")
      let own = name.replacing("../", with: "")
      let bytes = try #require(EmbeddedFile.bytes(of: own), "the program has no \(own)")
      #expect(FileDigest.sha256(of: bytes) == digest, "\(name)")
    }
    #expect(EmbeddedFile.bytes(of: "SHA256SUMS") == nil)
    #expect(EmbeddedFile.bytes(of: "weights/none") == nil && EmbeddedFile.bytes(of: "") == nil)
  }

  @Test func theProgramNamesExactlyTheList() throws {
    let source = try Self.text("files.c")
    let names = try Self.listed().map(\.name)
    #expect(source.matches(of: /#embed "([^"]+)"/).map { String($0.1) } == names)
    let shown = names.map { $0.replacing("../", with: "") }
    #expect(source.matches(of: /\{"([^"]+)",/).map { String($0.1) } == shown)
    #expect(EmbeddedFile.names == shown.sorted())
  }

  /// The same files make the same list and the same source anywhere.
  @Test func makingThemAnewChangesNothing() throws {
    let copy = try TemporaryFolder()
    for path in ["Tools/embed_files.sh", "Sources/System/CEmbeddedFiles", "Protocols"] {
      let target = copy.url.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: Fixtures.projectRoot.appendingPathComponent(path), to: target)
    }
    let made = ["SHA256SUMS", "files.c"]
    for name in made { try copy.write([], to: "Sources/System/CEmbeddedFiles/\(name)") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["bash", copy.path("Tools/embed_files.sh")]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for name in made {
      let path = copy.path("Sources/System/CEmbeddedFiles/\(name)")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(try text == Self.text(name), "\(name): run Tools/embed_files.sh")
    }
  }
}
