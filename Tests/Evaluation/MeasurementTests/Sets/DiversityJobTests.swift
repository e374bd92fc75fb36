import Datasets
import Essentials
import Graphs
import Kernels
import Measurement
import Models
import Provenance
import Store
import Tensors
import Terms
import TestSupport
import Testing

/// The distances between one method's own images, on a network that leaves pixels as they are.
@Suite struct DiversityJobTests {
  /// Three channels in −1…1, as they are.
  private struct Unchanged: SingleInputNetwork {
    let name = "unchanged"
    let inputShape = [3, 6, 8]

    func describe(_ scope: Scope, _ input: Value) -> Value {
      scope["layer"].convolution(input, to: 3, kernel: 1, bias: false).tapped("colors")
    }
  }

  /// Measures the distance of unit colors, whose channels weigh a quarter, a half and one.
  private static func evaluator() -> DiversityEvaluator {
    let identity = (0..<9).map { Float($0 % 4 == 0 ? 1 : 0) }
    let network = LoadedNetwork(
      network: Unchanged(), weights: WeightFile(path: "unchanged", sha256: "1"),
      parameters: ["layer.weight": Tensor(shape: [3, 3, 1, 1], values: identity)])
    return DiversityEvaluator(
      distance: .lpips(
        network: network, taps: ["colors"], heads: [[0.25, 0.5, 1]],
        headWeights: WeightFile(path: "heads", sha256: "2")))
  }

  private static let black = color(0, 0, 0)
  private static let red = color(255, 0, 0)
  private static let white = color(255, 255, 255)

  private static func color(_ samples: Int..., width: Int = 8) -> Raster {
    .computed(width, 6) { _, _, channel in samples[channel] }
  }

  /// Channels in which two of these colors differ are 2/√3 apart, so each adds 4/3 of its weight.
  private let blackToRed = 4.0 / 3 * 0.25
  private let redToWhite = 4.0 / 3 * (0.5 + 1)
  private let blackToWhite = 4.0 / 3 * (0.25 + 0.5 + 1)

  /// What float32 leaves of a distance of that size.
  private let tolerance = 1e-6

  private func expect(
    _ found: GroupDistances?, _ groups: [[Double]], images: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found?.images == images, sourceLocation: sourceLocation)
    let distances = found?.groups ?? []
    #expect(distances.map(\.count) == groups.map(\.count), sourceLocation: sourceLocation)
    for (found, expected) in zip(distances.joined(), groups.joined()) {
      #expect(abs(found - expected) <= tolerance, sourceLocation: sourceLocation)
    }
  }

  /// The distances of images in the order of their ids, and the score of their set.
  private func measure(
    _ images: [Raster], groups: [String]? = nil, workers: Int = 1
  ) throws -> (distances: GroupDistances?, score: SetScore) {
    let bench = try JobBench([Self.evaluator()], count: images.count)
    var pairs = bench.pairs
    for (place, group) in (groups ?? []).enumerated() { pairs[place].group = group }
    let job = bench.job(
      [JobBench.method { images[(Int($0.id) ?? 0) - 100] }], pairs: pairs, workers: workers)
    let results = try job.measure()
    return (
      try? job.setMeasurements(of: results, row: 0, times: { [:] }).distances.get(),
      try job.scores(of: results, row: 0, times: { [:] })[0]
    )
  }

  @Test func threeColorsLieAsFarApartAsTheFormulaSays() throws {
    let found = try measure([Self.black, Self.red, Self.white])
    expect(found.distances, [[blackToRed, blackToWhite, redToWhite]], images: 3)
    let value = try #require(found.score.value)
    #expect(abs(value - (blackToRed + blackToWhite + redToWhite) / 3) <= tolerance)
    #expect(found.score.count == 3 && found.score.details["pairs"] == "3")
  }

  /// Two images apart are as far apart whichever comes first.
  @Test func theOrderOfImagesDoesNotMatter() throws {
    let colors = [Self.black, Self.red, Self.white, Self.color(3, 200, 90)]
    func sorted(_ images: [Raster]) throws -> [Double] {
      let found = try #require(try measure(images).distances)
      #expect(found.groups.count == 1 && found.images == 4)
      return found.groups[0].sorted()
    }
    let expected = try sorted(colors)
    #expect(Set(expected).count == 6)
    for order in [[3, 2, 1, 0], [1, 3, 0, 2]] {
      #expect(try sorted(order.map { colors[$0] }) == expected)
    }
  }

  /// More comparisons than are measured at once.
  @Test func threadsDoNotMatter() throws {
    let images = (0..<13).map { JobBench.picture(UInt64($0)) }
    let found = try #require(try measure(images).distances).groups
    #expect(found.map(\.count) == [78] && Set(found.joined()).count == 78)
    #expect(try measure(images, workers: 3).distances?.groups == found)
  }

  @Test func onlyImagesOfOneGroupAreCompared() throws {
    let found = try measure(
      [Self.red, Self.black, Self.white, Self.red, Self.white], groups: ["b", "a", "b", "a", "c"])
    expect(found.distances, [[blackToRed], [redToWhite]], images: 4)
    #expect(found.score.details["groups"] == "2")
  }

  /// It takes part in three comparisons, and in none of the scores.
  @Test func anImageThatFailsIsReportedOnce() throws {
    let colors = [Self.black, Self.red, Self.black, Self.white]
    let bench = try JobBench([Self.evaluator()], count: 4)
    let job = bench.job([
      JobBench.method { pair in
        if pair.id == "102" { throw ImageFailure(state: .unreadable, reason: "it ends early") }
        return colors[(Int(pair.id) ?? 0) - 100]
      }
    ])
    let results = try job.measure()
    let measured = try job.setMeasurements(of: results, row: 0, times: { [:] })
    expect(try measured.distances.get(), [[blackToRed, blackToWhite, redToWhite]], images: 3)
    let failures = try bench.store.failures(ofRun: JobBench.run)
    #expect(failures.map(\.imageID) == ["102"])
    #expect(failures.first?.failure.reason == "it ends early")
    #expect(try job.scores(of: results, row: 0, times: { [:] }).map(\.count) == [3])
  }

  /// What goes wrong only now, or with no image alone, is why the set has no score.
  @Test func whatCannotBeComparedIsTheReason() throws {
    let decoded = Tally()
    let bench = try JobBench([Self.evaluator()], count: 4)
    let job = bench.job([
      JobBench.method { pair in
        decoded.note(pair.id)
        guard pair.id == "102", decoded[pair.id] > 1 else { return Self.red }
        throw ImageFailure(state: .missing, reason: "it is gone")
      }
    ])
    let gone = try job.scores(of: job.measure(), row: 0, times: { [:] })[0]
    #expect(gone.value == nil && gone.reason == "it is gone")

    let wider = try measure([Self.red, Self.red, Self.color(255, 0, 0, width: 9)])
    #expect(wider.distances == nil && wider.score.value == nil)
    for size in ["8×6", "9×6"] {
      #expect(wider.score.reason?.contains(size) == true, "\(wider.score)")
    }
  }

  @Test func aStopIsHeeded() throws {
    let bench = try JobBench([Self.evaluator()], count: 3)
    let results = try bench.job().measure()
    let stopped = bench.job(shouldStop: { true })
    let error = #expect(throws: HarnessError.self) {
      try stopped.setMeasurements(of: results, row: 0, times: { [:] })
    }
    #expect(error?.kind == .cancelled)
  }
}
