import Foundation
import Measurement
import Metrics
import Terms
import Testing

/// The text of reductions in users' databases, which no version may change.
struct StoredReductionTests {
  /// Every form of every kind, by the text that runs hold.
  private static let texts: [(reduction: any SetReduction, json: String)] =
    [
      (Reductions.mean, #"{"mean":{}}"#), (Reductions.frechet(.fid), #"{"frechet":{}}"#),
      (Reductions.frechet(.fidInfinity, seed: 7), #"{"extrapolation":{"seed":7}}"#),
      (
        Reductions.frechet(.kid, .torchFidelity, subsets: 12, of: 50, seed: 3),
        #"{"kernel":{"_0":"torch-fidelity","_1":{"count":12,"seed":3,"size":50}}}"#
      ),
      (
        Reductions.frechet(.kid),
        #"{"kernel":{"_0":"clean-fid","_1":{"count":100,"seed":0,"size":1000}}}"#
      ),
      (
        Reductions.frechet(.kid, .fullSet, seed: .max),
        #"{"kernel":{"_0":"full-set","_1":{"count":100,"seed":18446744073709551615,"size":1000}}}"#
      ), (Reductions.discrepancy(.biased), #"{"discrepancy":{"_0":"google-research"}}"#),
      (Reductions.discrepancy(.unbiased), #"{"discrepancy":{"_0":"unbiased"}}"#),
      (Reductions.manifold(.precision), #"{"manifold":{"boundary":"inside","neighbors":3}}"#),
      (
        Reductions.manifold(.recall, neighbors: 9),
        #"{"manifold":{"boundary":"inside","neighbors":9}}"#
      ),
      (Reductions.manifold(.density), #"{"manifold":{"boundary":"outside","neighbors":5}}"#),
      (Reductions.labels(.accuracy), #"{"accuracy":{}}"#),
      (
        Reductions.labels(.segmentationConsistency, .agg18, .miou),
        #"{"consistency":{"_0":"miou","averaging":"agg18"}}"#
      ),
      (
        Reductions.labels(.segmentationConsistency),
        #"{"consistency":{"_0":"pixel_acc","averaging":"agg19"}}"#
      ), (Reductions.captions(.cosine), #"{"captions":{"_0":"cosine"}}"#),
      (Reductions.captions(.torchmetrics), #"{"captions":{"_0":"torchmetrics"}}"#),
      (Reductions.captions(.hessel), #"{"captions":{"_0":"hessel"}}"#),
      (
        Reductions.retrieval(negatives: 99),
        #"{"retrieval":{"_0":{"negatives":99,"seed":0,"ties":"against-generated"},"_1":"text"}}"#
      ),
      (
        Reductions.retrieval(negatives: 5, .inFavor, .image, seed: 2),
        #"{"retrieval":{"_0":{"negatives":5,"seed":2,"ties":"for-generated"},"_1":"image"}}"#
      ),
      (Reductions.diversity(.allPairs, .pairs), #"{"diversity":{"_0":"all_pairs","_1":"pairs"}}"#),
      (
        Reductions.diversity(.consecutive, .groups),
        #"{"diversity":{"_0":"consecutive","_1":"groups"}}"#
      ),
      (
        Reductions.diversity(.firstTwo, .pairs), #"{"diversity":{"_0":"two_samples","_1":"pairs"}}"#
      ),
      (Reductions.time, #"{"time":{}}"#),
    ]
    + averagings.map {
      (Reductions.labels(.miou, $0.0), #"{"meanIntersection":{"_0":"\#($0.1)"}}"#)
    }

  private static let averagings: [(MeanIntersectionOverUnion, String)] = [
    (.agg19, "agg19"), (.agg18, "agg18"), (.imgNaN, "img_nan"), (.imgGroundTruth, "img_gt"),
    (.img19Zero, "img19_zero"), (.img19One, "img19_one"), (.csail, "csail"),
  ]

  private func text(_ reduction: any SetReduction) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(StoredReduction(reduction)), as: UTF8.self)
  }

  private func read(_ json: String) throws -> any SetReduction {
    try JSONDecoder().decode(StoredReduction.self, from: Data(json.utf8)).value
  }

  @Test(arguments: texts.indices)
  func everyFormIsStoredAsItWasAndReadAsItIs(index: Int) throws {
    let (reduction, json) = Self.texts[index]
    #expect(try text(reduction) == json)
    #expect(try read(json).isEqual(to: reduction), "\(json)")
    for (other, text) in Self.texts where text != json {
      #expect(!other.isEqual(to: reduction), "\(json) equals \(text)")
    }
  }

  /// A kind that is added is listed here with its text.
  @Test func everyKindIsListed() {
    let listed = Set(Self.texts.map { type(of: $0.reduction).identifier })
    let kinds = MetricRegistry.reductions.map { $0.identifier }
    #expect(listed == Set(kinds))
    #expect(Set(kinds).count == kinds.count, "two kinds have one name: \(kinds)")
  }

  @Test func everyMetricHasAKindThatIsRead() throws {
    for metric in MetricRegistry.metrics {
      let usual = try #require(MetricRegistry.usualReduction(of: metric))
      #expect(try read(try text(usual)).isEqual(to: usual), "\(metric.name)")
    }
  }

  @Test(arguments: [
    "{}", #"{"median":{}}"#, #"{"mean":{},"time":{}}"#, #"{"kernel":{"_0":"clean-fid"}}"#,
    #"{"meanIntersection":{"_0":"agg20"}}"#, "[]", #""mean""#,
  ])
  func whatIsNoReductionIsRefused(json: String) {
    #expect(throws: DecodingError.self) { try read(json) }
  }
}
