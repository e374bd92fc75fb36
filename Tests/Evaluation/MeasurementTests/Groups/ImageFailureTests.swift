import Datasets
import Essentials
import Images
import Measurement
import Store
import Tensors
import Terms
import TestSupport
import Testing

/// Every image ends in one state, and what fails one metric fails no other image.
struct ImageFailureTests {
  /// An error that the ledger has no word for.
  private struct Strange: Error, CustomStringConvertible {
    let description = "something strange"
  }

  @Test func everyStateHasItsRowInTheLedger() throws {
    let states = [
      "ours/101": "truncated", "ours/103": "bad-reference", "ours/104": "not-finite",
    ]
    let bench = try JobBench([Brightness(states: states), Contrast()])
    let job = bench.job([
      JobBench.method { pair in
        if pair.id == "106" { throw Strange() }
        return pair.id == "107" ? JobBench.picture(7, width: 5) : nil
      }
    ])
    let results = try job.measure()
    #expect(
      try bench.ledger() == [
        "ours 101": "truncated", "ours 103": "bad-reference", "ours 104": "not-finite",
        "ours 106": "not-measurable", "ours 107": "wrong-size",
      ])
    let reasons = try bench.store.failures(ofRun: JobBench.run).map(\.failure.reason)
    #expect(reasons.contains("ours/101 is truncated") && reasons.contains("something strange"))
    #expect(
      results.map { $0.images[0]?.value != nil } == [1, 0, 1, 0, 0, 1, 0, 0, 1].map { $0 == 1 })
    let counts = try #require(try bench.store.imageCounts(ofRun: JobBench.run)["ours"])
    #expect(counts.scored == 4 && counts.failed == 5)
    let scores = try job.scores(of: results, row: 0, times: { [:] })
    #expect(scores.allSatisfy { $0.count == 4 && $0.value != nil })
  }

  /// An image that failed once is no business of the evaluators behind.
  @Test func aFailedImageIsNotMeasuredAnyFurther() throws {
    let (first, second) = (Brightness(states: ["ours/102": "truncated"]), Contrast())
    let bench = try JobBench([first, second], count: 4)
    _ = try bench.job().measure()
    #expect(first.tally["ours/102"] == 1 && first.tally["ours/103"] == 1)
    #expect(second.tally["compared"] == 3)
  }

  /// An image of another size than its real one lacks what the others of its row have, and takes no part.
  @Test func anImageCountsInEveryColumnOrInNone() throws {
    let bench = try JobBench([Brightness(), Contrast()])
    let job = bench.job([
      JobBench.method { $0.id == "104" ? JobBench.picture(1, width: 9) : nil }
    ])
    #expect(try bench.scores(job).map(\.count) == [8, 8])
    #expect(try bench.ledger() == ["ours 104": "wrong-size"])
  }

  /// The same image keeps its brightness where nothing else is needed.
  @Test func aShortfallDoesNotFailOtherMetrics() throws {
    let bench = try JobBench([Brightness(), Contrast()])
    let job = bench.job(
      [JobBench.method { $0.id == "104" ? JobBench.picture(1, width: 9) : nil }],
      needed: [[Brightness.metric]])
    let results = try job.measure()
    #expect(try bench.ledger() == [:])
    let image = try #require(results[4].images[0]?.value)
    #expect(image.scores[Brightness.metric] == Brightness.mean(JobBench.picture(1, width: 9)))
    #expect(image.scores[Contrast.metric] == nil && image.measured == [Brightness.metric])
    #expect(image.shortfalls.map(\.failure.state.rawValue) == ["wrong-size"])
    #expect(try job.scores(of: results, row: 0, times: { [:] }).map(\.count) == [9, 8])
  }

  /// What no image of a row can have is the row's to miss: they were failures until that was known.
  @Test func whatNoneOfARowHasFailsNobody() throws {
    let bench = try JobBench([Brightness(), Contrast()], count: 11, rows: ["ours", "theirs"])
    let job = bench.job([
      JobBench.method { JobBench.picture(UInt64($0.id) ?? 0, width: 9) },
      JobBench.method("theirs"),
    ])
    let results = try job.measure()
    #expect(try bench.ledger() == [:])
    #expect(try bench.store.imageCounts(ofRun: JobBench.run)["ours"]?.scored == 11)
    let ours = try job.scores(of: results, row: 0, times: { [:] })
    #expect(ours.map(\.count) == [11, 0] && ours[1].value == nil)
    #expect(
      ours[1].reason?.hasPrefix("none of 11 images can be measured: the first image is 8×6")
        == true,
      "\(ours[1].reason ?? "")")
    #expect(try job.scores(of: results, row: 1, times: { [:] }).map(\.count) == [11, 11])
  }

  @Test func aBrokenRealImageFailsWhatIsComparedWithIt() throws {
    let bench = try JobBench([Brightness(), Contrast()], count: 4)
    try bench.folder.write("no picture".utf8, to: "real/102.png")
    let results = try bench.job().measure()
    let state = try #require(results[2].reference?.failure?.state.rawValue)
    #expect(try bench.ledger() == ["ours 102": "bad-reference", "reference 102": state])
    let alone = try JobBench([Brightness()], count: 4)
    try alone.folder.write("no picture".utf8, to: "real/102.png")
    _ = try alone.job().measure()
    #expect(try alone.ledger() == ["reference 102": state])
  }

  /// Without a real image of its own an image takes part in sets alone, unless every image must have one.
  @Test func anImageWithoutARealOneTakesPartInSetsOnly() throws {
    let bench = try JobBench([Brightness(), Contrast(), ChannelMeans()], count: 6)
    var pairs = bench.pairs
    pairs[3].imagePath = nil
    let job = bench.job(pairs: pairs, requiresCounterpart: false)
    let results = try job.measure()
    #expect(try bench.ledger() == [:])
    #expect(
      results[3].reference == nil && results[3].images[0]?.value?.shortfalls.isEmpty == true)
    let scores = try job.scores(of: results, row: 0, times: { [:] })
    #expect(scores.map(\.count) == [6, 5, 6, 6])
    #expect(scores.map(\.referenceCount) == [6, 5, 5, 5])
    let strict = bench.job(pairs: pairs)
    #expect(
      try strict.scores(of: strict.measure(), row: 0, times: { [:] }).map(\.count) == [5, 5, 5, 5])
    #expect(try bench.ledger() == ["ours 103": "no-reference"])
  }

  /// A row that need not have an image of a pair has no failure there.
  @Test func anAbsentImageIsNoFailure() throws {
    let bench = try JobBench([Brightness()], count: 5)
    _ = try bench.job().measure()
    #expect(try bench.store.images(ofRun: JobBench.run, method: "ours").count == 5)
    let method = EvaluatedMethod(name: "ours") { pair in
      pair.id == "101" ? nil : try JobBench.method().image(pair)
    }
    let results = try bench.job([method]).measure()
    #expect(results[1].images.count == 1 && results[1].images[0] == nil)
    #expect(
      try bench.store.images(ofRun: JobBench.run, method: "ours").map(\.imageID) == [
        "100", "102", "103", "104",
      ])
    #expect(try bench.ledger() == [:])
  }
}
