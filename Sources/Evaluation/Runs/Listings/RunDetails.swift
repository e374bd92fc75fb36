import Foundation
import Measurement
import Metrics
import Provenance
import Reports
import Store
import Terms

/// Everything that is stored of one run but its table: how it was made, how its images ended, which failed and why.
package struct RunDetails: Encodable {
  private struct Method: Encodable {
    let name, specification: String
    let isAnchor: Bool
    let scored, failed: Int
  }

  private struct Failure: Encodable {
    let method, id, state, reason: String
  }

  private let id, table, created, status, commandLine, tool, fingerprint, pairsHash: String
  private let machine: String
  private let dataset, weights: String
  private let pairs: Int
  private let seed: UInt64
  /// Nil for runs that say none, as merged ones.
  private let seconds: Double?
  private let methods: [Method]
  private let failures: [Failure]

  /// How many failed images are listed for people.
  private static let listedFailures = 40

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - prefix: of its id; nil for the latest.
  ///   - results: folder of the database.
  /// - Throws: ``HarnessError`` where there is no database or no run; errors of the store.
  package init(_ prefix: String?, results: String) throws {
    let store = try ResultsDatabase.open(results)
    let run = try StoredRun.find(prefix, in: store)
    let record = run.record
    seconds = try store.seconds(ofRun: record.id)
    (id, table, status) = (record.id, record.protocolID, record.status.rawValue)
    created = record.created.formatted(.iso8601)
    (commandLine, tool) = (record.commandLine, "evalkit \(record.toolVersion)")
    (fingerprint, pairsHash) = (record.fingerprint, record.pairsHash)
    machine = Self.machine(record.machine)
    (dataset, weights) = (run.settings.dataset, run.settings.weights)
    (pairs, seed) = (run.settings.pairCount, run.settings.seed)
    methods = run.methods.map { method in
      let counts = run.counts[method.name]
      return Method(
        name: method.name, specification: method.specification, isAnchor: run.isAnchor(method),
        scored: counts?.scored ?? 0, failed: counts?.failed ?? 0)
    }
    failures = run.failures.map { failure in
      Failure(
        method: failure.method, id: failure.imageID, state: failure.failure.state.rawValue,
        reason: failure.failure.reason)
    }
  }

  /// The machine in a few words; what another version wrote stays as it is.
  private static func machine(_ json: String) -> String {
    guard let machine = try? JSONDecoder().decode(Machine.self, from: Data(json.utf8)) else {
      return json
    }
    return "\(machine.processor), \(machine.cores) cores at level \(machine.level), "
      + "\(Int(clamping: machine.memory).inBytes), \(machine.system)"
  }

  /// For people: facts, methods, failed images.
  package var text: String {
    var facts = TextTable([("run", .left), (id, .left)])
    for (name, value) in [
      ("table", table), ("date", created), ("status", status),
      ("duration", seconds.map(JobProgress.duration) ?? "not known"), ("command", commandLine),
      ("tool", tool), ("machine", machine), ("dataset", "\(dataset), \(pairs.grouped) pairs"),
      ("weights", weights), ("seed", "\(seed)"), ("pairs", pairsHash),
      ("fingerprint", fingerprint),
    ] { facts.add([name, value.harmless]) }
    var rows = TextTable([
      ("method", .left), ("scored", .right), ("failed", .right), ("made by", .left),
    ])
    for method in methods {
      rows.add([
        method.name.harmless, method.scored.grouped, method.failed.grouped,
        method.specification.harmless,
      ])
    }
    return [facts.text, rows.text, failureText].compactMap(\.self).joined(separator: "\n\n")
  }

  private var failureText: String? {
    guard !failures.isEmpty else { return nil }
    var table = TextTable([
      ("failed image", .left), ("method", .left), ("state", .left), ("reason", .left),
    ])
    for failure in failures.prefix(Self.listedFailures) {
      table.add([failure.id, failure.method, failure.state, failure.reason].map(\.harmless))
    }
    let rest = failures.count - Self.listedFailures
    return table.text + (rest > 0 ? "\nand \(rest.grouped) more; --json lists all" : "")
  }

  /// The same as a JSON object.
  package var json: String { JSONText.encode(self, pretty: true) }
}

/// What is stored of one pair: how each method's image ended, and its scores.
package struct ImageDetails: Encodable {
  private struct Image: Encodable {
    let method, state: String
    let reason: String?
    let contentHash: String?
    let scores: [Score]
  }

  private struct Score: Encodable {
    let metric: String
    /// In the metric's own unit.
    let value: Double?
    /// Why there is no value.
    let reason: String?
  }

  private let run, id: String
  private let caption: String?
  private let images: [Image]

  /// Reads a pair.
  ///
  /// - Parameters:
  ///   - id: of the pair.
  ///   - prefix: of the run's id; nil for the latest.
  ///   - results: folder of the database.
  /// - Throws: ``HarnessError`` of kind `usage` for an id that the run does not have; errors of the store.
  package init(_ id: String, run prefix: String?, results: String) throws {
    let store = try ResultsDatabase.open(results)
    let run = try StoredRun.find(prefix, in: store)
    let scores = Dictionary(
      grouping: try store.scores(ofRun: run.record.id, image: id), by: \.method)
    let names = run.methods.map(\.name)
    self.run = run.record.id
    self.id = id
    let pairs = try store.pairs(ofRun: run.record.id)
    caption = pairs.first { $0.imageID == id }?.caption
    images = try names.compactMap { method in
      let found = try store.images(ofRun: run.record.id, method: method)
        .first { $0.imageID == id }
      return found.map { image in
        Self.image(image, scores[method] ?? [])
      }
    }
    guard !images.isEmpty else {
      try NamedChoice.check(
        id, as: "image of run \(run.record.id)", from: pairs.map(\.imageID))
      throw HarnessError(.usage, "run \(run.record.id) has no image \(id)")
    }
  }

  private static func image(_ image: ImageRecord, _ scores: [ImageScore]) -> Image {
    var (state, reason) = ("scored", String?.none)
    if case .failed(let failure) = image.outcome {
      (state, reason) = (failure.state.rawValue, failure.reason)
    }
    return Image(
      method: image.method, state: state, reason: reason, contentHash: image.contentHash,
      scores: scores.map { score in
        Score(
          metric: score.score.metric, value: score.score.value.number,
          reason: score.score.value.reason)
      })
  }

  /// For people: one method a line, in the scale that tables print.
  package var text: String {
    let metrics = Set(images.flatMap { $0.scores.map(\.metric) }).sorted()
    var table = TextTable(
      [("method", .left), ("state", .left)] + metrics.map { (Self.heading(of: $0), .right) })
    for image in images {
      let values = metrics.map { metric in
        image.scores.first { $0.metric == metric }.map(Self.text) ?? "–"
      }
      table.add(
        [
          image.method.harmless,
          [image.state, image.reason].compactMap(\.self).joined(separator: ": ")
            .harmless,
        ] + values)
    }
    return ["\(id.harmless) of run \(run)", caption?.harmless, table.text]
      .compactMap(\.self).joined(separator: "\n")
  }

  private static func heading(of metric: String) -> String {
    Metric(named: metric)?.unit == .percent ? "\(metric) (%)" : metric
  }

  private static func text(_ score: Score) -> String {
    guard let value = score.value else { return score.reason?.harmless ?? "–" }
    let metric = Metric(named: score.metric)
    return FixedDecimals.text(
      value * (metric?.unit.printedScale ?? 1), digits: metric?.digits ?? 4) ?? "–"
  }

  /// The same as a JSON object.
  package var json: String { JSONText.encode(self, pretty: true) }
}
