import Foundation
import Generators
import Measurement
import Metrics
import Provenance
import Store
import Terms

/// A run as the database holds it, gathered for reports and gates.
package struct StoredRun: Sendable {
  /// The run itself.
  package let record: RunRecord
  /// What it measured with.
  package let settings: RunSettings
  /// Its rows, without the real images.
  package let methods: [MethodRecord]
  /// Scores of whole sets by method and metric.
  package let scores: [String: [String: SetScoreRecord]]
  /// How each row's images ended.
  package let counts: [String: ImageCounts]
  /// The failure ledger.
  package let failures: [FailureRecord]
  /// Texts of the fingerprints that the scores refer to.
  package let fingerprints: [String: String]
  /// Whether its values of single images were deleted.
  package let isPruned: Bool

  /// Reads a run.
  ///
  /// - Throws: errors of the store, and ``HarnessError`` for settings of another version.
  package init(_ record: RunRecord, in store: Store) throws {
    self.record = record
    settings = try RunSettings(json: record.settings, run: record.id)
    methods = try store.methods(ofRun: record.id)
      .filter { $0.kind != .reference }
    isPruned = try store.pruned(record.id) != nil
    let scores = try store.setScores(ofRun: record.id)
    self.scores = Dictionary(grouping: scores, by: \.method).mapValues { list in
      Dictionary(list.map { ($0.metric, $0) }, uniquingKeysWith: { $1 })
    }
    counts = try store.imageCounts(ofRun: record.id)
    failures = try store.failures(ofRun: record.id)
    fingerprints = try store.texts(ofFingerprints: Set(scores.map(\.fingerprint)))
  }

  /// The run meant by a prefix of its id, or else the latest, of a protocol if one is named.
  ///
  /// - Throws: ``HarnessError`` if there is none.
  package static func find(_ prefix: String?, protocolID: String? = nil, in store: Store) throws
    -> StoredRun
  {
    if let prefix { return try StoredRun(store.run(idPrefix: prefix), in: store) }
    guard let latest = try store.latestRun(RunFilter(protocolID: protocolID)) else {
      let what = protocolID.map { "run of \($0)" } ?? "run"
      throw HarnessError(.notComparable, "\(store.path) holds no \(what) yet")
    }
    return try StoredRun(latest, in: store)
  }

  /// Stands in for a protocol's id where a folder was scored without a paper.
  package static let scoreProtocolID = "score"

  /// Whether a folder was scored without a paper.
  package var isScore: Bool { record.protocolID == Self.scoreProtocolID }

  /// Whether a row is a floor or ceiling.
  package func isAnchor(_ method: MethodRecord) -> Bool {
    BuiltinMethod.allCases.contains { $0.isAnchor && $0.specification == method.specification }
  }

  /// Names of stored metrics that this version does not know, sorted.
  package var unknownMetrics: [String] {
    Set(scores.values.flatMap(\.keys)).filter { Metric(named: $0) == nil }.sorted()
  }

  /// The scores of a row's images by id, finite ones.
  ///
  /// - Throws: errors of the store.
  package func finiteScores(
    of method: String, _ metric: Metric, in store: Store
  ) throws -> [String: Double] {
    let scores = try store.scores(ofRun: record.id, method: method, metric: metric.name)
    return Dictionary(
      scores.compactMap { image in image.score.value.number.map { (image.imageID, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// A row's failed images by state.
  func failureStates(of method: String) -> [String: Int] {
    Dictionary(
      failures.filter { $0.method == method }.map { ($0.failure.state.rawValue, 1) },
      uniquingKeysWith: +)
  }
}
