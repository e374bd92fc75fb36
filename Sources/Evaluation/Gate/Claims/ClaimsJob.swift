import Essentials
import Provenance
import Reports
import Runs
import Tables
import Verdicts

/// Asks stored runs what they say of papers' claims.
package struct ClaimsJob: RunConfigurable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Where `claims.md` is written; nil writes nothing.
  package var reports: String?
  private let papers: [ClaimFile]

  /// Reads the claims of one paper, or of all.
  ///
  /// - Parameter id: the paper's; `all` for every one.
  /// - Throws: `TableError`; ``HarnessError`` of kind `usage` for an unknown id.
  package init(_ id: String) throws {
    let files = try ProtocolLibrary.files()
    let known = try files.claimIDs()
    if id != "all" { try NamedChoice.check(id, as: "paper", from: ["all"] + known) }
    papers = try (id == "all" ? known : [id]).map { try files.claims($0) }
  }

  /// What stored runs say.
  ///
  /// - Throws: errors of the store.
  package func report() throws -> ClaimReport {
    let stored = try StoredClaims(
      of: Set(papers.flatMap(\.claims).map(\.table)), results: self.results)
    var missing = MissingRows()
    let reports = try papers.map { paper in
      let found = try paper.claims.map { claim in
        try FoundClaim(claim, in: stored, missing: &missing)
      }
      return ClaimReport.Paper(
        id: paper.id, title: paper.title, venue: paper.venue, claims: Self.judged(found))
    }
    return ClaimReport(papers: reports, commands: missing.commands(results: self.results))
  }

  /// Claims of one table or figure are corrected together.
  private static func judged(_ claims: [FoundClaim]) -> [ClaimReport.Claim] {
    var verdicts: [String: (adjustedPValue: Double, outcome: ClaimTest.Outcome)] = [:]
    for family in Dictionary(grouping: claims, by: \.claim.place).values {
      let tested = family.filter { $0.test != nil }
      let outcomes = ClaimTest.outcomes(of: tested.compactMap(\.test))
      for (claim, outcome) in zip(tested, outcomes) { verdicts[claim.claim.id] = outcome }
    }
    return claims.map { $0.entry(verdicts[$0.claim.id]) }
  }

  /// What the command prints: JSON, or Markdown that is also written.
  ///
  /// - Returns: the text, and one line on how many claims came out as what.
  /// - Throws: as ``report()``, and errors of files.
  package func text(json: Bool) throws -> (text: String, summary: String) {
    let report = try report()
    if json { return (JSONText.encode(report, pretty: true), report.summary) }
    let markdown = report.markdown
    if let reports {
      let path = "\(reports)/claims.md"
      try OutputPlace(isReplacing: self.isReplacing).prepare(path, as: .claims)
      try AtomicFile.write(Array(markdown.utf8), to: path)
    }
    return (markdown, report.summary)
  }
}
