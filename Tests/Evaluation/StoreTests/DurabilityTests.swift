import Dispatch
import Foundation
import GRDB
import Store
import Synchronization
import TestSupport
import Testing

/// Nothing finished is lost, and nothing half-finished is seen.
struct DurabilityTests {
  private let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")

  @Test func storesAllOfAnImageOrNothing() throws {
    let fixture = try StoreFixture()
    let faulty = ScoreRecord(metric: "ssim", value: 0.5, fingerprint: "unregistered")
    #expect(throws: StoreError.self) {
      try fixture.store.record(
        fixture.scored("1"), scores: [score, faulty],
        artifacts: [ArtifactRecord(key: "k", payload: Data([1]))])
    }
    #expect(try fixture.store.images(ofRun: "r1", method: "ours").isEmpty)
    #expect(try fixture.store.scoreKeys(ofRun: "r1").isEmpty)
    #expect(try fixture.store.artifact("k") == nil)
  }

  /// A killed process leaves its files as they are at that moment; a copy of them shows the same.
  @Test func keepsFinishedImagesWhenKilledInsideATransaction() throws {
    let fixture = try StoreFixture()
    for index in 0..<20 { try fixture.store.record(fixture.scored("\(index)"), scores: [score]) }
    let copy = fixture.folder.path("copy.sqlite")
    try? fixture.store.queue.write { database in
      // Enough to spill uncommitted pages into the log.
      try database.execute(sql: "PRAGMA cache_size = 10")
      for index in 0..<200 {
        try database.execute(
          sql: "INSERT INTO artifact VALUES (?, zeroblob(20000), 20000, '')",
          arguments: ["half \(index)"])
      }
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: copy + suffix)
      }
      throw CancellationError()
    }
    let log = try FileManager.default.attributesOfItem(atPath: copy + "-wal")[.size] as? Int
    #expect((log ?? 0) > 1_000_000, "the log holds uncommitted pages")
    let survivor = try Store(path: copy)
    #expect(try survivor.scoreKeys(ofRun: "r1").count == 20)
    #expect(try survivor.artifactTotals() == (0, 0))
    #expect(try survivor.integrityCheck() == [])
  }

  @Test func keepsEverythingStoredBeforeTheDiskFilledUp() throws {
    let fixture = try StoreFixture()
    try fixture.store.record(fixture.scored("1"), scores: [score])
    try fixture.store.queue.writeWithoutTransaction { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages + 4)")
    }
    let large = ArtifactRecord(key: "k", payload: Data(count: 1 << 20))
    #expect(throws: StoreError.full(path: fixture.path)) {
      try fixture.store.record(fixture.scored("2"), scores: [score], artifacts: [large])
    }
    #expect(try fixture.store.images(ofRun: "r1", method: "ours") == [fixture.scored("1")])
    #expect(try fixture.store.integrityCheck() == [])
  }

  @Test func acceptsImagesFromManyThreads() throws {
    let fixture = try StoreFixture()
    let errors = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 120) { index in
      do {
        try fixture.store.record(
          fixture.scored("\(index)"), scores: [score],
          artifacts: [ArtifactRecord(key: "\(index % 7)", payload: Data([UInt8(index % 7)]))])
        guard try fixture.store.artifact("\(index % 7)") != nil else {
          throw CancellationError()
        }
      } catch { errors.withLock { $0.append("\(error)") } }
    }
    #expect(errors.withLock { $0 } == [])
    #expect(try fixture.store.scoreKeys(ofRun: "r1").count == 120)
    #expect(try fixture.store.artifactTotals() == (7, 7))
  }

  /// Two processes are two connections; they may even create the file at the same moment.
  @Test func letsSeveralConnectionsCreateAndWriteOneFile() throws {
    for _ in 0..<5 {
      let folder = try TemporaryFolder()
      let path = folder.path("evalkit.sqlite")
      let errors = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { index in
        do {
          let store = try Store(path: path)
          let fingerprints = StoreFixture.fingerprints
          try store.begin(
            StoreFixture.run("r\(index)"), methods: StoreFixture.methods,
            fingerprints: fingerprints)
        } catch { errors.withLock { $0.append("\(error)") } }
      }
      #expect(errors.withLock { $0 } == [])
      let store = try Store(path: path, access: .readOnly)
      #expect(try store.runs().count == 8)
      #expect(try store.integrityCheck() == [])
    }
  }
}

struct StoreErrorTests {
  @Test(arguments: [
    (ResultCode.SQLITE_READONLY, "read-only"), (.SQLITE_FULL, "disk is full"),
    (.SQLITE_CORRUPT, "damaged"), (.SQLITE_NOTADB, "not an SQLite database"),
    (.SQLITE_BUSY, "another program"), (.SQLITE_CANTOPEN, "cannot be opened"),
    (.SQLITE_IOERR, "check the disk"), (.SQLITE_IOERR_WRITE, "check the disk"),
    (.SQLITE_CONSTRAINT, "refuses"), (.SQLITE_NOMEM, "failed"),
  ])
  func saysInOneSentenceWhatSQLiteReports(code: ResultCode, words: String) {
    let error = StoreError(DatabaseError(resultCode: code, message: "m"), at: "x.sqlite")
    #expect(error.description.contains(words), "\(error)")
    #expect(error.description.hasPrefix("x.sqlite "))
    #expect(error.description.hasSuffix("."))
  }
}
