import GRDB

/// How long one image took to make.
package struct GenerationRecord: Sendable, Hashable {
  /// Name of the row.
  package let method: String
  /// Id of the pair.
  package let imageID: String
  /// Seconds, not negative.
  package let seconds: Double
  /// Sampling steps, where they are known.
  package let steps: Int?

  /// Joins the parts.
  package init(method: String, imageID: String, seconds: Double, steps: Int?) {
    self.method = method
    self.imageID = imageID
    self.seconds = seconds
    self.steps = steps
  }
}

extension Store {
  /// Stores how long a method's images took, in place of what was known before.
  package func replace(
    _ times: [GenerationRecord], ofMethod method: String, inRun run: String
  ) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM generation WHERE runID = ? AND method = ?", arguments: [run, method])
      for time in times {
        try database.execute(
          sql: "INSERT INTO generation VALUES (?, ?, ?, ?, ?)",
          arguments: [run, time.method, time.imageID, time.seconds, time.steps])
      }
    }
  }

  /// How long a method's images took, sorted by id (by bytes).
  package func times(ofRun run: String, method: String) throws(StoreError) -> [GenerationRecord] {
    try read { database in
      try requireImages(ofRun: run, in: database)
      return try Row.fetchAll(
        database,
        sql: "SELECT * FROM generation WHERE runID = ? AND method = ? ORDER BY imageID",
        arguments: [run, method]
      ).map { row in
        guard let seconds = try row.amount("seconds") else {
          throw RowDamage(column: "seconds", found: "nothing")
        }
        return GenerationRecord(
          method: try row.value("method"), imageID: try row.value("imageID"), seconds: seconds,
          steps: try row.optional("steps", as: Int.self) == nil ? nil : try row.count("steps"))
      }
    }
  }
}
