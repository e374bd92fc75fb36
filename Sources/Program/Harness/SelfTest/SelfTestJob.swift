import Checkpoints
import Gate
import Graphs
import Measurement
import Metrics
import Models
import Networks
import Provenance
import Scores
import Tensors
import Terms
import Verdicts

/// Proves that the program measures what it did, and that its gate catches what it must.
///
/// Everything runs in a temporary folder, which is removed afterwards, through the same jobs that the command
/// line starts.
package struct SelfTestJob {
  private let runOptions: RunOptions

  /// Prepares the test.
  package init(_ runOptions: RunOptions = RunOptions()) { self.runOptions = runOptions }

  /// Asks for all known answers and plants everything.
  ///
  /// - Throws: errors of files.
  package func run() throws -> SelfTestReport {
    runOptions.notice("known answers")
    let answers = try Canary.ownFindings(about: .everything)
    let bench = try FaultScenario(workers: runOptions.workers)
    return SelfTestReport(
      answers: answers,
      planted: try InjectedFault.all.map { planted in
        runOptions.notice("planting \(planted.name)")
        return try bench.outcome(of: planted)
      })
  }

  /// Writes the canary's faces and answers for the next build of the program.
  ///
  /// - Throws: errors of files.
  package func record(to folder: String) throws {
    try CanaryAnswers.record(to: folder, workers: runOptions.workers)
  }
}

/// The nights of the planted cases.
private struct FaultScenario {
  let faces: CanaryFaces
  let folder: ScratchFolder
  let workers: Workers

  private static let metrics: [Metric] = [
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
  func outcome(of planted: InjectedFault) throws -> SelfTestReport.Planted {
    let before = try night(planted, planted.before, isChanged: false)
    let name = "\(planted.before.rawValue)-\(planted.count)"
    _ = try BaselineLibrary(results: folder.results).set(name, run: before, jobs: workers.count)
    let end: (code: Int32, failing: [Verdict.Line])
    do {
      var request = GateRequest()
      request.run = try night(planted, planted.now, isChanged: true)
      request.baseline = name
      request.requirements = planted.requirements
      request.isStrict = planted.isStrict
      request.results = folder.results
      request.jobs = workers.count
      let verdict = try GateRun(request).verdict
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

  /// Makes images and measures them.
  ///
  /// - Returns: the run's id.
  private func night(
    _ planted: InjectedFault, _ images: InjectedFault.Images, isChanged: Bool
  ) throws -> String {
    let (real, made) = ("real-\(planted.count)", "\(images.rawValue)-\(planted.count)")
    try folder.write(Array(faces.pictures.prefix(planted.count)), as: .png, to: real)
    try folder.makeFolder(made)
    try folder.write(
      Array(images.made(of: faces, in: folder).prefix(planted.count)), as: images.form, to: made)
    let isOther = isChanged && planted.hasOtherWeights
    return try folder.score(
      made, against: real, by: Self.metrics,
      weights: isOther ? folder.path("other.yaml") : WeightSuite.compact.name, workers: workers
    ).run
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
