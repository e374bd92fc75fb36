import GRDB

extension Store {
  /// The pairs of a run, sorted by id (by bytes); none for runs of a schema before the second.
  package func pairs(ofRun run: String) throws(StoreError) -> [PairRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM pair WHERE runID = ? ORDER BY imageID", arguments: [run]
      ).map { row in
        PairRecord(
          run: row["runID"], imageID: row["imageID"], identity: row["identity"],
          prompt: row["prompt"], referenceHash: row["referenceHash"],
          labelsHash: row["labelsHash"], caption: row["caption"], group: row["groupName"],
          owner: row["owner"])
      }
    }
  }

  func upsert(_ pair: PairRecord, in database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO pair
          (runID, imageID, identity, prompt, referenceHash, labelsHash, caption, groupName, owner)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      pair.run, pair.imageID, pair.identity, pair.prompt, pair.referenceHash, pair.labelsHash,
      pair.caption, pair.group, pair.owner,
    ])
  }
}
