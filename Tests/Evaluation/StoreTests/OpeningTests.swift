import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// Every file that cannot be used gives one sentence and is left as it was.
struct OpeningTests {
  private func execute(_ sql: String, at path: String) throws {
    try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
  }

  @Test func opensAgainWhatItWrote() throws {
    let fixture = try StoreFixture()
    try fixture.store.close()
    let again = try Store(path: fixture.path)
    #expect(try again.run(idPrefix: "r1").id == "r1")
    let reader = try Store(path: fixture.path, access: .readOnly)
    #expect(try reader.latestRun()?.id == "r1")
    #expect(try reader.integrityCheck() == [])
    #expect(throws: StoreError.readOnly(path: fixture.path)) {
      try reader.setStatus(.complete, ofRun: "r1")
    }
  }

  @Test func refusesNewerSchemas() throws {
    let fixture = try StoreFixture()
    try fixture.store.close()
    try execute("PRAGMA user_version = 99", at: fixture.path)
    let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
    for access in [Store.Access.readWrite, .readOnly] {
      let error = #expect(throws: StoreError.self) {
        try Store(path: fixture.path, access: access)
      }
      #expect(error == .newerSchema(path: fixture.path, found: 99, supported: 6))
      #expect(error?.description.contains("newer than schema 6") == true)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == before)
  }

  @Test func refusesOlderSchemasForReading() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old.sqlite")
    try execute("PRAGMA application_id = 0x65766B74; CREATE TABLE t (x)", at: path)
    #expect(throws: StoreError.olderSchema(path: path, found: 0, supported: 6)) {
      try Store(path: path, access: .readOnly)
    }
  }

  @Test func refusesDatabasesOfOtherPrograms() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("other.sqlite")
    try execute("CREATE TABLE run (x)", at: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: StoreError.foreignDatabase(path: path)) { try Store(path: path) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func refusesFilesThatAreNoDatabase() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("text.sqlite")
    try Data(String(repeating: "not a database ", count: 100).utf8)
      .write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: StoreError.self) { try Store(path: path) }
    guard case .corrupt = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
  }

  /// SQLite would wait for a pipe's other end for ever.
  @Test(arguments: ["", "-wal", "-journal"])
  func refusesPipesAndDevices(suffix: String) throws {
    let fixture = try StoreFixture()
    try fixture.store.close()
    let file = fixture.path + suffix
    try? FileManager.default.removeItem(atPath: file)
    #expect(mkfifo(file, 0o600) == 0)
    for access in [Store.Access.readWrite, .readOnly] {
      let error = #expect(throws: StoreError.self) {
        try Store(path: fixture.path, access: access)
      }
      #expect(
        error == .cannotOpen(path: file, reason: "it is a device, socket or pipe, not a file"))
    }
  }

  @Test func noticesDamagedPages() throws {
    let fixture = try StoreFixture()
    for index in 0..<900 {
      let id = String(format: "%06d", index)
      let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
      try fixture.store.record(fixture.scored(id), scores: [score])
    }
    try fixture.store.close()
    let url = URL(fileURLWithPath: fixture.path)
    var bytes = try Data(contentsOf: url)
    for offset in stride(from: bytes.count - 4096 * 8, to: bytes.count, by: 4096) {
      bytes.replaceSubrange(offset..<offset + 64, with: Data(repeating: 0xAB, count: 64))
    }
    try bytes.write(to: url)
    // The schema lies in front, so the file opens; the check must find what lies behind.
    let damaged = try Store(path: fixture.path, access: .readOnly)
    #expect(try !damaged.integrityCheck().isEmpty)
  }

  @Test func refusesPlacesThatCannotHoldAFile() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder.url.appendingPathComponent("file"))
    for path in [folder.path("file/evalkit.sqlite"), folder.url.path] {
      let error = #expect(throws: StoreError.self) { try Store(path: path) }
      guard case .cannotOpen = error else {
        Issue.record("\(path): found \(String(describing: error))")
        continue
      }
    }
    let missing = folder.path("none.sqlite")
    #expect(throws: StoreError.missing(path: missing)) {
      try Store(path: missing, access: .readOnly)
    }
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func refusesFoldersThatMayNotBeWritten() throws {
    let fixture = try StoreFixture()
    try fixture.store.close()
    let manager = FileManager.default
    let folder = URL(fileURLWithPath: fixture.path).deletingLastPathComponent().path
    try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
    defer { try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }
    #expect(throws: StoreError.self) { try Store(path: fixture.path) }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func refusesFilesThatMayNotBeWritten() throws {
    let fixture = try StoreFixture()
    try fixture.store.close()
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o444], ofItemAtPath: fixture.path)
    #expect(throws: StoreError.readOnly(path: fixture.path)) { try Store(path: fixture.path) }
    #expect(try Store(path: fixture.path, access: .readOnly).latestRun()?.id == "r1")
  }

  @Test func waitsForOthersAndThenSaysSo() throws {
    let fixture = try StoreFixture()
    let impatient = try Store(path: fixture.path, busyTimeout: 0.05)
    let other = try DatabaseQueue(path: fixture.path)
    try other.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN IMMEDIATE")
      #expect(throws: StoreError.locked(path: fixture.path)) {
        try impatient.setStatus(.complete, ofRun: "r1")
      }
      try database.execute(sql: "ROLLBACK")
    }
    try impatient.setStatus(.complete, ofRun: "r1")
  }
}
