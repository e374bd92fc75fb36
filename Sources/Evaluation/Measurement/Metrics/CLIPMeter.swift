import Metrics
import Models

/// What is measured with the embeddings of one of CLIP's models.
package struct CLIPMeter: Sendable {
  /// The question that embeddings answer.
  package enum Task: Sendable {
    /// Whether an image fits its caption.
    case caption(CLIPScore)
    /// Whether an edit moved an image as its texts say.
    case edit(PromptTemplates)
    /// How far two sets of images are apart.
    case distance(CMMD.Variant)
    /// How an image ranks among real ones for its guidance.
    case retrieval(RetrievalAccuracy, Guidance)
  }

  /// What an image was made for.
  package enum Guidance: String, CaseIterable, Codable, Sendable {
    /// Its caption.
    case text
    /// The real image of the same id.
    case image
  }

  /// The image tower.
  package let image: FeatureExtractor
  /// The text tower; nil where no text is read.
  package let text: TextExtractor?
  /// What is measured.
  package let task: Task

  /// Joins towers and a task.
  package init(image: FeatureExtractor, text: TextExtractor?, task: Task) {
    self.image = image
    self.text = text
    self.task = task
  }

  /// The metric that it serves.
  package var metric: MetricIdentifier {
    switch task {
    case .caption: .clip
    case .edit: .clipDirectional
    case .distance: .cmmd
    case .retrieval: .retrieval
    }
  }

  /// Whether the real images' embeddings are wanted too.
  package var readsReferences: Bool { if case .caption = task { false } else { true } }

  /// What of this can move the metric, apart from the towers.
  var settings: [String: String] {
    switch task {
    case .caption(let score):
      ["variant": score.rawValue, "prefix": score.captionPrefix, "reduction": "mean"]
    case .edit(let templates): ["templates": templates.name, "reduction": "mean"]
    case .distance(let variant):
      [
        "variant": variant.rawValue,
        "kernel": "gaussian,sigma=\(CMMD.sigma),float64,normalised", "scale": "\(CMMD.scale)",
        "linear-algebra": LinearAlgebra.fingerprint,
      ]
    case .retrieval(let retrieval, let guidance):
      [
        "guidance": guidance.rawValue, "negatives": "\(retrieval.negatives)",
        "ties": retrieval.ties.rawValue, "draw": "per-query,splitmix64,seed=\(retrieval.seed)",
      ]
    }
  }
}
