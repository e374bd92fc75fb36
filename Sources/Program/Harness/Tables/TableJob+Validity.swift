import Datasets
import Essentials
import Generators
import Measurement
import Metrics
import Provenance
import Runs
import Terms

/// What was asked of a table and is not there.
extension TableJob {
  /// - Throws: ``HarnessError`` if no metric is left.
  func possiblePlan(_ plan: MetricPlan) throws -> MetricPlan {
    guard plan.measured.isEmpty else { return plan }
    throw HarnessError(
      .invalid,
      "no column can be measured: " + plan.unmeasured.byReason.joined(separator: "; "))
  }

  /// What keeps the run from counting.
  ///
  /// - Throws: ``HarnessError`` if nothing was measured.
  func objection(
    _ methods: [OpenMethod], _ results: [PairResult], _ scores: [[SetScore]], _ plan: MetricPlan
  ) throws -> HarnessError? {
    let demanded = methods.indices.filter { options.demands(methods[$0].specification) }
    let rows = demanded.map { RowImages(of: methods[$0].method, in: results, row: $0) }
    var validity = RunValidity(
      isMeasured: results.contains { $0.images.contains { $0?.value != nil } },
      failures: results.flatMap { $0.images.compactMap { $0?.failure } })
    validity.missing = rows.compactMap(\.emptiness)
    if validity.isMeasured, options.metrics != nil {
      let judged = demanded.isEmpty ? Array(methods.indices) : demanded
      validity.missing += absent(in: judged.map { scores[$0] }, plan).byReason.map {
        "no value of \($0)"
      }
    }
    let objection = validity.objection(
      allowing: options.maximumFailures, ledger: options.databasePath)
    if let objection, !validity.isMeasured { throw objection }
    return objection
  }

  /// Metrics that no row has a value of.
  private func absent(in rows: [[SetScore]], _ plan: MetricPlan) -> [UnmeasuredMetric] {
    plan.unmeasured
      + plan.measured.compactMap { metric in
        let scores = rows.compactMap { $0.first { $0.metric == metric } }
        return scores.contains { $0.value != nil } ? nil : scores.first?.unmeasured
      }
  }
}

extension TableOptions {
  /// Whether a row must have images: one that somebody named, or that is no anchor.
  func demands(_ row: MethodSpecification) -> Bool {
    if methods.contains(where: { $0.name == row.name }) { return true }
    if case .builtin(let method) = row.source { return !method.isAnchor }
    return true
  }

  /// Whether a row that the user did not name may be left out: an anchor without enough real images, a system without weights.
  func canDoWithout(_ row: MethodSpecification, for error: any Error) -> Bool {
    switch error as? MethodError {
    case .tooFewReferences: !demands(row)
    case .unusableSystem: !methods.contains { $0.name == row.name }
    default: false
    }
  }
}

/// How the images of a row ended.
private struct RowImages {
  let method: any Method
  let images: [Result<ImageResult, ImageFailure>]

  init(of method: any Method, in results: [PairResult], row: Int) {
    self.method = method
    images = results.compactMap { $0.images[row] }
  }

  /// Why none of them was scored, a clause; nil where one was.
  var emptiness: String? {
    if images.contains(where: { $0.value != nil }) { return nil }
    return "no image of '\(method.name)' was scored: \(cause)"
  }

  private var cause: String {
    if let folder = method as? FolderMethod, folder.missing.count == images.count {
      return folder.emptiness
    }
    let reason = images.lazy.compactMap(\.failure).first?.reason ?? "there are no images"
    let log = (method as? CommandMethod)?.logPath.map { "; \(CommandLog(path: $0))" } ?? ""
    return "the first reason is: \(reason)\(log)"
  }
}

extension FolderMethod {
  /// Why a folder has none of the wanted images.
  fileprivate var emptiness: String {
    if folder.paths.isEmpty {
      return "\(folder.directory) holds no images"
        + (folder.unread.isEmpty ? "" : "; \(folder.unread)")
    }
    let hints = findings.map { "; \($0)" }.joined()
    return "\(folder.directory) holds no image that is named like a pair: it has "
      + "'\(surplus.first ?? "")', the pairs have '\(missing.first ?? "")'\(hints)"
  }
}
