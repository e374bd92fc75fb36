/// The ball around an image's features that stands for the manifold near it.
///
/// Its radius is the distance to the k-th nearest other image of the same set. Points lie exactly on the
/// boundary where features repeat: an image's copies lie as far from a third one as it does itself.
package struct Neighborhood: Hashable, Sendable {
  /// Whether a point at exactly the radius lies in the ball.
  package enum Boundary: String, CaseIterable, Codable, Sendable {
    /// `d ≤ r`.
    case inside
    /// `d < r`; the ball of an image with k copies is empty.
    case outside
  }

  /// `k`: the neighbor that the ball reaches to; the image itself does not count.
  package let neighbors: Int
  /// Where points on the boundary belong.
  package let boundary: Boundary

  /// Describes the balls of a set.
  package init(neighbors: Int, boundary: Boundary) {
    self.neighbors = neighbors
    self.boundary = boundary
  }

  /// As for improved precision and recall.
  ///
  /// Source: `kynkaat/improved-precision-and-recall-metric`, `precision_recall.py`: `nhood_sizes=[3]`,
  /// `distance <= D`.
  package static let improvedPrecisionRecall = Neighborhood(neighbors: 3, boundary: .inside)

  /// As for density and coverage; `prdc` takes them for precision and recall too.
  ///
  /// Source: `clovaai/generative-evaluation-prdc`, README (`nearest_k = 5`) and `prdc/prdc.py`
  /// (`distance < radius`).
  package static let densityCoverage = Neighborhood(neighbors: 5, boundary: .outside)
}
