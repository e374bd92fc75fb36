import Harness
import Images
import Measurement
import Metrics
import ModelTestSupport
import Provenance
import Runs
import Scores
import Store
import TestSupport
import Testing

/// What `evalkit verify` says of scores that it cannot compare.
struct VerifyJobTests {
  private let folder: TemporaryFolder

  /// A run of two faces.
  init() throws {
    folder = try TemporaryFolder()
    for (side, seed) in [("real", 0), ("made", 10)] {
      for index in 0..<2 {
        let image = SeededCheckpoint.picture(UInt64(seed + index))
        try folder.write(ImageEncoder.png(image), to: "\(side)/\(index).png")
      }
    }
    try folder.write("roles: {}\n".utf8, to: "weights.yaml")
    var options = ScoreOptions()
    options.reference = folder.path("real")
    options.generated = folder.path("made")
    var choices = MetricOptionValues()
    choices.metrics = "mae"
    try options.choose(choices)
    options.weights = folder.path("weights.yaml")
    options.results = folder.path("Results")
    _ = try ScoreJob(options).run()
  }

  private func verified() throws -> VerifyReport {
    var options = VerifyOptions()
    options.results = folder.path("Results")
    options.jobs = 1
    return try VerifyJob(options).run()
  }

  /// Metrics are stored by name, so a run of another version may have some that this one does not know.
  @Test func metricsOfOtherVersionsAreTold() throws {
    let before = try verified()
    #expect(before.unchecked.isEmpty && before.problem == nil, "\(before.text)")
    let store = try ResultsDatabase.open(folder.path("Results"), access: .readWrite)
    let run = try StoredRun.find(nil, in: store)
    let known = try store.setScores(ofRun: run.record.id)
    let score = try #require(known.first)
    try store.replace(
      ["charm", "beauty"].map {
        SetScoreRecord(
          method: score.method, metric: $0, value: .number(7), generatedCount: 2,
          fingerprint: score.fingerprint)
      }, inRun: run.record.id)
    let report = try verified()
    #expect(report.unchecked == ["beauty, charm: this version does not know the metric"])
    #expect(
      report.text.hasSuffix("not compared: beauty, charm: this version does not know the metric"))
    #expect(report.sets.agreeing == before.sets.agreeing && report.problem == nil)
  }
}
