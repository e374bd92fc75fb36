import Provenance
import Runs
import Store
import Tables
import Verdicts

extension BaselineGate {
  /// A row beside the baseline's.
  struct Row {
    let method: BaselineDocument.Method
    let comparison: MethodComparison
    var candidate: StoredMethod { comparison.candidate }
  }

  enum FoundRow {
    case found(Row)
    case missing(Verdict.Line)
  }

  /// All judged rows that both sides have.
  func rows() throws -> [Row] {
    try judgedNames().compactMap { name in
      if case .found(let row) = try row(name) { row } else { nil }
    }
  }

  func row(_ name: String) throws -> FoundRow {
    guard let method = document.methods.first(where: { $0.name == name }) else {
      return .missing(
        Verdict.Line(
          check: "\(name): baseline", outcome: .notComparable,
          finding: "Baseline \(document.name) has no row \(name); set it anew, or name the "
            + "methods to judge in the gate's file."))
    }
    guard run.methods.contains(where: { $0.name == name }) else {
      return .missing(
        Verdict.Line(
          check: "\(name): images", outcome: .invalid,
          finding: "Run \(run.record.id) did not measure \(name), which the baseline has."))
    }
    let source = try (try? store.run(idPrefix: document.run.id)).flatMap {
      record -> StoredMethod? in
      try StoredMethod(
        StoredRun(record, in: store), method: name, in: store, clustering: clustering,
        workers: workers)
    }
    let side = try StoredMethod(
      run, method: name, in: store, clustering: clustering, workers: workers)
    return .found(
      Row(
        method: method,
        comparison: MethodComparison(
          candidate: side, baseline: BaselineMethod(baseline, method: method, source: source),
          mismatch: mismatch(side))))
  }

  /// The rows that are judged: those that the gate names, or all of either side.
  func judgedNames() throws -> [String] {
    let known = Set(document.methods.map(\.name)).union(run.methods.map(\.name))
    guard let named = gate?.methods, !named.isEmpty else {
      let own = run.judgedMethods.map(\.name)
      return document.methods.map(\.name)
        + own.filter { name in !document.methods.contains { $0.name == name } }
    }
    for name in named { try NamedChoice.check(name, as: "method", from: known.sorted()) }
    return named
  }

  private var clustering: Clustering {
    gate.flatMap { Clustering(rawValue: $0.clusters.rawValue) } ?? .automatic
  }

  private func mismatch(_ side: StoredMethod) -> String? {
    if run.record.pairsHash != document.run.pairsHash {
      return "The run measured other pairs than baseline \(document.name); set it anew."
    }
    if side.referencesHash != document.run.referencesHash {
      return "Real images or label maps are not those of baseline \(document.name); set it anew."
    }
    return nil
  }

  // MARK: Images

  /// Lines only where a row's images spoil the verdict.
  func imageLines(_ row: Row) -> [Verdict.Line] {
    let (side, method) = (row.candidate, row.method)
    // Other pairs have other images; that they are others is said by every metric.
    let isSamePairs = run.record.pairsHash == document.run.pairsHash
    let images = Evidence.Method(
      name: side.method, isAnchor: false, scored: run.counts[side.method]?.scored ?? 0,
      failed: run.counts[side.method]?.failed ?? 0,
      missing: isSamePairs ? row.comparison.baseline.scoredImages.subtracting(side.images).count : 0
    )
    let further = gate?.failures.aboveBaseline.map { method.failed + $0 }
    let coverage = Verdict.coverage(
      of: images, allowedFailures: min(allowedFailures, further ?? .max))
    return (coverage.map { [$0] } ?? []) + doubleLines(side, method)
  }

  /// Lines where more images than in the baseline are, or nearly are, another image.
  private func doubleLines(
    _ side: StoredMethod, _ method: BaselineDocument.Method
  ) -> [Verdict.Line] {
    let doubles = DuplicateImages(side)
    return DuplicateImages.Kind.allCases.compactMap { kind in
      let before = method[kind]
      let check = "\(side.method): \(kind.rawValue)"
      guard let found = doubles[kind] else { return nil }
      guard found.count > before ?? 0 else {
        return checks?.contains(check) != true
          ? nil
          : Verdict.Line(
            check: check, outcome: .pass, finding: kind.words(found.count) + ".")
      }
      var line = Verdict.Line(
        check: check, outcome: .regression,
        finding: doubles.finding(kind)
          + (before.map { ", \($0) in the baseline." }
            ?? "; the baseline does not tell how many did, so set it anew."))
      line.isBlocking = before != nil
      return line
    }
  }
}
