import Metrics
import Provenance
import Terms

/// What was measured of one image.
package struct ImageResult: Sendable {
  package var content: ContentHash
  package var scores: [MetricIdentifier: Double] = [:]
  package var features: [Float]?
  package var confusion: ConfusionMatrix?
  /// How far the labels of the real image were kept.
  package var consistency: ConfusionMatrix?
  /// CLIP's embeddings by the metric that asked for them.
  package var embeddings: [MetricIdentifier: [Float]] = [:]
  /// CLIP's embedding of what the image was made for.
  package var guidance: [Float]?
  /// Metrics whose meters took it.
  var measured: Set<MetricIdentifier> = []
  /// Meters that it does not fit.
  var shortfalls: [Shortfall] = []

  /// Joins the parts.
  package init(
    content: ContentHash,
    scores: [MetricIdentifier: Double] = [:],
    features: [Float]? = nil,
    confusion: ConfusionMatrix? = nil,
    consistency: ConfusionMatrix? = nil,
    embeddings: [MetricIdentifier: [Float]] = [:],
    guidance: [Float]? = nil,
    measured: Set<MetricIdentifier> = [],
    shortfalls: [Shortfall] = []
  ) {
    self.content = content
    self.scores = scores
    self.features = features
    self.confusion = confusion
    self.consistency = consistency
    self.embeddings = embeddings
    self.guidance = guidance
    self.measured = measured
    self.shortfalls = shortfalls
  }

  /// The result, or what is missing of it.
  ///
  /// - Parameter needed: the metrics that every image of the set must have.
  /// - Returns: the failure of the first meter of a needed metric, or of any if no meter took the image.
  func complete(for needed: Set<MetricIdentifier>) -> Result<ImageResult, ImageFailure> {
    let missing = shortfalls.first { measured.isEmpty || !needed.isDisjoint(with: $0.metrics) }
    return missing.map { .failure($0.failure) } ?? .success(self)
  }
}

/// A meter that an image does not fit, though nothing is wrong with it: it is too small, of another size
/// than its real image, or nobody gave the label map or the text that belongs to it.
package struct Shortfall: Sendable {
  /// What the meter serves.
  let metrics: [MetricIdentifier]
  let failure: ImageFailure

  /// - Returns: nil if something is wrong with the image, its partner or the network.
  init?(_ metrics: [MetricIdentifier], _ failure: ImageFailure) {
    guard Self.states.contains(failure.state) else { return nil }
    self.metrics = metrics
    self.failure = failure
  }

  private static let states: Set<String> = [
    "wrong-size", "no-reference", "no-mask", "no-caption", "caption-too-long", "too-long",
    "no-edit", "blank-text",
  ]
}

/// What was measured of one pair.
package struct ItemResult: Sendable {
  /// Features of the real image, or why it is of no use; nil if there is none.
  package var reference: Result<ImageResult, ImageFailure>?
  /// The label map that rows were compared with; nil where none was read.
  var labels: ContentHash?
  /// One result for each candidate, in the order of the methods; nil where a method has no such image
  /// and need not have one.
  package var candidates: [Result<ImageResult, ImageFailure>?]

  /// Joins the parts.
  package init(
    reference: Result<ImageResult, ImageFailure>? = nil,
    labels: ContentHash? = nil,
    candidates: [Result<ImageResult, ImageFailure>?]
  ) {
    self.reference = reference
    self.labels = labels
    self.candidates = candidates
  }
}
