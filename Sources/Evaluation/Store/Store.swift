import Foundation
import GRDB

/// The SQLite file in which runs, scores, failures and cached features live.
///
/// Safe to use from any number of threads. A `DatabaseQueue` serves them one after another: there is
/// one writer in SQLite anyhow, a commit takes far less time than measuring an image, and readers
/// then always see what was written last. Write-ahead logging with `synchronous = NORMAL` keeps
/// every finished transaction when the process is killed; a power cut may lose the last ones but
/// leaves the file whole.
package final class Store: Sendable {
  /// Path of the file.
  package let path: String
  /// The connection, for maintenance and this room's tests; other rooms ask the methods.
  package let queue: DatabaseQueue

  /// What the file is opened for.
  package enum Access: Sendable {
    /// Creates the file and its folder if need be, and brings the schema up to date.
    case readWrite
    /// Changes nothing.
    case readOnly
  }

  /// Opens or creates a database.
  ///
  /// - Parameters:
  ///   - path: the file, by custom `Results/evalkit.sqlite`.
  ///   - access: whether to write.
  ///   - busyTimeout: how many seconds to wait for another program's transaction.
  /// - Throws: `StoreError` for a schema of another version, a file that is no database or another
  ///   program's, and whatever the operating system forbids.
  package init(
    path: String, access: Access = .readWrite, busyTimeout: TimeInterval = 10
  ) throws(StoreError) {
    self.path = path
    switch access {
    case .readWrite:
      try Self.makeFolder(of: path)
      // SQLite opens a file that it may not write without a word; say so now, not hours later.
      let exists = FileManager.default.fileExists(atPath: path)
      if exists, !FileManager.default.isWritableFile(atPath: path) { throw .readOnly(path: path) }
    case .readOnly:
      guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    }
    try Self.checkKind(path)
    var configuration = Configuration()
    configuration.label = "evalkit"
    configuration.readonly = access == .readOnly
    configuration.busyMode = .timeout(busyTimeout)
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try Self.checkOwner(of: queue, path: path, access: access)
      if access == .readWrite {
        try Self.prepare(queue, within: busyTimeout)
      }
    } catch { throw StoreError(error, at: path) }
  }

  /// Closes the file now instead of with the object; nothing may be asked of it afterwards.
  package func close() throws(StoreError) {
    do { try queue.close() } catch { throw StoreError(error, at: path) }
  }

  /// Reads in one transaction.
  func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do { return try queue.read(body) } catch { throw StoreError(error, at: path) }
  }

  /// Writes in one transaction: all of it or, on any error, nothing.
  func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do { return try queue.write(body) } catch { throw StoreError(error, at: path) }
  }

  /// What SQLite's own checks find wrong with the file; empty when it is sound.
  package func integrityCheck() throws(StoreError) -> [String] {
    do {
      return try read { database in
        let pages = try String.fetchAll(database, sql: "PRAGMA integrity_check")
        guard pages == ["ok"] else { return pages }
        let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
        return try orphans.map { row in
          "a row of \(try row.value("table", as: String.self)) refers to nothing"
        }
      }
    } catch .corrupt(_, let reason) {
      // The check itself stumbles over some kinds of damage; that is a finding too.
      return [reason]
    }
  }

  /// SQLite would wait for ever for what a pipe says, and for nothing of a device.
  private static func checkKind(_ path: String) throws(StoreError) {
    for file in ["", "-wal", "-shm", "-journal"].map({ path + $0 }) {
      var status = stat()
      guard stat(file, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { continue }
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device, socket or pipe"
      throw .cannotOpen(path: file, reason: "it is \(kind), not a file")
    }
  }

  private static func makeFolder(of path: String) throws(StoreError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotOpen(path: path, reason: "the folder \(folder.path) cannot be made")
    }
  }

  /// Refuses files of other programs and of other schemas before anything in them is changed.
  private static func checkOwner(
    of queue: DatabaseQueue, path: String, access: Access
  ) throws {
    try queue.read { database in
      let owner = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      let entries = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
      let isBlank = owner == 0 && version == 0 && entries == 0
      guard owner == Schema.applicationID || isBlank else {
        throw StoreError.foreignDatabase(path: path)
      }
      guard version <= Schema.version else {
        throw StoreError.newerSchema(path: path, found: version, supported: Schema.version)
      }
      guard version == Schema.version || access == .readWrite else {
        throw StoreError.olderSchema(path: path, found: version, supported: Schema.version)
      }
    }
  }

  /// Makes the file ready to be written, and begins again while other connections do the same.
  ///
  /// SQLite refuses at once, whatever the time-out, where two connections wait for each other's lock, as those do
  /// that switch a new file to write-ahead logging at the same moment. Another process may also apply a migration
  /// between our look and our turn, which makes ours fail; the next look sees it done.
  private static func prepare(_ queue: DatabaseQueue, within seconds: TimeInterval) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      let before = try? version(of: queue)
      do {
        try enableLogging(queue)
        return try Schema.migrator.migrate(queue)
      } catch {
        let isBusy = (error as? DatabaseError)?.resultCode == .SQLITE_BUSY
        let isOvertaken = (try? version(of: queue)) != before
        guard isOvertaken || isBusy && ContinuousClock.now < end else { throw error }
        // Of different length, so that they do not meet again.
        Thread.sleep(forTimeInterval: .random(in: 0.001...0.02))
      }
    }
  }

  private static func version(of queue: DatabaseQueue) throws -> Int? {
    try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
  }

  private static func enableLogging(_ queue: DatabaseQueue) throws {
    try queue.writeWithoutTransaction { database in
      let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
      guard mode == "wal" else {
        throw DatabaseError(message: "write-ahead logging is not possible on this file system")
      }
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
      guard try Int.fetchOne(database, sql: "PRAGMA user_version") != Schema.version else { return }
      try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
    }
  }
}
