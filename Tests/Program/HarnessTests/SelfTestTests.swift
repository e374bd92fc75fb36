import Foundation
import Gate
import Harness
import Images
import Measurement
import Metrics
import Provenance
import Scores
import Tensors
import Terms
import TestSupport
import Testing
import Verdicts

/// Known answers, and regressions that somebody plants: what is wrong must be found, and nothing else.
@Suite struct SelfTestTests {
  @Test func everythingPlantedIsCaught() throws {
    let report = try SelfTestJob().run()
    #expect(report.isPassed, "\(report.text)")
    #expect(report.code == 0 && report.planted.count == 11)
    #expect(Set(report.planted.map(\.code)) == [0, 2, 3, 5, 6, 64])
  }

  private func wrong(_ canary: Canary, weights: String = "compact") throws -> [String] {
    try canary.findings(weights: weights, workers: Workers()).filter { !$0.isRight }.map(\.name)
  }

  /// The answers belong to the faces, whoever measures them.
  @Test(arguments: [1, 3])
  func answersDependOnNoWorkers(count: Int) throws {
    let findings = try Canary.embedded().findings(workers: Workers(count: count))
    #expect(findings.allSatisfy { $0.isRight }, "\(findings)")
  }

  /// Label maps in the order of another parser, or a parser that is read in it.
  @Test func theClassOrdersAreToldApart() throws {
    var faces = try CanaryFaces(.embedded)
    faces.labels = faces.labels.map { $0.relabeled(from: .celebAMaskHQ, to: .biSeNet) }
    let moved = try wrong(Canary(faces: faces, known: .embedded()))
    #expect(moved == ["decoded pixels", "accuracy", "miou"])

    let folder = try TemporaryFolder()
    let manifest = #"""
      {"roles": {
        "fid": {"network": "compact-inception", "file": "compact:compact-inception.safetensors",
                "tap": "output", "preprocessing": "compact-128"},
        "lpips-alex": {"network": "compact-alexnet", "file": "compact:compact-alexnet.safetensors",
                       "heads": "compact:compact-alexnet-heads.safetensors"},
        "id": {"network": "compact-iresnet", "file": "compact:compact-iresnet.safetensors",
               "preprocessing": "compact-face-96"},
        "clip": {"network": "compact-clip", "file": "compact:compact-clip.safetensors",
                 "preprocessing": "compact-96"},
        "parser": {"network": "compact-bisenet", "file": "compact:compact-bisenet.safetensors",
                   "preprocessing": "compact-128", "classes": "bisenet"}}}
      """#
    try folder.write(Array(manifest.utf8), to: "weights.yaml")
    #expect(
      try wrong(.embedded(), weights: folder.path("weights.yaml")) == ["accuracy", "miou"])
  }

  /// A gate whose instrument moved says so, and judges nothing.
  @Test func aMovedInstrumentMakesTheRunInvalid() throws {
    let folder = try TemporaryFolder()
    let faces = try CanaryFaces(.embedded)
    for (id, picture) in zip(CanaryFaces.ids, faces.pictures.prefix(3)) {
      try folder.write(ImageEncoder.png(picture), to: "real/\(id).png")
      try folder.write(ImageEncoder.jpeg(picture, quality: 50), to: "made/\(id).jpg")
    }
    var options = ScoreOptions()
    options.reference = folder.path("real")
    options.generated = folder.path("made")
    options.results = folder.path("results")
    options.configuration = MetricConfiguration(metrics: [.mae])
    var request = GateRequest()
    request.results = folder.path("results")
    // Broken by the copies, so a gate that judged would end with 2.
    request.requirements = ["mae<=0"]
    request.junit = folder.path("gate.xml")
    var moved = try (mae: Canary.embedded(), fid: Canary.embedded())
    moved.mae.known.scores[.mae, default: 0] += 0.01
    moved.fid.known.scores[.fid, default: 0] += 0.01
    func expect(_ metric: Metric, movedIn canary: Canary) throws {
      let judgment = try GateRun(request, canary: canary)
      #expect(judgment.code == 6)
      #expect(judgment.verdict.lines.map(\.check) == ["canary: \(metric.name)"])
      #expect(judgment.sentence.contains("invalid: canary: \(metric.name)"))
    }

    _ = try ScoreJob(options).run()
    #expect(try GateRun(request).code == 2)
    try expect(.mae, movedIn: moved.mae)
    // No network had a part in this run.
    #expect(try GateRun(request, canary: moved.fid).code == 2)

    options.configuration = MetricConfiguration(metrics: [.mae, .lpipsAlex])
    options.weights = "compact"
    _ = try ScoreJob(options).run()
    #expect(try GateRun(request).code == 2)
    try expect(.mae, movedIn: moved.mae)
    try expect(.fid, movedIn: moved.fid)
    let junit = try String(contentsOfFile: folder.path("gate.xml"), encoding: .utf8)
    #expect(junit.contains("<error") && !junit.contains("<failure"))
  }
}
