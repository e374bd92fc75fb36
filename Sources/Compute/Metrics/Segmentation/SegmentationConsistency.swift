/// Whether an edit kept a picture's parts in place: agreement of the parser's labels before and after;
/// higher is better.
///
/// The matrix counts the source's labels as ground truth and the edited image's as prediction.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, table 3, which defines it in words only; reproductions
/// read it as one mode or the other.
package enum SegmentationConsistency: String, CaseIterable, Codable, Equatable, Sendable {
  /// Share of pixels whose label the edit left alone.
  case pixelAccuracy = "pixel_acc"
  /// Mean over classes of intersection over union.
  case miou

  /// The score of one image, `[0, 1]`, over the classes in either map; nil for an empty matrix.
  package func score(of matrix: ConfusionMatrix) -> Double? {
    switch self {
    case .pixelAccuracy: matrix.accuracy
    case .miou: MeanIntersectionOverUnion.imgNaN.score(of: matrix)
    }
  }

  /// The score of a set.
  ///
  /// - Parameters:
  ///   - images: one matrix an image, sorted by id.
  ///   - averaging: how intersections over unions are averaged.
  /// - Returns: `[0, 1]`; nil for no images.
  /// - Throws: `SegmentationError.classMismatch`.
  package func score(
    ofImages images: [ConfusionMatrix], averaging: MeanIntersectionOverUnion = .agg19
  ) throws(SegmentationError) -> Double? {
    switch self {
    case .pixelAccuracy:
      guard let first = images.first else { return nil }
      var sum = ConfusionMatrix(classes: first.classes)
      for image in images { try sum.merge(image) }
      return sum.accuracy
    case .miou: return try averaging.score(ofImages: images)
    }
  }
}
