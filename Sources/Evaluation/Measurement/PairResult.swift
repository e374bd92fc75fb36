import Metrics
import Provenance
import Terms

/// What was measured of one image.
package struct ImageResult: Sendable {
  /// Identity of its pixels.
  package var content: ContentHash
  /// Its own scores.
  package var scores: [Metric: Double] = [:]
  /// Features and embeddings that scores of sets rest on.
  package var vectors: [Intermediate: [Float]] = [:]
  /// Confusion counts that scores of sets rest on.
  package var counts: [Intermediate: ConfusionMatrix] = [:]
  /// Metrics whose evaluators took it.
  package var measured: Set<Metric> = []
  /// Evaluators that it does not fit.
  package var shortfalls: [Shortfall] = []

  /// An image of which nothing is measured yet.
  package init(content: ContentHash) { self.content = content }

  /// The result, or what is missing of it.
  ///
  /// - Parameter needed: the metrics that every image of the set must have.
  /// - Returns: the failure of the first evaluator of a needed metric, or of any if no evaluator took the image.
  package func complete(for needed: Set<Metric>) -> Result<ImageResult, ImageFailure> {
    let missing = shortfalls.first { measured.isEmpty || !needed.isDisjoint(with: $0.metrics) }
    return missing.map { .failure($0.failure) } ?? .success(self)
  }
}

/// An evaluator that an image does not fit, though nothing is wrong with it: it is too small, of another size
/// than its real image, or nobody gave the label map or the text that belongs to it.
package struct Shortfall: Sendable {
  /// What the evaluator serves.
  let metrics: [Metric]
  /// Why it does not fit.
  package let failure: ImageFailure

  /// Takes a failure for what it is.
  ///
  /// - Returns: nil if something is wrong with the image, its partner or the network.
  package init?(_ metrics: [Metric], _ failure: ImageFailure) {
    guard Self.states.contains(failure.state) else { return nil }
    self.metrics = metrics
    self.failure = failure
  }

  private static let states: Set<LedgerState> = [
    .wrongSize, .noReference, .noMask, .noCaption, .captionTooLong, .tooLong, .noEdit, .blankText,
  ]
}

/// What was measured of one pair.
package struct PairResult: Sendable {
  /// Features of the real image, or why it is of no use; nil if there is none.
  package var reference: Result<ImageResult, ImageFailure>?
  /// The label map that the images were compared with; nil where none was read.
  var labels: ContentHash?
  /// The result of each method's image, in the order of the methods; nil where a method has no image
  /// of the pair and need not have one.
  package var images: [Result<ImageResult, ImageFailure>?]

  /// The results of a pair.
  package init(
    reference: Result<ImageResult, ImageFailure>? = nil,
    images: [Result<ImageResult, ImageFailure>?]
  ) {
    self.reference = reference
    self.images = images
  }
}
