import Essentials
import Foundation
import GRDB

/// Reads and damages a results folder's database, as a person with an SQLite shell could.
struct Database {
  private let queue: DatabaseQueue

  /// Opens `<results>/evalkit.sqlite`.
  init(_ results: String) throws { try self.init(file: results + "/evalkit.sqlite") }

  /// Opens a database by its path.
  init(file: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    queue = try DatabaseQueue(path: file, configuration: configuration)
  }

  /// Rows as text, one string a row; numbers with all their bits.
  func rows(_ sql: String) throws -> [String] {
    try queue.read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        row.map { "\($0.0)=\(Self.text($0.1))" }.joined(separator: " ")
      }
    }
  }

  /// One number.
  func count(_ sql: String) throws -> Int {
    try queue.read { try Int.fetchOne($0, sql: sql) ?? 0 }
  }

  /// Changes something.
  func execute(_ sql: String) throws {
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
  }

  /// Puts other bytes in place of remembered results of a size, with digests that fit them.
  func replaceResults(of byteCount: Int, by bytes: [UInt8]) throws {
    try queue.write { database in
      let keys = try String.fetchAll(
        database, sql: "SELECT key FROM artifact WHERE byteCount = ?", arguments: [byteCount])
      for key in keys {
        let digest = FileDigest.sha256(of: Array(key.utf8) + bytes)
        try database.execute(
          sql: "UPDATE artifact SET payload = ? WHERE key = ?", arguments: [Data(bytes), key])
        try database.execute(
          sql: "UPDATE artifactDigest SET digest = ? WHERE key = ?", arguments: [digest, key])
      }
    }
  }

  /// All scores of all runs, without what names the run.
  func scores() throws -> [String] {
    try rows(
      "SELECT method, image, metric, value, fingerprint FROM scores_per_image ORDER BY 1, 2, 3")
      + rows("SELECT method, metric, value, n, stderr, fingerprint FROM scores ORDER BY 1, 2")
  }

  private static func text(_ value: DatabaseValue) -> String {
    if case .double(let number) = value.storage {
      return "\(number) \(String(number.bitPattern, radix: 16))"
    }
    return value.description
  }
}
