import Foundation
import Provenance
import Runs
import Store
import Tables
import Terms

/// A claim's row as a run measured it.
struct MeasuredRow {
  let run: StoredRun
  /// The run's name for it.
  let method: String
  /// The set's score, or the mean of its images.
  let value: Double
}

/// Runs that measured rows of a claim alike: the same data, weights and way of measuring.
struct ClaimStudy {
  /// What must agree for rows to be compared.
  struct Key: Hashable {
    let dataset: String
    let weights: String
    let pairs: Int
    /// How many of them were made for the same condition; nil for the protocol's number.
    let samples: Int?
    /// How the metric was measured, but for seeds.
    let fingerprint: String
  }

  /// The same pairs and the same seed, from which rows may come out of several runs.
  struct Replicate {
    let pairsHash: String
    let seed: UInt64
    /// By the row's place in the claim; of several runs the latest.
    var rows: [Int: MeasuredRow]
  }

  let key: Key
  var replicates: [Replicate]
}

/// What a database holds of claims.
struct StoredClaims {
  private let store: Store?
  /// Complete runs by protocol, the latest first.
  private var runs: [String: [StoredRun]] = [:]

  /// Reads the complete runs of some protocols that have values of single images; no database is one without runs.
  ///
  /// - Throws: errors of the store.
  init(of protocols: Set<String>, results: String) throws {
    guard ResultsDatabase.exists(results) else {
      store = nil
      return
    }
    let store = try ResultsDatabase.open(results)
    self.store = store
    for id in protocols {
      let records = try store.runs(RunFilter(protocolID: id, statuses: [.complete]))
      runs[id] = try records.map { try StoredRun($0, in: store) }.filter { !$0.isPruned }
    }
  }

  /// The studies that have rows of a claim, those with the latest runs first.
  func studies(of claim: ClaimFile.Claim) -> [ClaimStudy] {
    var studies: [ClaimStudy] = []
    for run in runs[claim.table] ?? [] {
      for (place, row) in claim.rows.enumerated() {
        guard let method = Self.method(row, in: run),
          let score = run.scores[method]?[claim.metric.name],
          let value = score.value(of: claim.detail)?.value
        else { continue }
        let key = Self.key(of: run, score)
        let study = studies.firstIndex { $0.key == key } ?? studies.endIndex
        if study == studies.endIndex { studies.append(ClaimStudy(key: key, replicates: [])) }
        let (pairs, seed) = (run.record.pairsHash, run.settings.seed)
        let known = studies[study].replicates.firstIndex {
          $0.pairsHash == pairs && $0.seed == seed
        }
        let replicate = known ?? studies[study].replicates.endIndex
        if known == nil {
          studies[study].replicates.append(
            ClaimStudy.Replicate(pairsHash: pairs, seed: seed, rows: [:]))
        }
        let measured = MeasuredRow(run: run, method: method, value: value)
        studies[study].replicates[replicate].rows[place] =
          studies[study].replicates[replicate].rows[place] ?? measured
      }
    }
    return studies
  }

  /// The scores of a row's images by id, finite ones.
  ///
  /// - Throws: errors of the store.
  func scores(of row: MeasuredRow, _ metric: Metric) throws -> [String: Double] {
    try store.map { try row.run.finiteScores(of: row.method, metric, in: $0) } ?? [:]
  }

  /// The pairs of a run.
  ///
  /// - Throws: errors of the store.
  func pairs(of run: StoredRun) throws -> [PairRecord] {
    try store?.pairs(ofRun: run.record.id) ?? []
  }

  /// What a run calls a claim's row: the method with the same options, or somebody's own images of this name.
  private static func method(_ row: ClaimFile.Row, in run: StoredRun) -> String? {
    let wanted = sorted(row.method)
    let found =
      run.methods.first { sorted($0.specification) == wanted }
      ?? run.methods.first { $0.name == row.id && [.folder, .command].contains($0.kind) }
    return found?.name
  }

  /// A method's text with its options in order.
  private static func sorted(_ method: String) -> [String] {
    let parts = method.split(separator: ":", maxSplits: 2).map(String.init)
    guard parts.count == 3, parts[0] == "builtin" else { return [method] }
    return parts.prefix(2) + parts[2].split(separator: ",").map(String.init).sorted()
  }

  private static func key(of run: StoredRun, _ score: SetScoreRecord) -> ClaimStudy.Key {
    let text = run.fingerprints[score.fingerprint] ?? score.fingerprint
    return ClaimStudy.Key(
      dataset: run.dataset, weights: run.settings.weights, pairs: run.settings.pairCount,
      samples: run.samples, fingerprint: text.replacing(#/seed=\d+/#, with: "seed"))
  }
}

extension StoredRun {
  /// As the command line spells it.
  fileprivate var dataset: String {
    if case .table(let recipe)? = settings.recipe { return recipe.dataset }
    return settings.dataset
  }

  /// How many images a condition had, where the run did not take the protocol's number.
  fileprivate var samples: Int? {
    guard case .table(let recipe)? = settings.recipe,
      let choices = try? PaperTable.switches(recipe.switches)
    else { return nil }
    return choices.last { $0.name == "samples" }.flatMap { Int($0.value) }
  }
}
