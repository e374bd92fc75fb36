import GRDB

extension Store {
  /// The pairs of a run, sorted by id (by bytes); none for runs of a schema before the second.
  package func pairs(ofRun run: String) throws(StoreError) -> [PairRecord] {
    try read { database in
      try requireImages(ofRun: run, in: database)
      let pairs = try Row.fetchAll(
        database, sql: "SELECT * FROM pair WHERE runID = ? ORDER BY imageID", arguments: [run]
      ).map { row in
        PairRecord(
          run: run, imageID: try row.value("imageID"), identity: try row.optional("identity"),
          prompt: try row.optional("prompt"), referenceHash: try row.optional("referenceHash"),
          labelsHash: try row.optional("labelsHash"), caption: try row.optional("caption"),
          group: try row.optional("groupName"), owner: try row.optional("owner"))
      }
      try RowDamage.check(pairs.map(\.imageID), of: "imageID")
      return pairs
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
