import GRDB

/// The tables and views, as a list of migrations that only ever grows.
///
/// A released migration is never edited: the text of each is pinned by a test. `PRAGMA
/// user_version` is the number of migrations applied.
enum Schema {
  /// Marks a file as evalkit's: the bytes `evkt`.
  static let applicationID = 0x6576_6B74

  /// Names and SQL, oldest first.
  static let migrations: [(name: String, sql: String)] = [
    ("1 runs, images and scores", firstTables + firstViews),
    ("2 pairs, baselines and verdicts", secondTables),
    ("3 shards, times and use", thirdTables),
    ("4 digests of results", fourthTables),
    ("5 durations of runs", fifthTables),
    ("6 pruned runs", sixthTables),
  ]

  /// The schema that this version reads and writes.
  static var version: Int { migrations.count }

  /// Applies what is missing, each migration in one transaction together with its version.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (index, migration) in migrations.enumerated() {
      migrator.registerMigration(migration.name) { database in
        database.add(function: ArtifactRecord.digestFunction)
        try database.execute(sql: migration.sql)
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
    return migrator
  }

  /// Columns that identify a row come first and form its key, so that rows of one run and method
  /// lie together and reading them in id order needs no sorting.
  private static let firstTables = """
    CREATE TABLE fingerprint (
      hash TEXT NOT NULL PRIMARY KEY,
      text TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE run (
      id TEXT NOT NULL PRIMARY KEY,
      protocolID TEXT NOT NULL,
      created TEXT NOT NULL,
      commandLine TEXT NOT NULL,
      toolVersion TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'failed')),
      fingerprint TEXT NOT NULL REFERENCES fingerprint (hash),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      machine TEXT NOT NULL CHECK (json_valid(machine)),
      pairsHash TEXT NOT NULL
    );

    CREATE TABLE method (
      runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      position INTEGER NOT NULL,
      specification TEXT NOT NULL,
      kind TEXT NOT NULL,
      PRIMARY KEY (runID, name)
    ) WITHOUT ROWID;

    CREATE TABLE image (
      runID TEXT NOT NULL,
      method TEXT NOT NULL,
      imageID TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('scored', 'failed')),
      contentHash TEXT,
      PRIMARY KEY (runID, method, imageID),
      FOREIGN KEY (runID, method) REFERENCES method (runID, name) ON DELETE CASCADE
    ) WITHOUT ROWID;

    CREATE TABLE failure (
      runID TEXT NOT NULL,
      method TEXT NOT NULL,
      imageID TEXT NOT NULL,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (runID, method, imageID),
      FOREIGN KEY (runID, method, imageID) REFERENCES image (runID, method, imageID)
        ON DELETE CASCADE
    ) WITHOUT ROWID;

    CREATE TABLE score (
      runID TEXT NOT NULL,
      method TEXT NOT NULL,
      imageID TEXT NOT NULL,
      metric TEXT NOT NULL,
      value REAL,
      reason TEXT,
      fingerprint TEXT NOT NULL REFERENCES fingerprint (hash),
      PRIMARY KEY (runID, method, imageID, metric),
      FOREIGN KEY (runID, method, imageID) REFERENCES image (runID, method, imageID)
        ON DELETE CASCADE,
      CHECK ((value IS NULL) = (reason IS NOT NULL))
    ) WITHOUT ROWID;

    CREATE TABLE setScore (
      runID TEXT NOT NULL,
      method TEXT NOT NULL,
      metric TEXT NOT NULL,
      value REAL,
      reason TEXT,
      referenceCount INTEGER,
      generatedCount INTEGER NOT NULL,
      standardError REAL,
      details TEXT NOT NULL CHECK (json_valid(details)),
      fingerprint TEXT NOT NULL REFERENCES fingerprint (hash),
      PRIMARY KEY (runID, method, metric),
      FOREIGN KEY (runID, method) REFERENCES method (runID, name) ON DELETE CASCADE,
      CHECK ((value IS NULL) = (reason IS NOT NULL))
    ) WITHOUT ROWID;

    CREATE TABLE artifact (
      key TEXT NOT NULL PRIMARY KEY,
      payload BLOB NOT NULL,
      byteCount INTEGER NOT NULL CHECK (byteCount = length(payload)),
      created TEXT NOT NULL
    );

    """

  /// Views with stable columns, for people with an SQLite shell.
  private static let firstViews = """
    CREATE VIEW scores_per_image AS
      SELECT runID AS run, method, imageID AS image, metric, value, fingerprint FROM score;

    CREATE VIEW scores AS
      SELECT runID AS run, method, metric, value, generatedCount AS n, standardError AS stderr,
        fingerprint
      FROM setScore;

    """

  /// What a gate needs beyond scores: which images belong together, what is compared with, what was said.
  private static let secondTables = """
    CREATE TABLE pair (
      runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      imageID TEXT NOT NULL,
      identity TEXT,
      prompt TEXT,
      referenceHash TEXT,
      labelsHash TEXT,
      PRIMARY KEY (runID, imageID)
    ) WITHOUT ROWID;

    CREATE TABLE baseline (
      name TEXT NOT NULL PRIMARY KEY,
      runID TEXT NOT NULL,
      document TEXT NOT NULL CHECK (json_valid(document)),
      images TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE verdict (
      id INTEGER NOT NULL PRIMARY KEY,
      runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      baseline TEXT NOT NULL,
      created TEXT NOT NULL,
      outcome TEXT NOT NULL,
      code INTEGER NOT NULL,
      report TEXT NOT NULL CHECK (json_valid(report))
    );

    """

  /// What a set's scores need beside the scores of its images, so that they can be computed again from
  /// the database alone; which process measures what; when a remembered result was of use.
  private static let thirdTables = """
    ALTER TABLE pair ADD COLUMN caption TEXT;
    ALTER TABLE pair ADD COLUMN groupName TEXT;
    ALTER TABLE pair ADD COLUMN owner TEXT;

    CREATE TABLE generation (
      runID TEXT NOT NULL,
      method TEXT NOT NULL,
      imageID TEXT NOT NULL,
      seconds REAL NOT NULL,
      steps INTEGER,
      PRIMARY KEY (runID, method, imageID),
      FOREIGN KEY (runID, method) REFERENCES method (runID, name) ON DELETE CASCADE
    ) WITHOUT ROWID;

    CREATE TABLE shardPair (
      runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      imageID TEXT NOT NULL,
      shard INTEGER NOT NULL,
      PRIMARY KEY (runID, imageID)
    ) WITHOUT ROWID;

    CREATE TABLE artifactUse (
      key TEXT NOT NULL PRIMARY KEY REFERENCES artifact (key) ON DELETE CASCADE,
      used TEXT NOT NULL
    ) WITHOUT ROWID;

    INSERT INTO artifactUse SELECT key, created FROM artifact;

    """

  /// What tells a damaged result from a sound one.
  ///
  /// Results of earlier versions count as sound as they are found. Digests have a table of their own, so
  /// that the results themselves are not written again.
  private static let fourthTables = """
    CREATE TABLE artifactDigest (
      key TEXT NOT NULL PRIMARY KEY REFERENCES artifact (key) ON DELETE CASCADE,
      digest TEXT NOT NULL
    ) WITHOUT ROWID;

    INSERT INTO artifactDigest SELECT key, artifact_digest(key, payload) FROM artifact;

    """

  /// How long a run was worked on, all calls that resumed it together.
  private static let fifthTables = """
    CREATE TABLE runTime (
      runID TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
      seconds REAL NOT NULL
    ) WITHOUT ROWID;

    """

  /// Runs whose values of single images were deleted: when, and how many images of each method had scores.
  private static let sixthTables = """
    CREATE TABLE prunedRun (
      runID TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
      pruned TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE prunedImages (
      runID TEXT NOT NULL,
      method TEXT NOT NULL,
      scored INTEGER NOT NULL,
      PRIMARY KEY (runID, method),
      FOREIGN KEY (runID, method) REFERENCES method (runID, name) ON DELETE CASCADE
    ) WITHOUT ROWID;

    """
}
