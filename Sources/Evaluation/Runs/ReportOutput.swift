import Provenance

/// What was written and is printed.
package struct ReportOutput: Sendable {
  /// For people.
  package let text: String
  /// For programs, one JSON object.
  package let json: String
  /// What to say of the file that was written.
  package let note: String
  /// Why the run does not count although all this was written; nil if it counts.
  package var objection: HarnessError?

  /// Joins the parts.
  package init(text: String, json: String, note: String, objection: HarnessError? = nil) {
    self.text = text
    self.json = json
    self.note = note
    self.objection = objection
  }
}
