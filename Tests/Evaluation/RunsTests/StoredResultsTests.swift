import Datasets
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms
import TestSupport
import Testing

/// A set scored again from the database has the score that was measured.
struct StoredResultsTests {
  private static let pixels: [any MetricEvaluator] = [
    DifferenceEvaluator(metric: .mae), DifferenceEvaluator(metric: .psnr), TimeEvaluator(),
  ]

  private static func all(_ guidance: CLIPScores.Guidance) -> [any MetricEvaluator] {
    [ColorFeatures(), SampleLabels(), ColorRetrieval(guidance: guidance)] + pixels
  }

  /// Whatever a score says, numbers by their bits, by metric.
  private func texts(_ scores: [SetScore]) -> [String: SetScoreRecord] {
    Dictionary(
      uniqueKeysWithValues: scores.map { ($0.metric.name, $0.record(method: "ours")) })
  }

  private func values(_ scores: [SetScore]) -> [String: UInt64] {
    Dictionary(
      uniqueKeysWithValues: scores.compactMap { score in
        score.value.map { (score.metric.name, $0.bitPattern) }
      })
  }

  @Test(arguments: CLIPScores.Guidance.allCases, [true, false])
  func whatIsReadBackIsWhatWasMeasured(guidance: CLIPScores.Guidance, isScore: Bool) throws {
    let bench = try RunBench(Self.all(guidance))
    let measured = try bench.measure(isScore: isScore, failing: ["103"])
    #expect(measured.count == 8 && measured.allSatisfy { $0.count == 11 && $0.value != nil })
    for workers in [1, 3] {
      let read = try bench.storedScores(workers: workers)
      #expect(values(read) == values(measured))
      #expect(texts(read) == texts(measured))
    }
    #expect(
      try texts(bench.storedScores())
        == Dictionary(
          uniqueKeysWithValues: bench.store.setScores(ofRun: "r1").map { ($0.metric, $0) }))
  }

  /// An image without a real one of its id takes part in sets alone, and in the ranking of texts, which needs
  /// none.
  @Test(arguments: CLIPScores.Guidance.allCases)
  func imagesWithoutRealOnesTakeTheSamePart(guidance: CLIPScores.Guidance) throws {
    var bench = try RunBench(Self.all(guidance))
    for place in [4, 9] { bench.pairs[place].imagePath = nil }
    let measured = try bench.measure(isScore: true)
    let counts = Dictionary(uniqueKeysWithValues: measured.map { ($0.metric.name, $0.count) })
    #expect(
      counts == [
        "fid": 12, "kid": 12, "fid-infinity": 12, "segmentation-consistency": 10,
        "retrieval": guidance == .text ? 12 : 10, "mae": 10, "psnr": 10, "time": 12,
      ])
    #expect(try texts(bench.storedScores()) == texts(measured))
  }

  /// A real image that cannot be read is no missing one: what needs none is measured all the same.
  @Test func imagesOfBrokenRealOnesTakeTheSamePart() throws {
    let bench = try RunBench([ColorFeatures(), ColorRetrieval(guidance: .text)])
    try bench.folder.write("no picture".utf8, to: "real/105.png")
    let measured = try bench.measure(isScore: true)
    #expect(measured.map(\.count) == [12, 12, 12, 12])
    #expect(measured.map(\.referenceCount) == [11, 11, 11, 11])
    #expect(try texts(bench.storedScores()) == texts(measured))
  }

  @Test func sharedRealImagesCountOnce() throws {
    var bench = try RunBench(Self.all(.text))
    bench.pairs[1].imagePath = bench.pairs[0].imagePath
    bench.owners = [bench.pairs[1].id: bench.pairs[0].id]
    let measured = try bench.measure(isScore: false)
    #expect(measured.first { $0.metric == .fid }?.referenceCount == 11)
    #expect(try texts(bench.storedScores()) == texts(measured))
  }

  /// Equal images have an infinite PSNR, which a database keeps as a reason.
  @Test func infinityIsReadBack() throws {
    let bench = try RunBench([DifferenceEvaluator(metric: .psnr)], count: 3)
    let measured = try bench.measure(isScore: true)
    #expect(measured[0].value?.isFinite == true)
    // The made image of pair 101 is noise of seed 1101.
    try bench.store.record(
      ImageRecord(
        run: "r1", method: "ours", imageID: "101",
        contentHash: ContentHash(RunBench.picture(1101)).text, outcome: .scored),
      scores: [
        ScoreRecord(
          metric: "psnr", value: .infinity,
          fingerprint: try #require(bench.plan.fingerprint(of: .psnr)).hash)
      ])
    let read = try bench.storedScores()[0]
    #expect(read.value == .infinity && read.count == 3 && read.details["infinite"] == "1")
  }

  // MARK: What is no longer there

  private func measuredBench() throws -> RunBench {
    let bench = try RunBench([ColorFeatures()])
    _ = try bench.measure(isScore: false)
    return bench
  }

  private func refusal(_ bench: RunBench) -> HarnessError? {
    #expect(throws: HarnessError.self) { try bench.storedScores() }
  }

  @Test func forgottenResultsAreTold() throws {
    let bench = try measuredBench()
    let keys = try bench.store.artifactKeys()
    _ = try bench.store.evictArtifacts(downTo: 0)
    #expect(try bench.store.artifactKeys().count < keys.count)
    let refusal = refusal(bench)
    #expect(refusal?.kind == .notComparable)
    #expect(
      refusal?.description
        == "24 results that the scores of ours of run r1 rest on are no longer in the cache of "
        + "\(bench.store.path); measure it again")
  }

  @Test func runsOfAnOlderVersionAreRefused() throws {
    let bench = try measuredBench()
    let run = try StoredRun.find(nil, in: bench.store)
    var settings = run.settings
    settings.reductions = nil
    try bench.store.begin(
      RunRecord(
        id: "r2", protocolID: "score", created: run.record.created, commandLine: "",
        toolVersion: "1",
        fingerprint: "f0", settings: JSONText.encode(settings), pairsHash: "p0"),
      methods: [], fingerprints: [])
    let error = #expect(throws: HarnessError.self) {
      try StoredResults(StoredRun.find("r2", in: bench.store), in: bench.store)
    }
    #expect(error?.kind == .notComparable)
    #expect(error?.description.hasPrefix("run r2 was stored by an older evalkit") == true)
  }

  @Test func aMethodThatWasNotMeasuredHasNoImages() throws {
    let bench = try measuredBench()
    let scores = try bench.stored().scores(of: "theirs", workers: .init(count: 1))
    #expect(scores.allSatisfy { $0.value == nil && $0.count == 0 && $0.referenceCount == 12 })
  }
}
