import Essentials
import Foundation
import Tables
import TestSupport
import Testing

struct ProtocolFilesTests {
  @Test func listsAndReadsTables() throws {
    let files = ProtocolFiles([.program], metrics: .known)
    let ids = try files.ids()
    #expect(ids.contains("ddgi.table1"))
    #expect(ids == ids.sorted())
    for id in ids { #expect(try files.table(id).id == id) }
  }

  @Test func namesTheNearestTable() throws {
    let files = ProtocolFiles([.program], metrics: .known)
    let error = try #require(throws: TableError.self) { try files.table("ddgi.tabel1") }
    #expect(error.description.contains("'ddgi.table1'"))
  }

  @Test func refusesFolderThatIsMissing() throws {
    let missing = try TemporaryFolder().url.appendingPathComponent("none")
    let error = try #require(throws: TableError.self) {
      try ProtocolFiles([.folder(missing)], metrics: .known).ids()
    }
    #expect(error.description.contains(missing.path))
  }

  @Test func refusesPipesAndDevices() throws {
    let temporary = try TemporaryFolder()
    #expect(mkfifo(temporary.path("pipe.yaml"), 0o600) == 0)
    let files = ProtocolFiles([.folder(temporary.url)], metrics: .known)
    let table = try #require(throws: TableError.self) { try files.table("pipe") }
    #expect(table.description.contains("device or pipe"), "\(table)")
    let gate = try #require(throws: TableError.self) {
      try files.gate(temporary.path("pipe.yaml"))
    }
    #expect(gate.description.contains("device or pipe"), "\(gate)")
  }

  @Test func refusesFilesThatDoNotMatchTheirName() throws {
    let temporary = try TemporaryFolder()
    let source = Fixtures.projectRoot.appendingPathComponent("Protocols/ddgi.table1.yaml")
    try FileManager.default.copyItem(atPath: source.path, toPath: temporary.path("other.yaml"))
    try temporary.write([0xFF, 0xFE, 0x00], to: "bytes.yaml")
    try temporary.write(Data(count: (1 << 20) + 1), to: "large.yaml")
    let files = ProtocolFiles([.folder(temporary.url)], metrics: .known)
    #expect(try files.ids() == ["bytes", "large", "other"])
    for (id, word) in [("other", "agree"), ("bytes", "UTF-8"), ("large", "larger")] {
      let error = try #require(throws: TableError.self) { try files.table(id) }
      #expect(error.description.contains(word), "\(error)")
    }
  }

  /// A program that was copied elsewhere knows every file of the tree.
  @Test func theProgramHasThemAll() throws {
    let tree = Fixtures.projectRoot.appendingPathComponent("Protocols")
    let named = ProtocolFiles([.folder(tree)], metrics: .known)
    let own = ProtocolFiles([.program], metrics: .known)
    #expect(try own.ids() == named.ids() && own.ids().count > 13)
    #expect(try own.gateNames() == named.gateNames() && own.hasGate("ddgi.table1"))
    #expect(try own.claimIDs() == named.claimIDs() && own.claimIDs().contains("sdg"))
    for name in EmbeddedFile.names where name.hasPrefix("Protocols/") {
      let file = try Data(contentsOf: Fixtures.projectRoot.appendingPathComponent(name))
      #expect(EmbeddedFile.bytes(of: name) == [UInt8](file), "\(name)")
    }
  }

  private static func table(_ id: String, title: String) throws -> Data {
    let source = Fixtures.projectRoot.appendingPathComponent("Protocols/ddgi.table1.yaml")
    let text = try String(contentsOf: source, encoding: .utf8)
    return Data(
      text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.hasPrefix("id:")
          ? "id: \(id)" : line.hasPrefix("title:") ? "title: \(title)" : "\(line)"
      }.joined(separator: "\n").utf8)
  }

  @Test func aNamedFolderComesBeforeTheProgram() throws {
    let temporary = try TemporaryFolder()
    try temporary.write(Self.table("ddgi.table1", title: "Ours"), to: "ddgi.table1.yaml")
    try temporary.write(Self.table("ours.faces", title: "More"), to: "ours.faces.yaml")
    let files = ProtocolFiles([.folder(temporary.url), .program], metrics: .known)
    #expect(try files.table("ddgi.table1").title == "Ours")
    #expect(try files.table("ours.faces").title == "More")
    #expect(try files.ids().count == ProtocolFiles([.program], metrics: .known).ids().count + 1)
    #expect(try files.note(on: "ddgi.table1") == nil)
    #expect(try files.claimIDs().contains("sdg"))
  }

  @Test func theWorkingFolderComesLastAndSaysSo() throws {
    let temporary = try TemporaryFolder()
    try temporary.write(Self.table("ddgi.table1", title: "Ours"), to: "ddgi.table1.yaml")
    try temporary.write(Self.table("ours.faces", title: "More"), to: "ours.faces.yaml")
    try temporary.write(Self.table("another", title: "More"), to: "ours.misnamed.yaml")
    try temporary.write("kind: Deployment\n".utf8, to: "service.yaml")
    let files = ProtocolFiles([.program, .workingFolder(temporary.url)], metrics: .known)
    let own = ProtocolFiles([.program], metrics: .known)
    #expect(try files.table("ddgi.table1").title == own.table("ddgi.table1").title)
    #expect(try files.ids() == (own.ids() + ["ours.faces"]).sorted())
    #expect(throws: TableError.self) { try files.table("service") }
    let other = try #require(try files.note(on: "ddgi.table1"))
    #expect(other.contains(temporary.path("ddgi.table1.yaml")) && other.contains("--protocols"))
    let only = try #require(try files.note(on: "ours.faces"))
    #expect(only == "ours.faces is the table of \(temporary.path("ours.faces.yaml"))")
    #expect(try files.note(on: "ddgi.table2") == nil)
    // A folder that is not there has nothing.
    let gone = temporary.url.appendingPathComponent("gone")
    #expect(
      try ProtocolFiles([.program, .workingFolder(gone)], metrics: .known).ids() == own.ids())
  }
}
