import Essentials
import Foundation
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms
import Verdicts

/// Freezes a stored run into a baseline.
struct BaselineMaker {
  let name: String
  let run: StoredRun
  let store: Store
  let workers: Workers

  /// The baseline's two files.
  ///
  /// - Throws: ``HarnessError`` of kind `invalid` for a run that says nothing; errors of the store.
  func files() throws -> BaselineFiles {
    try check()
    let sides = try run.judgedMethods.map { method in
      try StoredMethod(run, method: method.name, in: store, workers: workers)
    }.sorted { $0.method < $1.method }
    let images = try self.images(of: sides)
    let text = images.text
    let companion = BaselineDocument.Companion(
      file: "\(name).images.tsv", lines: images.lines.count,
      sha256: FileDigest.sha256(of: text.utf8))
    let methods = try sides.map(method)
    let hashes = Set(methods.flatMap { $0.scores.values.map(\.fingerprint) })
    let document = BaselineDocument(
      name: name, run: origin(sides), methods: methods,
      fingerprints: Dictionary(
        uniqueKeysWithValues: hashes.map { hash in
          (hash, (run.fingerprints[hash] ?? "").split(separator: "\n").map(String.init))
        }), images: companion)
    return BaselineFiles(document: document, images: images)
  }

  private func check() throws {
    guard run.record.status == .complete else {
      throw HarnessError(
        .invalid,
        "run \(run.record.id) is \(run.record.status.rawValue), not complete; finish it first")
    }
    if RunAge(of: run.record).isInFuture {
      throw HarnessError(
        .invalid,
        "run \(run.record.id) is dated \(run.record.created.formatted(.iso8601)), in the future, so that "
          + "every later run would count as older; set the clock right and measure again")
    }
    for method in run.judgedMethods where run.counts[method.name]?.scored ?? 0 == 0 {
      throw HarnessError(
        .invalid, "no image of \(method.name) was scored in run \(run.record.id)")
    }
    if run.judgedMethods.isEmpty {
      throw HarnessError(.invalid, "run \(run.record.id) measured no method")
    }
    for method in run.judgedMethods where method.name.contains(where: \.isTabOrNewline) {
      throw HarnessError(.usage, "the method '\(method.name)' has a tab or line break in its name")
    }
  }

  /// What later runs cannot be compared in as usual, one sentence each.
  var notes: [String] {
    run.judgedMethods.flatMap { method in
      (run.scores[method.name] ?? [:]).values.sorted { $0.metric < $1.metric }.compactMap { score in
        let name = "\(score.metric) of \(method.name)"
        guard let value = score.value.double else {
          return "\(name) has no number (\(score.value.reason ?? "")) and will not be compared"
        }
        if value.isFinite { return nil }
        return value.isNaN
          ? "\(name) is not a number, so that no run can be compared with it"
          : "\(name) is infinite; later runs are compared by the images that are finite, and by how many "
            + "are not"
      }
    }
  }

  private func origin(_ sides: [StoredMethod]) -> BaselineDocument.Origin {
    BaselineDocument.Origin(
      id: run.record.id, protocol: run.record.protocolID,
      created: run.record.created.formatted(.iso8601), command: run.record.commandLine,
      tool: run.record.toolVersion, weights: run.settings.weights, dataset: run.settings.dataset,
      pairs: run.settings.pairCount, pairsHash: run.record.pairsHash,
      referencesHash: sides.first.map(\.referencesHash) ?? "")
  }

  private func method(_ side: StoredMethod) throws -> BaselineDocument.Method {
    let counts = run.counts[side.method]
    var scores: [String: BaselineDocument.Score] = [:]
    for (name, stored) in run.scores[side.method] ?? [:] {
      guard let metric = Metric(named: name), let score = side.score(metric) else {
        continue
      }
      var frozen = BaselineDocument.Score(
        value: stored.value.number, reason: stored.value.reason, count: score.count,
        standardError: score.standardError, fingerprint: stored.fingerprint)
      if case .sets = try side.reduction(of: metric).comparison, stored.value.number != nil {
        do { frozen.replicates = try replicates(metric, side) } catch let error
          where error is HarnessError || error.isOfTooSmallASet
        { frozen.unpaired = "\(error)" }
      }
      scores[name] = frozen
    }
    let doubles = DuplicateImages(side)
    return BaselineDocument.Method(
      name: side.method,
      specification: run.methods.first { $0.name == side.method }?.specification ?? "",
      scored: counts?.scored ?? 0, failed: counts?.failed ?? 0,
      repeated: doubles.repeated.count, copied: doubles.copied.count,
      nearlyRepeated: doubles.near?.repeated.count, nearlyCopied: doubles.near?.copied.count,
      scores: scores)
  }

  private func replicates(
    _ metric: Metric, _ side: StoredMethod
  ) throws -> [String: SetReplicates] {
    var found: [String: SetReplicates] = [:]
    for statistic in [metric] + (try side.reduction(of: metric).second.map { [$0.metric] } ?? []) {
      found[statistic.name] = try side.replicates(
        statistic, from: metric, among: side.scoredImages)
    }
    return found
  }

  private func images(of sides: [StoredMethod]) throws -> BaselineImages {
    var lines: [BaselineImages.Line] = []
    var metrics: Set<String> = []
    for side in sides {
      var values: [String: [String: Double]] = [:]
      for name in run.scores[side.method]?.keys.sorted() ?? [] {
        guard let metric = Metric(named: name) else { continue }
        let found = try side.values(metric)
        if !found.isEmpty { metrics.insert(name) }
        for (image, value) in found { values[image, default: [:]][name] = value }
      }
      lines += side.scoredImages.sorted().map { image in
        BaselineImages.Line(method: side.method, image: image, values: values[image] ?? [:])
      }
    }
    return BaselineImages(metrics: metrics.sorted(), lines: lines)
  }
}

/// The two files of a baseline.
struct BaselineFiles {
  let document: BaselineDocument
  let images: BaselineImages
}

extension StoredRun {
  /// The rows that a gate judges: all but floors and ceilings, unless there is nothing else.
  var judgedMethods: [MethodRecord] {
    let own = methods.filter { !isAnchor($0) }
    return own.isEmpty ? methods : own
  }
}

extension StoredMethod {
  /// SHA-256 over the real images and label maps of the pairs; empty where none is known.
  var referencesHash: String {
    if pairs.isEmpty { return "" }
    let lines = pairs.map { "\($0.imageID)\t\($0.referenceHash ?? "")\t\($0.labelsHash ?? "")\n" }
    return FileDigest.sha256(of: lines.joined().utf8)
  }
}

extension Character {
  fileprivate var isTabOrNewline: Bool { self == "\t" || isNewline }
}
