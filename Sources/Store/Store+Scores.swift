import Foundation
import GRDB

extension Store {
  /// Stores what became of some images, with their scores, cached results and pairs, in one transaction.
  ///
  /// Remembered results that were of use, `recalled`, are noted as such.
  ///
  /// An image measured again replaces its earlier state. Its scores of other metrics stay unless
  /// its content has changed. A failed image loses its scores and gains a row in the ledger.
  ///
  /// - Precondition: a failed image brings no scores.
  package func record(
    _ images: [(image: ImageRecord, scores: [ScoreRecord])], artifacts: [ArtifactRecord] = [],
    recalled: [String] = [], pairs: [PairRecord] = []
  ) throws(StoreError) {
    try write { database in
      for pair in pairs { try upsert(pair, in: database) }
      for (image, scores) in images {
        try upsert(image, in: database)
        switch image.outcome {
        case .scored:
          try deleteFailure(of: image, in: database)
          for score in scores { try upsert(score, of: image, in: database) }
        case .failed(let state, let reason):
          precondition(scores.isEmpty, "a failed image has no scores")
          try fail(image, state: state, reason: reason, in: database)
        }
      }
      try insert(artifacts, in: database)
      try touch(recalled, in: database)
    }
  }

  /// Stores what became of one image, in one transaction.
  package func record(
    _ image: ImageRecord, scores: [ScoreRecord] = [], artifacts: [ArtifactRecord] = []
  ) throws(StoreError) {
    try record([(image, scores)], artifacts: artifacts)
  }

  /// Which scores of a run exist already, numbers or reasons, so that a resumed run skips them.
  package func scoreKeys(ofRun run: String) throws(StoreError) -> Set<ScoreKey> {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT method, imageID, metric, fingerprint FROM score WHERE runID = ?",
        arguments: [run])
      var keys: Set<ScoreKey> = []
      while let row = try rows.next() {
        keys.insert(ScoreKey(method: row[0], imageID: row[1], metric: row[2], fingerprint: row[3]))
      }
      return keys
    }
  }

  /// Stored scores of a run, sorted by method, image id (by bytes) and metric.
  package func scores(
    ofRun run: String, method: String? = nil, image: String? = nil, metric: String? = nil
  ) throws(StoreError) -> [ImageScore] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT method, imageID, metric, value, reason, fingerprint FROM score
          WHERE runID = :run AND method = coalesce(:method, method)
            AND imageID = coalesce(:image, imageID) AND metric = coalesce(:metric, metric)
          ORDER BY method, imageID, metric
          """, arguments: ["run": run, "method": method, "image": image, "metric": metric]
      ).map { row in
        let value = StoredValue(value: row["value"], reason: row["reason"])
        let score = ScoreRecord(
          metric: row["metric"], value: value, fingerprint: row["fingerprint"])
        return ImageScore(method: row["method"], imageID: row["imageID"], score: score)
      }
    }
  }

  /// A method's images and how each ended, sorted by id (by bytes).
  package func images(ofRun run: String, method: String) throws(StoreError) -> [ImageRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT image.*, failure.state AS failureState, failure.reason FROM image
          LEFT JOIN failure USING (runID, method, imageID)
          WHERE runID = ? AND method = ? ORDER BY imageID
          """, arguments: [run, method]
      ).map { row in
        let outcome: ImageRecord.Outcome =
          row["state"] == "scored"
          ? .scored
          : .failed(state: row["failureState"] ?? "failed", reason: row["reason"] ?? "unknown")
        return ImageRecord(
          run: run, method: method, imageID: row["imageID"], contentHash: row["contentHash"],
          outcome: outcome)
      }
    }
  }

  /// How many images of each method ended in which way.
  package func imageCounts(ofRun run: String) throws(StoreError) -> [String: ImageCounts] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT method, sum(state = 'scored') AS scored, sum(state = 'failed') AS failed
          FROM image WHERE runID = ? GROUP BY method
          """, arguments: [run])
      return Dictionary(
        uniqueKeysWithValues: rows.map {
          ($0["method"], ImageCounts(scored: $0["scored"], failed: $0["failed"]))
        })
    }
  }

  /// The failure ledger of a run, sorted by method and image id (by bytes).
  package func failures(
    ofRun run: String, method: String? = nil
  ) throws(StoreError) -> [FailureRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT method, imageID, state, reason FROM failure
          WHERE runID = :run AND method = coalesce(:method, method) ORDER BY method, imageID
          """, arguments: ["run": run, "method": method]
      ).map { row in
        FailureRecord(
          method: row["method"], imageID: row["imageID"], state: row["state"],
          reason: row["reason"])
      }
    }
  }

  /// Stores scores of whole sets, in one transaction; those of the same method and metric are
  /// replaced.
  package func replace(_ scores: [SetScoreRecord], inRun run: String) throws(StoreError) {
    try write { database in
      for score in scores {
        try database.execute(
          sql: "INSERT OR REPLACE INTO setScore VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            run, score.method, score.metric, score.value.number, score.value.reason,
            score.referenceCount, score.generatedCount, score.standardError, score.details,
            score.fingerprint,
          ])
      }
    }
  }

  /// Scores of whole sets, sorted by method and metric.
  package func setScores(ofRun run: String) throws(StoreError) -> [SetScoreRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM setScore WHERE runID = ? ORDER BY method, metric",
        arguments: [run]
      ).map { row in
        SetScoreRecord(
          method: row["method"], metric: row["metric"],
          value: StoredValue(value: row["value"], reason: row["reason"]),
          referenceCount: row["referenceCount"], generatedCount: row["generatedCount"],
          standardError: row["standardError"], details: row["details"],
          fingerprint: row["fingerprint"])
      }
    }
  }

  private func upsert(_ image: ImageRecord, in database: Database) throws {
    let state = image.outcome == .scored ? "scored" : "failed"
    let key: StatementArguments = [image.run, image.method, image.imageID]
    try database.cachedStatement(
      sql: """
        DELETE FROM score WHERE runID = ?1 AND method = ?2 AND imageID = ?3 AND EXISTS (
          SELECT 1 FROM image WHERE runID = ?1 AND method = ?2 AND imageID = ?3
            AND contentHash IS NOT ?4)
        """
    ).execute(arguments: key + [image.contentHash])
    try database.cachedStatement(
      sql: """
        INSERT INTO image (runID, method, imageID, state, contentHash) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET state = excluded.state, contentHash = excluded.contentHash
        """
    ).execute(arguments: key + [state, image.contentHash])
  }

  private func upsert(
    _ score: ScoreRecord, of image: ImageRecord, in database: Database
  ) throws {
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?, ?)")
      .execute(arguments: [
        image.run, image.method, image.imageID, score.metric, score.value.number,
        score.value.reason, score.fingerprint,
      ])
  }

  private func deleteFailure(of image: ImageRecord, in database: Database) throws {
    try database.cachedStatement(
      sql: "DELETE FROM failure WHERE runID = ? AND method = ? AND imageID = ?"
    ).execute(arguments: [image.run, image.method, image.imageID])
  }

  private func fail(
    _ image: ImageRecord, state: String, reason: String, in database: Database
  ) throws {
    try database.execute(
      sql: "DELETE FROM score WHERE runID = ? AND method = ? AND imageID = ?",
      arguments: [image.run, image.method, image.imageID])
    try database.execute(
      sql: "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?)",
      arguments: [image.run, image.method, image.imageID, state, reason])
  }
}
