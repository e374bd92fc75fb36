CREATE TABLE artifact (
  key TEXT NOT NULL PRIMARY KEY,
  payload BLOB NOT NULL,
  byteCount INTEGER NOT NULL CHECK (byteCount = length(payload)),
  created TEXT NOT NULL
);
CREATE TABLE artifactDigest (
  key TEXT NOT NULL PRIMARY KEY REFERENCES artifact (key) ON DELETE CASCADE,
  digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE artifactUse (
  key TEXT NOT NULL PRIMARY KEY REFERENCES artifact (key) ON DELETE CASCADE,
  used TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE baseline (
  name TEXT NOT NULL PRIMARY KEY,
  runID TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document)),
  images TEXT NOT NULL
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
CREATE TABLE fingerprint (
  hash TEXT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE generation (
  runID TEXT NOT NULL,
  method TEXT NOT NULL,
  imageID TEXT NOT NULL,
  seconds REAL NOT NULL,
  steps INTEGER,
  PRIMARY KEY (runID, method, imageID),
  FOREIGN KEY (runID, method) REFERENCES method (runID, name) ON DELETE CASCADE
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
CREATE TABLE method (
  runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  specification TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (runID, name)
) WITHOUT ROWID;
CREATE TABLE pair (
  runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  imageID TEXT NOT NULL,
  identity TEXT,
  prompt TEXT,
  referenceHash TEXT,
  labelsHash TEXT, caption TEXT, groupName TEXT, owner TEXT,
  PRIMARY KEY (runID, imageID)
) WITHOUT ROWID;
CREATE TABLE prunedImages (
  runID TEXT NOT NULL,
  method TEXT NOT NULL,
  scored INTEGER NOT NULL,
  PRIMARY KEY (runID, method),
  FOREIGN KEY (runID, method) REFERENCES method (runID, name) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE prunedRun (
  runID TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
  pruned TEXT NOT NULL
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
CREATE TABLE runTime (
  runID TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
  seconds REAL NOT NULL
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
CREATE TABLE shardPair (
  runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  imageID TEXT NOT NULL,
  shard INTEGER NOT NULL,
  PRIMARY KEY (runID, imageID)
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
CREATE VIEW scores AS
  SELECT runID AS run, method, metric, value, generatedCount AS n, standardError AS stderr,
    fingerprint
  FROM setScore;
CREATE VIEW scores_per_image AS
  SELECT runID AS run, method, imageID AS image, metric, value, fingerprint FROM score;
