import Provenance
import Terms

/// Whether a run says anything: one that measured nothing, lost more than allowed, or lacks what was asked
/// for by name, must not look like a result.
package struct RunValidity {
  /// Whether any image has a score.
  package let isMeasured: Bool
  /// Why images have none.
  let failures: [ImageFailure]
  /// What was requested by name and is missing, a clause each.
  package var missing: [String] = []
  /// What to say of a run without any result.
  package var nothing = "nothing was measured"

  /// Joins the parts.
  package init(isMeasured: Bool, failures: [ImageFailure], missing: [String] = []) {
    self.isMeasured = isMeasured
    self.failures = failures
    self.missing = missing
  }

  /// What keeps the run from counting.
  ///
  /// - Parameters:
  ///   - limit: most images that may fail; nil allows any number but all.
  ///   - ledger: the file that names each.
  /// - Returns: what keeps the run from counting, of kind `invalid`; nil if nothing does.
  package func objection(allowing limit: Int?, ledger: String) -> HarnessError? {
    var clauses = missing
    if !isMeasured {
      let reason = failures.first?.reason ?? "there are no images"
      clauses = clauses.isEmpty ? ["the first reason is: \(reason)"] : clauses
      clauses[0] = "\(nothing); " + clauses[0]
    } else if let limit, failures.count > limit {
      clauses.append(
        "\(failures.count) images failed, more than the \(limit) allowed; the ledger in "
          + "\(ledger) names each")
    }
    return clauses.isEmpty
      ? nil : HarnessError(.invalid, clauses.joined(separator: "\n  and "))
  }
}
