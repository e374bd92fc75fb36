import TestSupport
import Testing
import Verdicts

/// Paired tests against SciPy and what must hold of them.
struct PairedDifferencesTests {
  private struct Goldens: Decodable {
    struct Paired: Decodable {
      let candidate, baseline: [Double]
      let p, low, high: Double
      let flip: Double?
    }
    struct Clustered: Decodable {
      let clusters: [[Double]]
      let mean, error: Double
    }
    struct Holm: Decodable { let p, adjusted: [Double] }
    let paired: [Paired]
    let clustered: Clustered
    let holm: [Holm]
  }

  private let goldens: Goldens

  init() throws { goldens = try GoldenFolder().decoded("pairs.json") }

  private func byID(_ values: [Double]) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: values.enumerated().map { ("\($0.offset)", $0.element) })
  }

  @Test func agreesWithSciPy() throws {
    for golden in goldens.paired {
      let estimate = PairedDifferences(
        candidate: byID(golden.candidate), baseline: byID(golden.baseline), cluster: { _ in nil }
      ).estimate()
      let error = try #require(estimate.standardError)
      let student = Estimate(
        method: .pairedImages, difference: estimate.difference, standardError: error,
        degreesOfFreedom: estimate.degreesOfFreedom, pairs: 0, clusters: 0)
      let p = try #require(student.pValue)
      #expect(abs(p - golden.p) <= 1e-12, "\(p)")
      let interval = try #require(estimate.interval(confidence: 0.95))
      #expect(abs(interval.lowerBound - golden.low) <= 1e-12 * abs(golden.low))
      #expect(abs(interval.upperBound - golden.high) <= 1e-12 * abs(golden.high))
      if let flip = golden.flip {
        let differences = zip(golden.candidate, golden.baseline).map { $0 - $1 }
        #expect(abs(SignFlipTest.pValue(of: differences, seed: 0) - flip) <= 1e-12)
        #expect(estimate.pValue == max(p, flip))
      }
    }
  }

  @Test func allowsForClusters() throws {
    let differences = PairedDifferences(clusters: goldens.clustered.clusters)
    #expect(abs(differences.mean - goldens.clustered.mean) <= 1e-12)
    let error = try #require(differences.standardError)
    #expect(abs(error - goldens.clustered.error) <= 1e-12)
    #expect(differences.estimate().degreesOfFreedom == 6)
  }

  @Test func repeatedImagesProveNothing() throws {
    var noise = Noise(seed: 3)
    let values = noise.normals(20)
    let single = try #require(PairedDifferences(clusters: values.map { [$0] }).standardError)
    let repeated = PairedDifferences(clusters: values.map { [$0, $0, $0] })
    #expect(abs(try #require(repeated.standardError) - single) <= 1e-12)
    let naive = PairedDifferences(clusters: values.flatMap { [[$0], [$0], [$0]] })
    #expect(try #require(naive.standardError) < 0.6 * single)
  }

  @Test func pairsByIDWhateverTheOrder() {
    let candidate = ["b": 2.0, "a": 1, "c": 9]
    let baseline = ["c": 4.0, "a": 5, "z": 1]
    let differences = PairedDifferences(
      candidate: candidate, baseline: baseline, cluster: { $0 == "a" ? "one" : nil })
    #expect(differences.clusters == [[-4], [5]])
    let together = PairedDifferences(
      candidate: candidate, baseline: baseline, cluster: { _ in "same" })
    #expect(together.clusters == [[-4, 5]])
    #expect(together.estimate().pValue == nil)
  }

  @Test func noChangeIsCertain() {
    let estimate = PairedDifferences(clusters: [[0], [0, 0], [0]]).estimate()
    #expect(estimate.pValue == 1 && estimate.standardError == 0)
    #expect(estimate.interval(confidence: 0.95) == 0...0)
    #expect(PairedDifferences(clusters: []).estimate().pValue == nil)
  }

  @Test func flipsAreSeededAndAgreeWithTrying() {
    var noise = Noise(seed: 11)
    let sums = noise.normals(13).map { $0 + 0.35 }
    let exact = SignFlipTest.pValue(of: sums, seed: 1)
    // A 14th sum that hardly counts makes it draw.
    let drawn = SignFlipTest.pValue(of: sums + [1e-9], seed: 1)
    // Four standard errors of a share drawn 9999 times.
    #expect(abs(drawn - exact) <= 4 * (exact * (1 - exact) / 9999).squareRoot() + 1e-4)
    #expect(drawn == SignFlipTest.pValue(of: sums + [1e-9], seed: 1))
    #expect(SignFlipTest.pValue(of: [3, 4, 5, 6], seed: 0) == 0.125)
    #expect(SignFlipTest.pValue(of: [], seed: 0) == 1)
  }

  @Test func holmIsClosedTesting() {
    for golden in goldens.holm {
      for (found, expected) in zip(HolmCorrection.adjusted(golden.p), golden.adjusted) {
        #expect(abs(found - expected) <= 1e-15)
      }
    }
    #expect(HolmCorrection.adjusted([]) == [])
  }
}
