import Foundation
import Gate
import Harness
import Images
import Measurement
import Metrics
import ModelTestSupport
import Provenance
import Reports
import Runs
import Scores
import Tensors
import TestSupport
import Testing

/// A database whose bits flipped: every command that reads it answers, or refuses in a sentence.
@Suite struct DamagedDatabaseTests {
  private let folder: TemporaryFolder

  /// Two runs of eight faces, a baseline and a verdict.
  init() throws {
    folder = try TemporaryFolder()
    for side in ["real", "made"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(side), withIntermediateDirectories: false)
    }
    try Data("roles: {}\n".utf8).write(to: URL(fileURLWithPath: folder.path("weights.yaml")))
    for round in 0..<2 {
      for index in 0..<8 {
        try put(SeededCheckpoint.picture(UInt64(index)), "real/\(index).png")
        try put(SeededCheckpoint.picture(UInt64(100 * (round + 1) + index)), "made/\(index).png")
      }
      var options = ScoreOptions()
      options.reference = folder.path("real")
      options.generated = folder.path("made")
      var choices = MetricOptionValues()
      choices.metrics = "mae,psnr,ssim"
      try options.choose(choices)
      options.weights = folder.path("weights.yaml")
      options.results = folder.path("Results")
      _ = try ScoreJob(options).run()
      if round == 0 { _ = try baselines("Results").set("main", run: nil, jobs: 1) }
    }
    _ = try GateRun(request("Results"))
  }

  private func put(_ image: Raster, _ name: String) throws {
    try Data(ImageEncoder.png(image)).write(to: URL(fileURLWithPath: folder.path(name)))
  }

  private func baselines(_ results: String) -> BaselineLibrary {
    BaselineLibrary(results: folder.path(results))
  }

  private func request(_ results: String) -> GateRequest {
    var request = GateRequest()
    request.baseline = "main"
    request.requirements = ["mae<=1", "psnr>=0"]
    request.results = folder.path(results)
    request.jobs = 1
    return request
  }

  /// Everything that reads a results folder; the first refusal.
  private func read(_ results: String) -> FuzzOutcome {
    let place = folder.path(results)
    var history = HistoryJob()
    history.results = place
    var verification = VerifyOptions()
    verification.results = place
    verification.sample = 2
    verification.jobs = 1
    let paths: [() throws -> Void] =
      ReportFormat.allCases.map { format in
        { _ = try StoredReports.report(nil, as: format, results: place) }
      } + [
        { _ = try history.text(json: true) }, { _ = try history.text(json: false) },
        { _ = try GateRun(request(results)) },
        { _ = try VerifyJob(verification).run() },
        { _ = try baselines(results).list(json: true) },
        { _ = try CacheReport.of(results: place, limit: nil, notice: { _ in }) },
        { _ = try CacheReport.of(results: place, limit: "1B", notice: { _ in }) },
      ]
    var refusal: String?
    for path in paths {
      do { try path() } catch {
        if "\(error)".contains("Error(") { return .wrong("\(error)") }
        refusal = refusal ?? "\(error)"
      }
    }
    return refusal.map(FuzzOutcome.refused) ?? .read
  }

  /// Parts of rows by which evalkit finds its way.
  private static let words = [
    "complete", "scored", "\"pairCount\"", "metric.mae", "psnr", "regression", "mae",
  ]

  private static func places(of word: [UInt8], in file: [UInt8]) -> [Range<Int>] {
    guard file.count >= word.count else { return [] }
    return (0...file.count - word.count).filter { start in
      word.indices.allSatisfy { file[start + $0] == word[$0] }
    }.map { $0..<$0 + word.count }
  }

  @Test func flippedBitsEndInSentences() throws {
    let place = URL(fileURLWithPath: folder.path("Results/evalkit.sqlite"))
    let sound = [UInt8](try Data(contentsOf: place))
    let copy = folder.path("Damaged")
    let words = Self.words.flatMap { Self.places(of: Array($0.utf8), in: sound) }
    try #require(words.count >= Self.words.count)
    let target = FuzzTarget(
      "database", corpus: [sound],
      damage: { mutator, file, _ in
        var file = file
        // In the most of a file SQLite itself finds the damage; in words that a row consists of nobody but evalkit does.
        if mutator.random.nextIndex(below: 2) == 0 {
          let word = words[mutator.random.nextIndex(below: words.count)]
          let place = word.lowerBound + mutator.random.nextIndex(below: word.count)
          file[place] ^= 1 << UInt8(mutator.random.nextIndex(below: 7))
          return file
        }
        // What stands before is SQLite's own header.
        for _ in 0..<[1, 4, 20, 200][mutator.random.nextIndex(below: 4)] {
          let place = 100 + mutator.random.nextIndex(below: max(1, file.count - 100))
          if place < file.count { file[place] ^= 1 << UInt8(mutator.random.nextIndex(below: 8)) }
        }
        return file
      }, permitted: { _ in 1 << 30 }
    ) { bytes in
      do {
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.createDirectory(
          atPath: copy, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: folder.path("Results/baselines"), toPath: copy + "/baselines")
        try Data(bytes).write(to: URL(fileURLWithPath: copy + "/evalkit.sqlite"))
      } catch { return .wrong("\(error)") }
      return read("Damaged")
    }
    let report = target.run(cases: 60)
    #expect(report.failure == nil, "\(report)")
    // SQLite's sentence, and one at least of evalkit's own; how many more there are is chance.
    #expect(report.refused > 10 && report.sentences > 1, "\(report)")
  }
}
