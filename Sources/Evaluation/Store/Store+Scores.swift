import Foundation
import GRDB
import Terms

extension Store {
  /// Stores what became of some images, with their scores, cached results and pairs, in one transaction.
  ///
  /// Cached results that were of use, `used`, are noted as such.
  ///
  /// An image measured again replaces its earlier state. Its scores of other metrics stay unless
  /// its content has changed. A failed image loses its scores and gains a row in the ledger. Of an `absent`
  /// one an earlier state is deleted.
  ///
  /// - Precondition: a failed image brings no scores.
  package func record(
    _ images: [(image: ImageRecord, scores: [ScoreRecord])], absent: [AbsentImage] = [],
    artifacts: [ArtifactRecord] = [], used: [String] = [], pairs: [PairRecord] = []
  ) throws(StoreError) {
    try write { database in
      for image in absent { try delete(image, in: database) }
      for pair in pairs { try upsert(pair, in: database) }
      for (image, scores) in images {
        try upsert(image, in: database)
        switch image.outcome {
        case .scored:
          try deleteFailure(of: image, in: database)
          for score in scores { try upsert(score, of: image, in: database) }
        case .failed(let failure):
          precondition(scores.isEmpty, "a failed image has no scores")
          try fail(image, failure, in: database)
        }
      }
      try insert(artifacts, in: database)
      try touch(used, in: database)
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
        keys.insert(
          ScoreKey(
            method: try row.value("method"), imageID: try row.value("imageID"),
            metric: try row.value("metric"), fingerprint: try row.value("fingerprint")))
      }
      return keys
    }
  }

  /// Stored scores of a run, sorted by method, image id (by bytes) and metric.
  package func scores(
    ofRun run: String, method: String? = nil, image: String? = nil, metric: String? = nil
  ) throws(StoreError) -> [ImageScore] {
    try read { database in
      try requireImages(ofRun: run, in: database)
      let asked = [("runID", run), ("method", method), ("imageID", image), ("metric", metric)]
        .compactMap { column, value in value.map { (column: column, value: $0) } }
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT method, imageID, metric, value, reason, fingerprint FROM score
          WHERE \(asked.map { "\($0.column) = ?" }.joined(separator: " AND "))
          ORDER BY method, imageID, metric
          """, arguments: StatementArguments(asked.map(\.value)))
      var scores: [ImageScore] = []
      while let row = try rows.next() {
        let score = ScoreRecord(
          metric: try row.value("metric"), value: try row.storedValue(),
          fingerprint: try row.value("fingerprint"))
        scores.append(
          ImageScore(
            method: try row.value("method"), imageID: try row.value("imageID"), score: score))
      }
      try RowDamage.check(
        scores.map { [$0.method, $0.imageID, $0.score.metric] }, of: "imageID")
      return scores
    }
  }

  /// A method's images and how each ended, sorted by id (by bytes).
  package func images(ofRun run: String, method: String) throws(StoreError) -> [ImageRecord] {
    try read { database in
      try requireImages(ofRun: run, in: database)
      let images = try Row.fetchAll(
        database,
        sql: """
          SELECT image.*, failure.state AS failureState, failure.reason FROM image
          LEFT JOIN failure USING (runID, method, imageID)
          WHERE runID = ? AND method = ? ORDER BY imageID
          """, arguments: [run, method]
      ).map { row in
        let outcome: ImageRecord.Outcome =
          switch try row.word("state", as: ImageState.self) {
          case .scored: .scored
          case .failed:
            .failed(
              ImageFailure(
                state: try row.optional("failureState").map(LedgerState.init) ?? .failed,
                reason: try row.optional("reason") ?? "unknown"))
          }
        return ImageRecord(
          run: run, method: method, imageID: try row.value("imageID"),
          contentHash: try row.optional("contentHash"), outcome: outcome)
      }
      try RowDamage.check(images.map(\.imageID), of: "imageID")
      return images
    }
  }

  /// How many images of each method ended in which way.
  package func imageCounts(ofRun run: String) throws(StoreError) -> [String: ImageCounts] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT method, sum(state = 'scored') AS scored, sum(state = 'failed') AS failed,
            count(*) AS total
          FROM image WHERE runID = ? GROUP BY method
          """, arguments: [run])
      var counts: [String: ImageCounts] = [:]
      for row in rows {
        let found = ImageCounts(scored: try row.count("scored"), failed: try row.count("failed"))
        guard found.scored + found.failed == (try row.count("total")),
          counts.updateValue(found, forKey: try row.value("method")) == nil
        else { throw RowDamage(column: "state", found: "another word than 'scored' and 'failed'") }
      }
      for (method, scored) in try prunedCounts(ofRun: run, in: database) {
        counts[method] = ImageCounts(scored: scored, failed: counts[method]?.failed ?? 0)
      }
      return counts
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
          method: try row.value("method"), imageID: try row.value("imageID"),
          failure: ImageFailure(
            state: LedgerState(rawValue: try row.value("state")), reason: try row.value("reason")))
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
          method: try row.value("method"), metric: try row.value("metric"),
          value: try row.storedValue(),
          referenceCount: try row.optional("referenceCount", as: Int.self) == nil
            ? nil : try row.count("referenceCount"),
          generatedCount: try row.count("generatedCount"),
          standardError: try row.amount("standardError"), details: try row.value("details"),
          fingerprint: try row.value("fingerprint"))
      }
    }
  }

  private func upsert(_ image: ImageRecord, in database: Database) throws {
    let state: ImageState = image.outcome == .scored ? .scored : .failed
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
    ).execute(arguments: key + [state.rawValue, image.contentHash])
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

  /// Deletes an image's row; its scores and failure go with it.
  private func delete(_ image: AbsentImage, in database: Database) throws {
    try database.cachedStatement(
      sql: "DELETE FROM image WHERE runID = ? AND method = ? AND imageID = ?"
    ).execute(arguments: [image.run, image.method, image.imageID])
  }

  private func deleteFailure(of image: ImageRecord, in database: Database) throws {
    try database.cachedStatement(
      sql: "DELETE FROM failure WHERE runID = ? AND method = ? AND imageID = ?"
    ).execute(arguments: [image.run, image.method, image.imageID])
  }

  private func fail(
    _ image: ImageRecord, _ failure: ImageFailure, in database: Database
  ) throws {
    try database.execute(
      sql: "DELETE FROM score WHERE runID = ? AND method = ? AND imageID = ?",
      arguments: [image.run, image.method, image.imageID])
    try database.execute(
      sql: "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?)",
      arguments: [image.run, image.method, image.imageID, failure.state.rawValue, failure.reason])
  }
}

/// The words of the column `state` of images.
private enum ImageState: String {
  case scored, failed
}
