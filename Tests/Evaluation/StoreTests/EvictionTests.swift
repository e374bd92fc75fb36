import Dispatch
import Foundation
import GRDB
import Store
import Synchronization
import Testing

/// Which remembered results go when there are too many.
struct EvictionTests {
  private func store(_ count: Int) throws -> StoreFixture {
    let fixture = try StoreFixture()
    try fixture.store.insert(
      (0..<count).map { ArtifactRecord(key: "k\($0)", payload: Data(count: 10)) })
    return fixture
  }

  private func setUse(_ uses: [String: String], in fixture: StoreFixture) throws {
    try fixture.store.queue.write { database in
      for (key, used) in uses {
        try database.execute(
          sql: "UPDATE artifactUse SET used = ? WHERE key = ?", arguments: [used, key])
      }
    }
  }

  @Test func takesTheOldestButTheSpared() throws {
    let fixture = try store(5)
    try setUse(["k0": "3", "k1": "1", "k2": "2", "k3": "0", "k4": "1"], in: fixture)
    #expect(try fixture.store.evictArtifacts(downTo: 50).keys == [])
    let eviction = try fixture.store.evictArtifacts(downTo: 25, sparing: ["k3"])
    #expect(eviction.keys == ["k1", "k4", "k2"] && eviction.bytes == 30)
    #expect(try fixture.store.artifactKeys() == ["k0", "k3"])
    // Nothing else may go, however little there should be.
    #expect(try fixture.store.evictArtifacts(downTo: 0, sparing: ["k0", "k3"]).keys == [])
    try fixture.store.compact()
    #expect(try fixture.store.integrityCheck() == [])
  }

  @Test func isMadeYoungByUse() throws {
    let fixture = try store(2)
    try setUse(["k0": "0", "k1": "1"], in: fixture)
    try fixture.store.record([], used: ["k0", "gone"])
    #expect(try fixture.store.evictArtifacts(downTo: 10).keys == ["k1"])
  }

  /// Processes that write and forget at the same time do each other no harm.
  @Test func isSharedByConnections() throws {
    let fixture = try store(0)
    let path = fixture.path
    let errors = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 6) { number in
      do {
        let store = try Store(path: path)
        for round in 0..<20 {
          let key = "k\(round)"
          try store.insert([ArtifactRecord(key: key, payload: Data(key.utf8))])
          if number == 0 { _ = try store.evictArtifacts(downTo: 20) }
          if let payload = try store.artifact(key), payload != Data(key.utf8) {
            errors.withLock { $0.append("\(key) is damaged") }
          }
        }
      } catch { errors.withLock { $0.append("\(error)") } }
    }
    #expect(errors.withLock { $0 } == [])
    #expect(try fixture.store.integrityCheck() == [])
  }
}
