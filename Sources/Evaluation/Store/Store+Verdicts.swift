import Foundation
import GRDB

/// A baseline as it is kept beside its files.
package struct BaselineRecord: Sendable, Hashable {
  /// Name of the baseline.
  package let name: String
  /// The run that it was made from, which may be gone.
  package let run: String
  /// The baseline's JSON file.
  package let document: String
  /// The companion with per-image values.
  package let images: String

  /// Joins the parts.
  package init(name: String, run: String, document: String, images: String) {
    self.name = name
    self.run = run
    self.document = document
    self.images = images
  }
}

/// What a gate said about a run.
package struct VerdictRecord: Sendable, Hashable {
  /// Id of the run that was judged.
  package let run: String
  /// Name of the baseline.
  package let baseline: String
  /// When it was judged; kept to the millisecond.
  package let created: Date
  /// The verdict in one word, for example `regression`.
  package let outcome: String
  /// The exit code.
  package let code: Int
  /// The whole judgment, as a JSON text.
  package let report: String

  /// Joins the parts.
  package init(
    run: String, baseline: String, created: Date, outcome: String, code: Int, report: String
  ) {
    self.run = run
    self.baseline = baseline
    self.created = created
    self.outcome = outcome
    self.code = code
    self.report = report
  }
}

extension Store {
  /// Keeps a baseline, in place of one of the same name.
  package func replace(_ baseline: BaselineRecord) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO baseline VALUES (?, ?, ?, ?)",
        arguments: [baseline.name, baseline.run, baseline.document, baseline.images])
    }
  }

  /// The baseline of a name, or `nil`.
  package func baseline(_ name: String) throws(StoreError) -> BaselineRecord? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM baseline WHERE name = ?", arguments: [name])
        .map { row in
          BaselineRecord(
            name: try row.value("name"), run: try row.value("runID"),
            document: try row.value("document"), images: try row.value("images"))
        }
    }
  }

  /// Names of all baselines, sorted (by bytes).
  package func baselineNames() throws(StoreError) -> [String] {
    try read { database in
      try String.fetchAll(database, sql: "SELECT name FROM baseline ORDER BY name")
    }
  }

  /// Names of the baselines that were made of each run, sorted (by bytes).
  package func baselinesByRun() throws(StoreError) -> [String: [String]] {
    try read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT runID, name FROM baseline ORDER BY name")
      return try rows.reduce(into: [:]) { names, row in
        names[try row.value("runID"), default: []].append(try row.value("name"))
      }
    }
  }

  /// Deletes a baseline; returns whether there was one.
  package func deleteBaseline(_ name: String) throws(StoreError) -> Bool {
    try write { database in
      try database.execute(sql: "DELETE FROM baseline WHERE name = ?", arguments: [name])
      return database.changesCount > 0
    }
  }

  /// Notes what a gate said.
  package func add(_ verdict: VerdictRecord) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO verdict (runID, baseline, created, outcome, code, report)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          verdict.run, verdict.baseline, Timestamp.text(verdict.created), verdict.outcome,
          verdict.code, verdict.report,
        ])
    }
  }

  /// What gates said about a run, oldest first.
  package func verdicts(ofRun run: String) throws(StoreError) -> [VerdictRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM verdict WHERE runID = ? ORDER BY id", arguments: [run]
      ).map { row in
        VerdictRecord(
          run: try row.value("runID"), baseline: try row.value("baseline"),
          created: try row.date("created"), outcome: try row.value("outcome"),
          code: try row.value("code"), report: try row.value("report"))
      }
    }
  }
}
