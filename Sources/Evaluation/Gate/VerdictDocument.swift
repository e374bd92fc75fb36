import Foundation
import Store

/// A verdict as `gate --json` prints it and the database keeps it.
package struct VerdictDocument: Codable, Sendable {
  /// One thing that was checked.
  package struct Check: Codable, Sendable {
    /// What was checked, its outcome and what was found, in words.
    package let check, outcome, finding: String
    /// Whether the verdict depends on it.
    let blocking: Bool
    /// Of the figures; nil where an older version wrote it.
    let unit: String?
    /// By what they are; nil where an older version wrote it.
    let figures: [String: Double]?
  }

  /// Version of the document's form.
  var schema = 2
  /// Id of the run.
  let run: String
  /// The outcome of all checks.
  let outcome: String
  /// What the process ended with.
  let code: Int32
  /// In the order in which they were made.
  package let checks: [Check]
  /// The verdict in words; nil where an older version wrote it.
  package let sentence: String?

  init(run: String, outcome: String, code: Int32, checks: [Check], sentence: String) {
    self.run = run
    self.outcome = outcome
    self.code = code
    self.checks = checks
    self.sentence = sentence
  }

  /// Reads what the database keeps; nil for what no version has written.
  package init?(_ record: VerdictRecord) {
    guard let found = try? JSONDecoder().decode(Self.self, from: Data(record.report.utf8)) else {
      return nil
    }
    self = found
  }
}
