import Provenance
import Runs
import Store

/// What a shard has measured, printed instead of the table that it holds only a part of.
struct ShardSummary: Encodable {
  private let schema = 1
  private let run: String
  private let shard: String
  private let table: String
  /// Pairs of this shard, and of all.
  private let pairs, total: Int
  private let failed: Int
  private let database: String

  /// Counts what is stored.
  ///
  /// - Throws: errors of the store.
  init(_ session: RunSession) throws {
    let stored = try StoredRun.find(session.id, in: session.store)
    run = session.id
    shard = stored.settings.shard?.description ?? ""
    table = stored.record.protocolID
    pairs = try session.store.pairs(ofRun: session.id).count
    total = try session.store.shards(ofRun: session.id).count
    failed = stored.failures.count { $0.method != MethodRecord.reference.name }
    database = session.store.path
  }

  var output: ReportOutput {
    ReportOutput(
      text:
        "shard \(shard) of \(table): \(pairs) of \(total) pairs measured, \(failed) images failed",
      json: JSONText.encode(self, pretty: true),
      note: "stored in \(database); 'evalkit merge' joins it with the other shards")
  }
}
