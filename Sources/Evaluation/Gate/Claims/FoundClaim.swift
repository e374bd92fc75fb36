import Reports
import Runs
import Store
import Tables
import Terms
import Verdicts

/// A claim, the stored rows that it is asked of, and the test that they make.
struct FoundClaim {
  let claim: ClaimFile.Claim
  /// Nil where rows are missing or too few images or seeds are shared.
  let test: ClaimTest?
  private let rows: [ClaimReport.Row]
  private let notes: [String]

  /// Looks for a claim's rows and tests them; what is missing is noted.
  ///
  /// - Throws: errors of the store.
  init(
    _ claim: ClaimFile.Claim, in stored: StoredClaims, missing: inout MissingRows
  ) throws {
    self.claim = claim
    let studies = stored.studies(of: claim)
    let isOfSets = claim.metric.scope == .set
    let study = studies.max(by: { Self.isLess($0, $1, claim, isOfSets) })
    let complete =
      study?.replicates.filter { $0.rows.count == claim.rows.count } ?? []
    Self.note(claim, study, complete, isOfSets, in: &missing)
    var notes =
      study.map { ["Measured with \($0.key.weights) weights on \($0.key.dataset)."] } ?? []
    let used = isOfSets ? complete : Array(complete.prefix(1))
    if isOfSets {
      let values = claim.rows.indices.map { place in used.compactMap { $0.rows[place]?.value } }
      test = ClaimTest(
        sets: claim.kind == .interaction ? ClaimTest.steps(ofSets: values) : values,
        expected: claim.expected, margin: claim.margin)
    } else {
      test = try used.first.flatMap { try Self.images(claim, $0, in: stored) }
    }
    notes += Self.shortage(claim, test, isOfSets, hasRows: !used.isEmpty)
    self.notes = notes
    let shown = used.isEmpty ? Array(study?.replicates.prefix(1) ?? []) : used
    rows = claim.rows.enumerated().map { place, row in
      let found = shown.compactMap { $0.rows[place] }
      let values = found.map(\.value)
      return ClaimReport.Row(
        id: row.id, method: row.method,
        mean: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count),
        runs: found.map(\.run.record.id))
    }
  }

  /// Whether a study has less of a claim than another; of equal ones the first is taken, the latest.
  private static func isLess(
    _ one: ClaimStudy, _ other: ClaimStudy, _ claim: ClaimFile.Claim, _ isOfSets: Bool
  ) -> Bool {
    func weight(_ study: ClaimStudy) -> (Int, Int) {
      let complete = study.replicates.count { $0.rows.count == claim.rows.count }
      return (
        isOfSets ? complete : min(complete, 1), study.replicates.map(\.rows.count).max() ?? 0
      )
    }
    // `max(by:)` keeps the first of equal ones only if they do not compare as less.
    return weight(one) < weight(other)
  }

  /// Notes the rows that a further run has to measure.
  private static func note(
    _ claim: ClaimFile.Claim, _ study: ClaimStudy?, _ complete: [ClaimStudy.Replicate],
    _ isOfSets: Bool, in missing: inout MissingRows
  ) {
    var lacking = max(0, claim.seeds - complete.count)
    let partial = (study?.replicates ?? []).filter { $0.rows.count < claim.rows.count }
      .sorted { ($0.rows.count, $1.seed) > ($1.rows.count, $0.seed) }
    for replicate in partial where lacking > 0 {
      let rows = claim.rows.enumerated().filter { replicate.rows[$0.offset] == nil }.map(\.element)
      missing.add(rows, of: claim, seed: replicate.seed, beside: study?.key)
      lacking -= 1
    }
    let known = Set((study?.replicates ?? []).map(\.seed))
    var seed: UInt64 = 0
    while lacking > 0 {
      if !known.contains(seed) {
        missing.add(claim.rows, of: claim, seed: seed, beside: study?.key)
        lacking -= 1
      }
      seed += 1
    }
  }

  private static func images(
    _ claim: ClaimFile.Claim, _ replicate: ClaimStudy.Replicate, in stored: StoredClaims
  ) throws -> ClaimTest? {
    let rows = claim.rows.indices.compactMap { replicate.rows[$0] }
    guard let run = rows.first?.run else { return nil }
    let clusters = Clustering.automatic.clusters(of: try stored.pairs(of: run))
    let scores = try rows.map { try stored.scores(of: $0, claim.metric) }
    return ClaimTest(
      images: claim.kind == .interaction ? ClaimTest.steps(ofImages: scores) : scores,
      expected: claim.expected, margin: claim.margin
    ) { clusters[$0] }
  }

  /// What the test lacks, in sentences.
  private static func shortage(
    _ claim: ClaimFile.Claim, _ test: ClaimTest?, _ isOfSets: Bool, hasRows: Bool
  ) -> [String] {
    let (wanted, unit) = isOfSets ? (claim.seeds, "seeds") : (claim.pairs, "images")
    guard let test else {
      return hasRows
        ? ["At least two \(isOfSets ? "seeds" : "independent images") must have all rows."] : []
    }
    return test.count < wanted ? ["The claim asks for \(wanted) \(unit)."] : []
  }

  /// As the report has it.
  func entry(
    _ verdict: (adjustedPValue: Double, outcome: ClaimTest.Outcome)?
  ) -> ClaimReport.Claim {
    ClaimReport.Claim(
      id: claim.id, place: claim.place, claim: claim.sentence,
      metric: claim.metric.name + (claim.detail.map { " (\($0))" } ?? ""),
      kind: claim.kind.rawValue, expected: claim.expected.rawValue, margin: claim.margin,
      rows: rows,
      test: test.flatMap { test in
        verdict.map { verdict in
          ClaimReport.Test(
            statistic: test.statistic.rawValue, value: test.value, effect: test.effect,
            interval: test.interval, pValue: test.pValue,
            adjustedPValue: verdict.adjustedPValue, count: test.count,
            unit: claim.metric.scope == .set ? "seeds" : "images")
        }
      }, verdict: verdict?.outcome.rawValue ?? "not measured", notes: notes)
  }
}
