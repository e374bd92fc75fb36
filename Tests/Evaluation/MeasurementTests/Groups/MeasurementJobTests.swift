import Datasets
import Essentials
import Images
import Measurement
import Provenance
import Store
import Synchronization
import Tensors
import Terms
import Testing

/// What is measured depends on the images alone: not on workers, groups, rows or what is remembered.
struct MeasurementJobTests {
  private static let count = 23

  private func bench(rows: [String] = ["ours"]) throws -> JobBench {
    try JobBench([Brightness(), Contrast(), ChannelMeans()], count: Self.count, rows: rows)
  }

  private func bits(_ bench: JobBench, _ job: MeasurementJob, row: Int = 0) throws -> [ScoreBits] {
    try bench.scores(job, row: row).map(ScoreBits.init)
  }

  @Test(arguments: [2, 3, 7])
  func workersDoNotShow(count: Int) throws {
    let bench = try bench()
    let expected = try bits(bench, bench.job(usesCache: false))
    #expect(expected.map(\.count) == [Int](repeating: Self.count, count: 4))
    #expect(expected.allSatisfy { $0.value != nil })
    #expect(try bits(bench, bench.job(workers: count, usesCache: false)) == expected)
    let stored = try bench.store.scores(ofRun: JobBench.run, method: "ours")
    #expect(stored.count == 2 * Self.count)
  }

  /// Pair by pair, in threes and all together: the results of each pair are the same.
  @Test func groupsDoNotShow() throws {
    let bench = try bench()
    let job = bench.job(usesCache: false)
    let expected = try job.scores(of: job.measure(), row: 0, times: { [:] }).map(ScoreBits.init)
    for size in [1, 3] {
      let results = try stride(from: 0, to: Self.count, by: size).flatMap { start in
        try bench.job(
          pairs: Array(bench.pairs[start..<min(start + size, Self.count)]), usesCache: false
        ).measure()
      }
      #expect(try job.scores(of: results, row: 0, times: { [:] }).map(ScoreBits.init) == expected)
    }
  }

  /// More rows make smaller groups.
  @Test func otherRowsDoNotShow() throws {
    let rows = ["ours", "a", "b", "c"]
    let bench = try bench(rows: rows)
    let alone = try bits(bench, bench.job(usesCache: false))
    let methods = rows.enumerated().map { JobBench.method($1, seed: UInt64(1000 * (1 + $0))) }
    let together = bench.job(methods, usesCache: false)
    #expect(try bits(bench, together) == alone)
    #expect(try bits(bench, together, row: 2) != alone)
  }

  @Test func scoresAreThoseOfTheImages() throws {
    let bench = try bench()
    _ = try bench.job().measure()
    let scores = try bench.store.scores(ofRun: JobBench.run, method: "ours")
    for (place, pair) in bench.pairs.enumerated() {
      let own = scores.filter { $0.imageID == pair.id }
      let made = Brightness.mean(JobBench.picture(1100 + UInt64(place)))
      let real = Brightness.mean(JobBench.picture(UInt64(place)))
      let values = Dictionary(uniqueKeysWithValues: own.map { ($0.score.metric, $0.score.value) })
      #expect(values == ["brightness": .number(made), "contrast": .number(made - real)])
    }
  }

  @Test func whatIsRememberedIsNotMeasuredAgain() throws {
    let contrast = Contrast()
    let bench = try JobBench([contrast], count: 5)
    let first = try bits(bench, bench.job())
    #expect(contrast.tally["compared"] == 5)
    #expect(try bits(bench, bench.job(workers: 2)) == first)
    #expect(contrast.tally["compared"] == 5)
    #expect(try bits(bench, bench.job(usesCache: false)) == first)
    #expect(contrast.tally["compared"] == 10)
    let artifacts = try bench.store.artifactKeys()
    #expect(!artifacts.isEmpty)
  }

  /// Equal images are compared once, whichever rows and pairs they belong to.
  @Test func equalImagesAreComparedOnce() throws {
    let contrast = Contrast()
    let bench = try JobBench([contrast], count: 2, rows: ["ours", "same"])
    let rows = ["ours", "same"].map { name in
      JobBench.method(name) { _ in JobBench.picture(5) }
    }
    let results = try bench.job(rows).measure()
    #expect(contrast.tally["compared"] == 2)
    let scores = results.map { result in
      result.images.map { $0?.value?.scores[Contrast.metric] }
    }
    #expect(scores[0][0] == scores[0][1] && scores[1][0] == scores[1][1])
    #expect(scores[0][0] != scores[1][0])
  }

  /// A sized plan brings every image to one size before anything is measured.
  @Test func imagesAreMeasuredAtThePlansSize() throws {
    let bench = try JobBench([Brightness(), Contrast()], count: 2)
    let plan = MetricPlan(
      evaluators: bench.evaluators, resolution: EvaluationResolution(side: 4, filter: .bicubic))
    let results = try MeasurementJob(
      pairs: bench.pairs, methods: [JobBench.method { _ in JobBench.picture(5, width: 9) }],
      plan: plan, requiresCounterpart: true, store: sizedStore(bench, plan), run: JobBench.run,
      workers: .init(count: 1), usesCache: false, shouldStop: { false }, progress: { _ in }
    ).measure()
    let expected = JobBench.picture(5, width: 9).resized(width: 4, height: 4, filter: .bicubic)
    #expect(results[0].images[0]?.value?.content == ContentHash(expected))
    #expect(results[0].images[0]?.value?.scores[Brightness.metric] == Brightness.mean(expected))
  }

  private func sizedStore(_ bench: JobBench, _ plan: MetricPlan) throws -> Store {
    try bench.store.register(
      plan.measured.compactMap { plan.fingerprint(of: $0) }.map {
        FingerprintRecord(hash: $0.hash, text: $0.text)
      })
    return bench.store
  }

  @Test func aStoppedJobKeepsWhatIsFinished() throws {
    let bench = try bench()
    let asked = Mutex(0)
    let error = #expect(throws: HarnessError.self) {
      try bench.job(shouldStop: {
        asked.withLock { asked in
          asked += 1
          return asked > 2
        }
      }).measure()
    }
    #expect(error?.kind == .cancelled)
    let finished = try bench.store.images(ofRun: JobBench.run, method: "ours").count
    #expect(finished > 0 && finished < Self.count)
    let fresh = try self.bench()
    #expect(try bits(bench, bench.job()) == bits(fresh, fresh.job()))
  }

  @Test func progressCountsPairsAndFailures() throws {
    let bench = try JobBench([Brightness(states: ["ours/101": "truncated"])], count: 5)
    let told = Mutex<[JobProgress]>([])
    _ = try bench.job(progress: { step in told.withLock { $0.append(step) } }).measure()
    let steps = told.withLock { $0 }
    #expect(steps.first == JobProgress(finished: 0, total: 5))
    #expect(steps.last?.finished == 5 && steps.last?.failures == 1 && steps.last?.total == 5)
    #expect(steps.map(\.finished) == steps.map(\.finished).sorted())
  }

  /// What later comparisons read of a pair.
  @Test func pairsAreStoredWithTheirRealImages() throws {
    let bench = try JobBench([Brightness()], count: 2)
    var pairs = bench.pairs
    pairs[0].text = "a face"
    pairs[0].group = "g"
    pairs[0].identity = "who"
    pairs[1].imagePath = nil
    _ = try bench.job(pairs: pairs).measure()
    let stored = try bench.store.pairs(ofRun: JobBench.run)
    #expect(stored.map(\.imageID) == ["100", "101"])
    #expect(stored.map(\.referenceHash) == [ContentHash(JobBench.picture(0)).text, nil])
    #expect(stored.map(\.caption) == ["a face", nil] && stored.map(\.group) == ["g", nil])
    #expect(stored.map(\.identity) == ["who", nil] && stored.map(\.owner) == [nil, nil])
  }
}
