/// What draws an image into a direction while it is sampled, each with its weight; 0 leaves it out.
///
/// Source: Liu et al., "More Control for Free! Image Synthesis with Semantic Diffusion Guidance", WACV 2023,
/// arXiv 2112.05744, equations 6 to 10.
package struct Guidance: Equatable, Sendable {
  /// How images are put together in the matrices that stand for style.
  package enum Gram: String, Sendable {
    /// Each image has its own.
    case image
    /// One over all images of a group, channels of one against those of another, as the published code has it; what an
    /// image becomes depends on its group, and with B images the pull is weaker by up to B⁴.
    case batch
  }

  /// Weight of the cosine with a text's embedding.
  package var text = 0.0
  /// Weight of the cosine with the embedding of the reference image, noised alike.
  package var content = 0.0
  /// Weight of the negative mean squared differences between maps x₂…x₅ of both.
  package var structure = 0.0
  /// Weight of the negative mean squared differences between Gram matrices of x₁…x₅, times 10¹⁰ / 5.
  package var style = 0.0
  /// How Gram matrices are formed.
  package var gram = Gram.image

  /// No guidance.
  package init() {}

  /// Whether nothing guides.
  package var isOff: Bool { text == 0 && !readsReference }
  /// Whether a reference image is needed.
  package var readsReference: Bool { content != 0 || structure != 0 || style != 0 }

  /// The guide's results that are compared.
  ///
  /// - Parameters:
  ///   - taps: names of x₁…x₅.
  ///   - embedding: name of the embedding.
  /// - Returns: some of them.
  func outputs(among taps: [String], embedding: String) -> [String] {
    let maps = style != 0 ? taps : structure != 0 ? Array(taps.dropFirst()) : []
    return maps + (text != 0 || content != 0 ? [embedding] : [])
  }

  /// All weights, for fingerprints.
  package var fingerprint: String {
    "text=\(text) content=\(content) structure=\(structure) style=\(style) gram=\(gram.rawValue)"
  }
}
