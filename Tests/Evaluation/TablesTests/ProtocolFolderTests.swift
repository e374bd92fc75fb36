import Foundation
import Tables
import TestSupport
import Testing

struct ProtocolFolderTests {
  @Test func listsAndReadsTables() throws {
    let folder = ProtocolFolder(
      Fixtures.projectRoot.appendingPathComponent("Protocols"), metrics: .known)
    let ids = try folder.ids()
    #expect(ids.contains("ddgi.table1"))
    #expect(ids == ids.sorted())
    for id in ids { #expect(try folder.table(id).id == id) }
  }

  @Test func namesTheNearestTable() throws {
    let folder = ProtocolFolder(
      Fixtures.projectRoot.appendingPathComponent("Protocols"), metrics: .known)
    let error = try #require(throws: TableError.self) { try folder.table("ddgi.tabel1") }
    #expect(error.description.contains("'ddgi.table1'"))
  }

  @Test func refusesFolderThatIsMissing() throws {
    let missing = try TemporaryFolder().url.appendingPathComponent("none")
    let error = try #require(throws: TableError.self) {
      try ProtocolFolder(missing, metrics: .known).ids()
    }
    #expect(error.description.contains(missing.path))
  }

  @Test func refusesPipesAndDevices() throws {
    let temporary = try TemporaryFolder()
    #expect(mkfifo(temporary.path("pipe.yaml"), 0o600) == 0)
    let folder = ProtocolFolder(temporary.url, metrics: .known)
    let table = try #require(throws: TableError.self) { try folder.table("pipe") }
    #expect(table.description.contains("device or pipe"), "\(table)")
    let gate = try #require(throws: TableError.self) {
      try folder.gate(temporary.path("pipe.yaml"))
    }
    #expect(gate.description.contains("device or pipe"), "\(gate)")
  }

  @Test func refusesFilesThatDoNotMatchTheirName() throws {
    let temporary = try TemporaryFolder()
    let source = Fixtures.projectRoot.appendingPathComponent("Protocols/ddgi.table1.yaml")
    try FileManager.default.copyItem(atPath: source.path, toPath: temporary.path("other.yaml"))
    try temporary.write([0xFF, 0xFE, 0x00], to: "bytes.yaml")
    try temporary.write(Data(count: (1 << 20) + 1), to: "large.yaml")
    let folder = ProtocolFolder(temporary.url, metrics: .known)
    #expect(try folder.ids() == ["bytes", "large", "other"])
    for (id, word) in [("other", "agree"), ("bytes", "UTF-8"), ("large", "larger")] {
      let error = try #require(throws: TableError.self) { try folder.table(id) }
      #expect(error.description.contains(word), "\(error)")
    }
  }
}
