/// Why CLIP's embeddings give no direction.
package enum CLIPDirectionError: Error, Equatable, CustomStringConvertible {
  /// There is no template, or the two texts have different numbers of them.
  case templateMismatch(source: Int, target: Int)
  /// The embeddings differ in length.
  case lengthMismatch(expected: Int, found: Int)
  /// The two texts are embedded alike.
  case sameTexts
  /// An embedding has no direction.
  case embedding(IdentityError)

  /// Which embeddings give no direction, and what to check.
  package var description: String {
    switch self {
    case .templateMismatch(let source, let target):
      "the source text has \(source) embeddings, the target text \(target): both need one for each "
        + "template"
    case .lengthMismatch(let expected, let found):
      "an embedding has \(found) values where \(expected) were expected: use one network for all"
    case .sameTexts:
      "the source and the target text have the same embeddings, so there is no direction between "
        + "them: check the texts of the edit"
    case .embedding(let error): "\(error)"
    }
  }
}

/// The direction in CLIP's space from one text to another, averaged over templates.
///
/// `T = mean_t(Ê(target_t) − Ê(source_t))`, divided by its norm, `Ê` of norm 1.
///
/// Source: Gal et al., "StyleGAN-NADA", SIGGRAPH 2022; `gwang-kim/DiffusionCLIP`,
/// `losses/clip_loss.py`, `compute_text_direction`.
package struct CLIPTextDirection: Equatable, Sendable {
  /// `[D]`, of norm 1.
  package let vector: [Double]

  /// Averages over templates.
  ///
  /// - Parameters:
  ///   - source: one embedding for each template filled with the text before the edit, `[T, D]`.
  ///   - target: the same of the text after it.
  /// - Throws: `CLIPDirectionError`.
  package init(source: [[Float]], target: [[Float]]) throws(CLIPDirectionError) {
    guard source.count == target.count, let width = source.first?.count else {
      throw .templateMismatch(source: source.count, target: target.count)
    }
    var sum = [Double](repeating: 0, count: width)
    for (before, after) in zip(source, target) {
      let before = try CLIPDirectionalSimilarity.unit(before, width: width)
      let after = try CLIPDirectionalSimilarity.unit(after, width: width)
      for index in 0..<width { sum[index] += after[index] - before[index] }
    }
    let norm = CLIPDirectionalSimilarity.norm(sum)
    // Embeddings of norm 1 that are told apart differ by more than Float32 rounding.
    guard norm > 1e-7 * Double(source.count) else { throw .sameTexts }
    vector = sum.map { $0 / norm }
  }
}

/// Directional CLIP similarity: whether an edit moved the image as its texts say; higher is better.
///
/// The cosine of the text direction `T` and the image direction `I = Δ/(‖Δ‖ + 1e-7)`,
/// `Δ = Ê(edited) − Ê(source)`; `[−1, 1]`, 0 for an image that the edit left alone.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, section 4; `gwang-kim/DiffusionCLIP`,
/// `losses/clip_loss.py`, `clip_directional_loss`, which is 1 minus this value.
/// - Deviation: the reference computes in the network's precision, here everything is Float64.
package enum CLIPDirectionalSimilarity {
  /// Added to the norm of the difference.
  private static let epsilon = 1e-7
  /// Least norm that `torch.nn.CosineSimilarity` divides by.
  private static let leastNorm = 1e-8

  /// The similarity of one edit.
  ///
  /// - Parameters:
  ///   - source: embedding of the image before the edit, `[D]`.
  ///   - edited: embedding of the image after it, `[D]`.
  ///   - direction: of the two texts.
  /// - Returns: the cosine of the two directions.
  /// - Throws: `CLIPDirectionError`.
  package static func score(
    source: [Float], edited: [Float], along direction: CLIPTextDirection
  ) throws(CLIPDirectionError) -> Double {
    let width = direction.vector.count
    let before = try unit(source, width: width)
    let after = try unit(edited, width: width)
    let difference = zip(after, before).map { $0 - $1 }
    let scale = 1 / (norm(difference) + epsilon)
    let moved = difference.map { $0 * scale }
    let dot = zip(moved, direction.vector).reduce(0) { $0 + $1.0 * $1.1 }
    return dot / max(norm(moved), leastNorm) / max(norm(direction.vector), leastNorm)
  }

  /// An embedding of norm 1.
  static func unit(_ embedding: [Float], width: Int) throws(CLIPDirectionError) -> [Double] {
    guard embedding.count == width else {
      throw .lengthMismatch(expected: width, found: embedding.count)
    }
    if let index = embedding.firstIndex(where: { !$0.isFinite }) {
      throw .embedding(.notFinite(.first, index: index))
    }
    let values = embedding.map(Double.init)
    let norm = norm(values)
    guard norm > 0 else { throw .embedding(.zero(.first)) }
    return values.map { $0 / norm }
  }

  static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
