/// How well an image fits its caption by CLIP's two embeddings; higher is better.
///
/// Sources: Hessel et al., "CLIPScore: A Reference-free Evaluation Metric for Image Captioning", EMNLP
/// 2021; and the package that each variant names.
/// - Deviation: cosines are Float64; the packages' Float32 or Float16 embeddings are normalized there.
package enum CLIPScore: String, CaseIterable, Codable, Equatable, Sendable {
  /// `100 · cos`, `[−100, 100]`; what papers print as a percentage.
  case cosine
  /// As `cosine`; a negative mean of the set counts as 0.
  ///
  /// Source: `Lightning-AI/torchmetrics`, `multimodal/clip_score.py`, which clips the mean and not,
  /// as its formula says, each image.
  case torchmetrics
  /// `2.5 · max(cos, 0)`, `[0, 2.5]`, of captions that begin with ``captionPrefix``.
  ///
  /// Source: `jmhessel/clipscore`, `clipscore.py`.
  case hessel

  /// What stands before every caption; empty for most.
  package var captionPrefix: String { self == .hessel ? "A photo depicts " : "" }

  /// The score of one image.
  ///
  /// - Parameters:
  ///   - image: the image's embedding, `[D]`.
  ///   - caption: the caption's, `[D]`.
  /// - Returns: the score; `torchmetrics` may be negative here.
  /// - Throws: `IdentityError`.
  package func score(image: [Float], caption: [Float]) throws(IdentityError) -> Double {
    let cosine = try Identity.cosine(image, caption)
    return self == .hessel ? 2.5 * max(cosine, 0) : 100 * cosine
  }

  /// The score of a set.
  ///
  /// - Parameter scores: one score an image, sorted by image id.
  /// - Returns: their mean; nil for no images.
  package func mean(of scores: [Double]) -> Double? {
    Summary(scores).map { self == .torchmetrics ? max($0.mean, 0) : $0.mean }
  }
}
