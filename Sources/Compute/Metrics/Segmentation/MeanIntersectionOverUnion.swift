/// The ways in which papers average intersection over union; they differ by tens of points.
package enum MeanIntersectionOverUnion: String, CaseIterable, Codable, Equatable, Sendable {
  /// Counts of the whole set; mean over all classes that occur in either map.
  case agg19
  /// As `agg19` without class 0, the background.
  case agg18
  /// Per image over the classes in ground truth or prediction, then the mean over images.
  case imgNaN = "img_nan"
  /// Per image over the classes in the ground truth, then the mean over images.
  case imgGroundTruth = "img_gt"
  /// Per image over all classes, an absent one counting 0, then the mean over images.
  ///
  /// Faces show 12 to 14 of 19 classes, so even perfect maps stay near 0.7.
  case img19Zero = "img19_zero"
  /// Per image over all classes, an absent one counting 1, then the mean over images.
  case img19One = "img19_one"
  /// Counts of the whole set; mean over all classes of `I/(U + 1e-10)`, an absent one counting 0.
  ///
  /// Source: `CSAILVision/semantic-segmentation-pytorch`, `mit_semseg/utils.py` and `eval.py`.
  case csail

  /// Whether `score(of:)` wants one image's matrix, and the set's score is the mean over images.
  package var isPerImage: Bool {
    switch self {
    case .agg19, .agg18, .csail: false
    case .imgNaN, .imgGroundTruth, .img19Zero, .img19One: true
    }
  }

  /// The mean of one matrix: the set's sum, or one image's where `isPerImage`.
  ///
  /// - Returns: `[0, 1]`; nil where no class takes part (an empty matrix).
  package func score(of matrix: ConfusionMatrix) -> Double? {
    guard matrix.total > 0 else { return nil }
    let values = matrix.intersectionOverUnion
    switch self {
    case .agg19, .imgNaN: return Self.mean(values.compactMap(\.self))
    case .agg18: return Self.mean(values.dropFirst().compactMap(\.self))
    case .imgGroundTruth:
      let present = values.indices.filter { matrix.pixels(of: $0).groundTruth > 0 }
      return Self.mean(present.compactMap { values[$0] })
    case .img19Zero: return Self.mean(values.map { $0 ?? 0 })
    case .img19One: return Self.mean(values.map { $0 ?? 1 })
    case .csail:
      return Self.mean(
        values.indices.map { label in
          let pixels = matrix.pixels(of: label)
          return Double(pixels.intersection) / (Double(pixels.union) + 1e-10)
        })
    }
  }

  /// The score of a set of images.
  ///
  /// - Parameter images: one matrix an image, sorted by the caller.
  /// - Returns: `[0, 1]`; nil for no images.
  /// - Throws: `SegmentationError.classMismatch`.
  package func score(ofImages images: [ConfusionMatrix]) throws(SegmentationError) -> Double? {
    guard let first = images.first else { return nil }
    if isPerImage { return Summary(images.compactMap { score(of: $0) })?.mean }
    var sum = ConfusionMatrix(classes: first.classes)
    for image in images { try sum.merge(image) }
    return score(of: sum)
  }

  /// The standard error of `score(ofImages:)`, the images being a sample of many more.
  ///
  /// For means over images it is that of the mean. A score of the whole set's counts is a ratio of sums, so it
  /// has the jackknife's: `√((n − 1)/n · Σ (θᵢ − θ̄)²)`, where `θᵢ` leaves image `i` out. For a mean the two
  /// are the same.
  ///
  /// Source: Efron and Stein, "The Jackknife Estimate of Variance", Annals of Statistics 9, 1981.
  /// - Parameter images: one matrix an image, sorted by the caller.
  /// - Returns: nil for fewer than two images, or where leaving one out leaves nothing.
  /// - Throws: `SegmentationError.classMismatch`.
  package func standardError(
    ofImages images: [ConfusionMatrix]
  ) throws(SegmentationError) -> Double? {
    guard let first = images.first, images.count > 1 else { return nil }
    if isPerImage { return Summary(images.compactMap { score(of: $0) })?.standardError }
    var sum = ConfusionMatrix(classes: first.classes)
    for image in images { try sum.merge(image) }
    var scores: [Double] = []
    for image in images {
      var rest = sum
      try rest.remove(image)
      guard let score = score(of: rest) else { return nil }
      scores.append(score)
    }
    guard let deviation = Summary(scores)?.standardDeviation else { return nil }
    let count = Double(images.count)
    return deviation * (count - 1) / count.squareRoot()
  }

  private static func mean(_ values: [Double]) -> Double? { Summary(values)?.mean }
}
