import Measurement
import Metrics
import Models
import Provenance
import Store
import Tensors
import Terms
import TestSupport
import Testing

/// Under which keys a set's score finds what it rests on.
struct SetInputTests {
  private let image = ContentHash(Raster.constant(1, 2, 2))
  private let real = ContentHash(Raster.constant(2, 2, 2))
  private let labels = ContentHash(Raster.constant(3, 2, 2))
  private let parts = [
    "extractor": Fingerprint(["network": "a"]), "image": Fingerprint(["network": "b"]),
    "text": Fingerprint(["network": "c"]), "parser": Fingerprint(["network": "d"]),
  ]

  private func pair(isBare: Bool = false) -> PairRecord {
    PairRecord(
      run: "r1", imageID: "1", identity: nil, prompt: nil,
      referenceHash: isBare ? nil : real.text, labelsHash: isBare ? nil : labels.text,
      caption: isBare ? nil : "a face")
  }

  private func inputs(_ metric: ReducedMetric) throws -> [SetInput] {
    try metric.reduction.inputs(of: metric.metric, Fingerprint([:], parts: parts))
  }

  private func inputs(_ metric: Metric) throws -> [SetInput] {
    try inputs(#require(Reductions.all.first { $0.metric == metric }))
  }

  private func part(_ name: String) throws -> Fingerprint { try #require(parts[name]) }

  @Test(arguments: [
    (Metric.fid, Intermediate.features, "extractor"), (.kid, .features, "extractor"),
    (.fidInfinity, .features, "extractor"), (.density, .manifold, "extractor"),
    (.cmmd, .embedding(of: .cmmd), "image"),
  ])
  func vectorsAreThoseOfAnImageAlone(
    metric: Metric, intermediate: Intermediate, name: String
  ) throws {
    let found = try inputs(metric)
    #expect(found.map(\.intermediate) == [intermediate])
    #expect(found[0].isOfReferences && !found[0].isPairwise)
    #expect(found[0].key(image, pair(isBare: true)) == ContentHash.key(try part(name), image))
  }

  @Test func countsAreThoseOfAnImageBesideSomething() throws {
    for metric in [Metric.accuracy, .miou] {
      let found = try inputs(metric)
      #expect(found.map(\.intermediate) == [.confusion])
      #expect(!found[0].isOfReferences && found[0].isPairwise)
      #expect(found[0].key(image, pair()) == ContentHash.key(try part("parser"), image, labels))
      #expect(found[0].key(image, pair(isBare: true)) == nil)
    }
    let consistency = try inputs(.segmentationConsistency)[0]
    #expect(consistency.key(image, pair()) == ContentHash.key(try part("parser"), real, image))
    #expect(consistency.key(image, pair(isBare: true)) == nil)
  }

  /// A ranking by captions needs no real image of the same id, one by real images does.
  @Test func guidanceIsATextsOrAnImages() throws {
    func found(_ guidance: CLIPScores.Guidance) throws -> [SetInput] {
      try inputs(
        Reductions.reduced(.retrieval, Reductions.retrieval(negatives: 1, .against, guidance)))
    }
    for guidance in CLIPScores.Guidance.allCases {
      let both = try found(guidance)
      #expect(both.map(\.intermediate) == [.embedding(of: .retrieval), .guidance])
      #expect(both.map(\.isOfReferences) == [true, false])
      #expect(both.map(\.isPairwise) == [guidance == .image, guidance == .image])
      #expect(both[0].key(image, pair()) == ContentHash.key(try part("image"), image))
      #expect(both[1].key(image, pair(isBare: true)) == nil)
    }
    #expect(
      try found(.text)[1].key(image, pair()) == TextExtractor.key(try part("text"), "a face"))
    #expect(try found(.image)[1].key(image, pair()) == ContentHash.key(try part("image"), real))
  }

  @Test func meansRestOnScoresAlone() throws {
    for metric in [Metric.mae, .psnr, .clip, .time, .lpipsDiversity] {
      #expect(try inputs(metric).isEmpty, "\(metric.name)")
    }
  }

  @Test func aFingerprintMustNameItsNetworks() throws {
    for metric in Reductions.all where try !inputs(metric).isEmpty {
      let error = #expect(throws: HarnessError.self) {
        try metric.reduction.inputs(of: metric.metric, Fingerprint([:]))
      }
      #expect(error?.kind == .notComparable)
      #expect(
        error?.description.hasPrefix("the fingerprint of \(metric.metric.name) names no ") == true)
    }
  }
}
