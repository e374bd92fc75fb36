import Datasets
import Generators
import Graphs
import Images
import Metrics
import Texts

/// Why one image has no scores: one row of the failure ledger.
package struct ImageFailure: Error, Hashable, Sendable {
  /// One word, for example `truncated`.
  package let state: String
  /// A sentence.
  package let reason: String

  /// Names a state and its reason.
  package init(state: String, reason: String) {
    self.state = state
    self.reason = reason
  }

  /// Puts any error of a measurement into the ledger's words.
  init(_ error: any Error) {
    switch error {
    case let error as ImageFailure: self = error
    case let error as ImageError: self.init(state: error.state.rawValue, reason: "\(error)")
    case let error as MethodError: self.init(state: error.state, reason: "\(error)")
    case DatasetError.checksumMismatch: self.init(state: "wrong-checksum", reason: "\(error)")
    case GraphError.notFinite: self.init(state: "not-finite", reason: "\(error)")
    case is ImagePairError, is SegmentationError, is GraphError:
      self.init(state: "wrong-size", reason: "\(error)")
    case is CaptionTooLong: self.init(state: "too-long", reason: "\(error)")
    default: self.init(state: "not-measurable", reason: "\(error)")
    }
  }

  /// The value of a body, or its error in the ledger's words.
  static func catching<Value>(_ body: () throws -> Value) -> Result<Value, ImageFailure> {
    do { return .success(try body()) } catch { return .failure(ImageFailure(error)) }
  }
}

/// What was measured of one image.
struct ImageResult: Sendable {
  var content: ContentHash
  var scores: [MetricIdentifier: Double] = [:]
  var features: [Float]?
  var confusion: ConfusionMatrix?
  /// How far the labels of the real image were kept.
  var consistency: ConfusionMatrix?
  /// CLIP's embeddings by the metric that asked for them.
  var embeddings: [MetricIdentifier: [Float]] = [:]
  /// CLIP's embedding of what the image was made for.
  var guidance: [Float]?
  /// Metrics whose meters took it.
  var measured: Set<MetricIdentifier> = []
  /// Meters that it does not fit.
  var shortfalls: [Shortfall] = []

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
struct Shortfall: Sendable {
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
struct ItemResult: Sendable {
  /// Features of the real image, or why it is of no use; nil if there is none.
  var reference: Result<ImageResult, ImageFailure>?
  /// The label map that rows were compared with; nil where none was read.
  var labels: ContentHash?
  /// One result for each candidate, in the order of the methods; nil where a method has no such image
  /// and need not have one.
  var candidates: [Result<ImageResult, ImageFailure>?]
}
