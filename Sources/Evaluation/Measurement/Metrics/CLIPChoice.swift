import Images
import Metrics
import Models

/// The choices of all metrics that rest on CLIP.
package struct CLIPChoice: Sendable {
  /// Catalogue name of the image tower for each metric.
  package var networks: [MetricIdentifier: String] = [
    .clip: "clip-vit-b32", .clipDirectional: "clip-vit-b16", .cmmd: definingCMMD,
    .retrieval: "clip-rn50x16",
  ]
  /// Catalogue names by those of the switch `clip_model`.
  static let towers = [
    "b32": "clip-vit-b32", "b16": "clip-vit-b16", "l14": "clip-vit-l14",
    "l14-336": "clip-vit-l14-336", "rn50x16": "clip-rn50x16",
  ]
  /// The tower that CMMD is defined on: `openai/clip-vit-large-patch14-336`.
  ///
  /// Source: google-research/google-research, `cmmd/embedding.py`.
  static let definingCMMD = "clip-vit-l14-336"
  /// How images reach the towers, but for the directional score.
  package var preprocessing = CLIPPreprocessing.pillow
  /// How images reach the tower of the directional score.
  package var directionalPreprocessing = CLIPPreprocessing.tensor
  /// Definition of the metric `clip`.
  package var score = CLIPScore.cosine
  /// Estimator of the metric `cmmd`.
  package var cmmd = CMMD.Variant.biased
  /// What generated images were made for.
  package var guidance = CLIPMeter.Guidance.text
  /// How the metric `retrieval` ranks.
  package var retrieval = RetrievalAccuracy()
  /// Whether texts that are too long for CLIP are cut.
  package var isTruncating = false

  /// The defaults.
  package init() {}

  /// The role of weights that serve a metric.
  static func role(of metric: MetricIdentifier) -> WeightRole {
    WeightRole(rawValue: metric.rawValue) ?? .clip
  }

  /// The question that a metric asks.
  func task(of metric: MetricIdentifier) -> CLIPMeter.Task {
    switch metric {
    case .clipDirectional: .edit(.imageNet)
    case .cmmd: .distance(cmmd)
    case .retrieval: .retrieval(retrieval, guidance)
    default: .caption(score)
    }
  }

  /// Makes the meter of a metric.
  ///
  /// - Throws: ``NotRun`` if weights are missing; other errors if they are unusable.
  func meter(_ metric: MetricIdentifier, from shop: InstrumentShop) throws -> Meter {
    let task = task(of: metric)
    let isReadingTexts =
      switch task {
      case .distance, .retrieval(_, .image): false
      default: true
      }
    let towers = try shop.clip(
      Self.role(of: metric), network: networks[metric] ?? "clip-vit-b32",
      preprocessing: metric == .clipDirectional ? directionalPreprocessing : preprocessing,
      isReadingTexts: isReadingTexts,
      // The code that defines this score cuts its captions.
      isTruncating: isTruncating || (metric == .clip && score == .hessel))
    return .clip(CLIPMeter(image: towers.image, text: towers.text, task: task))
  }
}
