import Checkpoints
import Foundation
import Graphs
import Metrics
import Networks
import Tensors
import Verdicts

/// Proves that the program measures what it did, and that its gate catches what it must.
///
/// Everything runs in a folder of its own, which goes away afterwards, through the same jobs that the command
/// line starts.
package struct SelfTestJob {
  private let workers: Workers
  private let notice: @Sendable (String) -> Void

  /// Prepares the test.
  ///
  /// - Parameters:
  ///   - jobs: threads; nil takes all cores.
  ///   - notice: told which part begins.
  package init(jobs: Int? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }) {
    workers = Workers(count: jobs)
    self.notice = notice
  }

  /// Asks for all known answers and plants everything.
  ///
  /// - Throws: errors of files.
  package func run() throws -> SelfTestReport {
    notice("known answers")
    let answers = try Canary.ownFindings.get()
    let bench = try PlantedBench(workers: workers)
    return SelfTestReport(
      answers: answers,
      planted: try PlantedCase.all.map { planted in
        notice("planting \(planted.name)")
        return try bench.outcome(of: planted)
      })
  }

  /// Writes the canary's faces and answers for the next build of the program.
  ///
  /// - Throws: errors of files.
  package func record(to folder: String) throws {
    try CanaryAnswers.record(to: folder, workers: workers)
  }
}

/// What a self-test found.
package struct SelfTestReport: Encodable, Sendable {
  /// A planted case and how the gate ended.
  package struct Planted: Encodable, Sendable {
    let name: String
    let expectedCode: Int32
    /// What the gate ended with.
    package let code: Int32
    /// What must be named among the failing checks; nil where nothing fails.
    let expectedCheck: String?
    /// What was named.
    let checks: [String]
    let isCaught: Bool
  }

  /// One for each known answer.
  package let answers: [Canary.Finding]
  /// One for each planted case.
  package let planted: [Planted]

  /// Whether everything is as it must be.
  package var isPassed: Bool { answers.allSatisfy(\.isRight) && planted.allSatisfy(\.isCaught) }

  /// What the process ends with: an instrument that fails is as useless as a run that does.
  package var code: Int32 { (isPassed ? ExitStatus.done : .invalidRun).code }

  /// One line for each answer and plant.
  package var text: String {
    let known = answers.map { "\($0.isRight ? "✓" : "✗") \($0.name): \($0.text)" }
    let gates = planted.map { planted in
      let named = planted.checks.isEmpty ? "" : ", named: \(planted.checks.joined(separator: ", "))"
      let expected =
        planted.isCaught
        ? "" : "; code \(planted.expectedCode) and '\(planted.expectedCheck ?? "nothing")' are due"
      let mark = planted.isCaught ? "✓" : "✗"
      return "\(mark) \(planted.name): code \(planted.code)\(named)\(expected)"
    }
    return (["Known answers"] + known + ["", "Planted between two nights"] + gates)
      .joined(separator: "\n")
  }

  /// The last line to print.
  package var sentence: String {
    let right = answers.count(where: \.isRight)
    let caught = planted.count(where: \.isCaught)
    return
      "Self-test \(isPassed ? "passed" : "failed"): \(right) of \(answers.count) known answers, "
      + "\(caught) of \(planted.count) planted cases decided as they must be (exit code \(code))."
  }

  /// Everything as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}

/// The nights of the planted cases.
private struct PlantedBench {
  let faces: CanaryFaces
  let folder: ScratchFolder
  let workers: Workers

  private static let metrics: [MetricIdentifier] = [
    .fid, .lpipsAlex, .ssim, .id, .accuracy, .miou, .clip,
  ]

  /// Writes what all nights share.
  init(workers: Workers) throws {
    self.workers = workers
    faces = try CanaryFaces(.embedded)
    folder = try ScratchFolder("selftest")
    try folder.write(faces.labels, as: .labelMap, to: "masks")
    try folder.writeCaptions(faces.captions, to: "captions.jsonl")
    try folder.write(otherIdentityWeights(), to: "other.safetensors")
    try folder.write(Array(otherManifest.utf8), to: "other.yaml")
  }

  /// Freezes the night before, makes this one, and asks the gate.
  func outcome(of planted: PlantedCase) throws -> SelfTestReport.Planted {
    let before = try night(planted, planted.before, isChanged: false)
    let name = "\(planted.before.rawValue)-\(planted.count)"
    _ = try BaselineLibrary(results: results).set(name, run: before, jobs: workers.count)
    let end: (code: Int32, failing: [Verdict.Line])
    do {
      var request = GateRequest()
      request.run = try night(planted, planted.now, isChanged: true)
      request.baseline = name
      request.requirements = planted.requirements
      request.isStrict = planted.isStrict
      request.results = results
      request.jobs = workers.count
      let verdict = try Judgement(request).verdict
      end = (verdict.exitStatus.code, verdict.lines.filter { $0.isBlocking && !$0.outcome.holds })
    } catch { end = (ExitStatus(of: error).code, []) }
    let checks = end.failing.map(\.check)
    let isNamed =
      planted.check.map { due in checks.contains { $0.hasSuffix(": \(due)") } } ?? true
    return SelfTestReport.Planted(
      name: planted.name, expectedCode: planted.code, code: end.code,
      expectedCheck: planted.check, checks: checks,
      isCaught: end.code == planted.code && isNamed)
  }

  private var results: String { folder.path("results") }

  /// Makes images and measures them.
  ///
  /// - Returns: the run's id.
  private func night(
    _ planted: PlantedCase, _ images: PlantedCase.Images, isChanged: Bool
  ) throws -> String {
    let (real, made) = ("real-\(planted.count)", "\(images.rawValue)-\(planted.count)")
    try folder.write(Array(faces.pictures.prefix(planted.count)), as: .png, to: real)
    try folder.makeFolder(made)
    try folder.write(
      Array(images.made(of: faces, in: folder).prefix(planted.count)), as: images.form, to: made)
    var options = ScoreOptions()
    options.reference = folder.path(real)
    options.generated = folder.path(made)
    options.masks = folder.path("masks")
    options.captions = folder.path("captions.jsonl")
    options.results = results
    options.request = MeterRequest(metrics: Self.metrics)
    if isChanged, planted.hasOtherWeights { options.weights = folder.path("other.yaml") }
    options.jobs = workers.count
    return try ScoreJob(options).run().run
  }

  /// The identity network's file with one weight changed.
  private func otherIdentityWeights() -> [UInt8] {
    let path = CompactWeights.path(of: CompactNetworks.iResNet.name)
    var bytes = CompactWeights.bytes(of: path) ?? []
    if let last = bytes.indices.last { bytes[last - 1] ^= 1 }
    return bytes
  }

  /// The compact suite with that file; JSON is YAML, too.
  private var otherManifest: String {
    let roles = WeightSuite.compact.roles.map { role, choice in
      let file = role == .id ? folder.path("other.safetensors") : choice.file
      let fields = [
        "network": choice.network, "file": file, "heads": choice.heads, "tap": choice.tap,
        "preprocessing": choice.preprocessing, "classes": choice.classes,
      ]
      return (role.rawValue, fields.compactMapValues(\.self))
    }
    return JSONText.encode(["roles": Dictionary(uniqueKeysWithValues: roles)])
  }
}
