import Foundation
import Provenance
import Runs
import Store
import Tables
import Tensors
import Verdicts

/// What a gate's request names, opened.
struct GateMaterials {
  let requirements: [Requirement]
  let store: Store
  let run: StoredRun
  let table: PaperTable?
  let baseline: BaselineFiles?
  let gate: GateFile?

  /// Reads requirements, opens database, baseline, run and rules.
  ///
  /// - Throws: `RequirementError` and ``HarnessError`` for what is not there or not understood; errors of the store.
  init(_ request: GateRequest) throws {
    try RunAge.check(request.freshHours)
    requirements = try GateJob.requirements(request.requirements)
    store = try ResultsDatabase.open(request.results)
    baseline = try request.baseline.map {
      try BaselineLibrary(results: request.results).files($0)
    }
    run = try StoredRun.find(
      request.run, protocolID: baseline?.document.run.protocol, in: store)
    table = try StoredReports.table(of: run)
    gate = try Self.gate(request, baseline)
  }

  /// Images of a row that may fail.
  func allowedFailures(_ request: GateRequest) -> Int {
    request.allowedFailures ?? gate?.failures.maximum ?? 0
  }

  /// The verdict over the run.
  ///
  /// - Parameters:
  ///   - request: what is demanded.
  ///   - checks: the metrics that are compared with the baseline, such as `ours: fid`; nil for all.
  /// - Returns: all checks.
  /// - Throws: `RequirementError` and ``HarnessError`` for what is not understood; errors of the store.
  func verdict(_ request: GateRequest, only checks: Set<String>? = nil) throws -> Verdict {
    let age = RunAge(of: run.record, now: request.now)
    var verdict = Verdict(
      lines: age.lines(limit: request.freshHours ?? gate?.freshHours), isStrict: request.isStrict)
    let sides = try run.judgedMethods.map {
      try StoredMethod(run, method: $0.name, in: store, workers: request.workers)
    }
    if !requirements.isEmpty {
      let missing = Dictionary(
        sides.map { ($0.method, $0.missingImages) }, uniquingKeysWith: { first, _ in first })
      verdict = try verdict.joined(
        with: GateJob(run, table: table, missing: missing).verdict(
          requiring: requirements, allowedFailures: allowedFailures(request)))
    }
    if var comparison = comparison(request) {
      comparison.checks = checks
      return verdict.joined(with: try comparison.verdict())
    }
    return verdict.joined(with: Verdict(lines: sides.flatMap { doubleLines($0) + sizeLines($0) }))
  }

  /// The comparison with the baseline; nil without one.
  func comparison(_ request: GateRequest) -> BaselineGate? {
    baseline.map { baseline in
      var comparison = BaselineGate(
        run: run, table: table, baseline: baseline, gate: gate, store: store)
      comparison.allowedFailures = allowedFailures(request)
      comparison.workers = request.workers
      return comparison
    }
  }

  /// What bounds alone do not see: images that are, or nearly are, another one.
  ///
  /// Without a baseline it is unknown how many are usual, so these lines only report them.
  private func doubleLines(_ side: StoredMethod) -> [Verdict.Line] {
    let doubles = DuplicateImages(side)
    return DuplicateImages.Kind.allCases.filter { doubles[$0]?.isEmpty == false }.map { kind in
      Self.remark("\(side.method): \(kind.rawValue)", doubles.finding(kind) + ".")
    }
  }

  /// Fewer images than real ones, of two folders that share no id; where ids are shared, each real image
  /// without one is missing.
  private func sizeLines(_ side: StoredMethod) -> [Verdict.Line] {
    let (missing, real) = side.unpaired
    guard missing == real, side.images.count < real else { return [] }
    return [
      Self.remark(
        "\(side.method): images",
        "\(side.images.count) images of \(side.method) stand beside \(real) real ones of other names."
      )
    ]
  }

  /// A line that informs and decides nothing.
  private static func remark(_ check: String, _ finding: String) -> Verdict.Line {
    var line = Verdict.Line(check: check, outcome: .inconclusive, finding: finding)
    line.isBlocking = false
    return line
  }

  /// The requested gate file, or the protocol's own.
  private static func gate(
    _ request: GateRequest, _ baseline: BaselineFiles?
  ) throws -> GateFile? {
    guard let baseline else {
      if request.gate == nil { return nil }
      throw HarnessError(.usage, "--gate needs --baseline: its rules are about changes")
    }
    do {
      if let name = request.gate { return try ProtocolLibrary.files().gate(name) }
      let own = baseline.document.run.protocol
      // Scores without a paper have no protocol.
      if own == StoredRun.scoreProtocolID { return nil }
      let files = try ProtocolLibrary.files()
      return try files.hasGate(own) ? files.gate(own) : nil
    } catch let error as TableError {
      // A gate that cannot be read must never look like a run that failed.
      throw HarnessError(.usage, error.description)
    }
  }
}
