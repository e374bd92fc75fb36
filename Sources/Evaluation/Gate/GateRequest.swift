import Foundation
import Provenance

/// What the command line asks of a gate.
package struct GateRequest: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// A run's id or the beginning of one; nil takes the latest.
  package var run: String?
  /// Bounds as they are typed.
  package var requirements: [String] = []
  /// Name of a baseline.
  package var baseline: String?
  /// Name or path of a gate file; nil takes the one named like the baseline's protocol, if there is one.
  package var gate: String?
  /// Whether an undecided gate fails.
  package var isStrict = false
  /// Images of a row that may fail; nil leaves it to the gate file.
  package var allowedFailures: Int?
  /// Age in hours beyond which a run is stale.
  package var freshHours: Double?
  /// The time that ages are measured from.
  package var now = Date()
  /// Where to write the checks as JUnit XML.
  package var junit: String?
  /// Where to append the checks as Markdown, as in `$GITHUB_STEP_SUMMARY`.
  package var summary: String?
  /// Where to write what is known of single images, as SARIF.
  package var sarif: String?
  /// Where to write the numbers as OpenMetrics text.
  package var openMetrics: String?
  /// Where to write everything as one page.
  package var html: String?
  /// A line of shell that makes and measures a second run where the first one fails the gate.
  package var confirm: String?

  /// Asks for nothing yet.
  package init() {}
}
