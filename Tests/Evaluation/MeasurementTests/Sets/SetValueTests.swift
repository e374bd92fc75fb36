import Measurement
import Metrics
import Store
import Terms
import TestSupport
import Testing

/// Scores that are no ordinary numbers, and images that lack them.
struct SetValueTests {
  private let psnr = Reductions.reduced(.psnr, Reductions.mean)

  /// A set of single images' scores, one image each.
  private func set(_ scores: [Double?], _ metric: ReducedMetric) -> MeasuredSet {
    let results = scores.enumerated().map { place, score in
      var image = SampleSet.image(seed: UInt64(place))
      image.scores[metric.metric] = score
      return PairResult(images: [.success(image)])
    }
    return MeasuredSet(metrics: [metric], pairs: results, row: 0)
  }

  private func score(_ scores: [Double?]) -> SetScore { set(scores, psnr).scores()[0] }

  @Test func aMeanHasItsStandardError() throws {
    let score = score([1, 2, 3, 6])
    #expect(score.value == 3 && score.count == 4 && score.referenceCount == 4)
    // √(14/3)/2: the sample's deviation over the root of four images, each operation rounded once.
    #expect(score.standardError == (14.0 / 3).squareRoot() / 2)
    #expect(score.details.isEmpty && score.reason == nil && score.unmeasured == nil)
  }

  @Test func imagesWithoutTheScoreTakeNoPart() {
    let score = score([1, nil, 3])
    #expect(score.value == 2 && score.count == 2)
  }

  /// Equal images have an infinite PSNR, which must neither vanish nor hide the others.
  @Test func infinityIsKeptAndTold() throws {
    let found = score([30, .infinity, 32])
    #expect(found.value == .infinity && found.standardError == nil && found.count == 3)
    #expect(found.details == ["infinite": "1", "mean of the finite": "31.0"])
    #expect(found.record(method: "ours").value == .absent(reason: "infinite"))
    #expect(found.unmeasured == nil)
    let all = score([.infinity, .infinity])
    #expect(all.value == .infinity)
    #expect(all.details == ["infinite": "2", "mean of the finite": "none"])
  }

  @Test func notANumberIsNoNumber() throws {
    let found = score([30, .nan])
    #expect(found.value?.isNaN == true && found.standardError == nil && found.count == 2)
    #expect(found.record(method: "ours").value == .absent(reason: "not a number"))
    let opposed = score([.infinity, -.infinity])
    #expect(opposed.value?.isNaN == true && opposed.details["infinite"] == "2")
  }

  /// A third of the smallest number below 0 is −0, which nobody should read.
  @Test func zeroHasNoSign() throws {
    let value = try #require(score([-.leastNonzeroMagnitude, 0, 0]).value)
    #expect(value == 0 && value.sign == .plus)
  }

  @Test func aNegativeMeanOfCaptionsCountsAsZeroWhereItsDefinitionSaysSo() {
    func value(_ score: CLIPScore) -> Double? {
      set([-1, -3], Reductions.reduced(.clip, Reductions.captions(score))).scores()[0].value
    }
    #expect(value(.cosine) == -2 && value(.torchmetrics) == 0 && value(.hessel) == -2)
    let score = set([1, 2], Reductions.reduced(.clip, Reductions.captions(.hessel))).scores()[0]
    #expect(score.referenceCount == nil && score.details == ["variant": "hessel"])
  }

  /// A feature that is not finite is refused and named, whichever side has it.
  @Test(arguments: [Float.nan, .infinity], [true, false])
  func featuresMustBeFinite(value: Float, isReal: Bool) throws {
    var sample = SampleSet(seed: 1)
    func spoiled(_ result: Result<ImageResult, ImageFailure>) -> Result<ImageResult, ImageFailure> {
      result.map { image in
        var image = image
        for name in [Intermediate.features, .manifold, .embedding(of: .cmmd)] {
          image.vectors[name]?[2] = value
        }
        return image
      }
    }
    let result = sample.entries[3].result
    if isReal {
      sample.entries[3].result.reference = result.reference.map(spoiled)
    } else {
      sample.entries[3].result.images = result.images.map { $0.map(spoiled) }
    }
    for score in sample.set(Reductions.all.filter { $0.metric.comparesSets }).scores() {
      #expect(score.value == nil, "\(score.metric.name)")
      #expect(
        score.reason == "feature 2 of row 3 (counted from 0) is not finite: check that image and "
          + "the network's weights", "\(score.metric.name)")
    }
  }

  @Test func pooledCountsAreNoMeanOfImages() throws {
    // One image of 4 pixels, all wrong; one of 36, all right.
    var wrong = SampleSet.image(seed: 1)
    var right = SampleSet.image(seed: 2)
    var matrix = ConfusionMatrix()
    try matrix.add(groundTruth: .constant(1, 2, 2, 1), prediction: .constant(2, 2, 2, 1))
    wrong.counts[.confusion] = matrix
    matrix = ConfusionMatrix()
    try matrix.add(groundTruth: .constant(1, 6, 6, 1), prediction: .constant(1, 6, 6, 1))
    right.counts[.confusion] = matrix
    func value(_ reduction: any SetReduction) -> Double? {
      MeasuredSet(
        metrics: [Reductions.reduced(.miou, reduction)],
        pairs: [wrong, right].map { PairResult(images: [.success($0)]) }, row: 0
      ).scores()[0].value
    }
    #expect(value(Reductions.labels(.accuracy)) == 0.9)
    // Class 1: 36 of 40 pixels; class 2: none of 4.
    #expect(value(Reductions.labels(.miou, .agg19)) == 0.45)
    #expect(value(Reductions.labels(.miou, .imgNaN)) == 0.5)
  }
}
