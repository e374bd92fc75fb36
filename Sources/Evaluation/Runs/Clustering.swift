import Store

/// Which images belong together.
package enum Clustering: String, CaseIterable, Sendable {
  /// By identity where the manifest names one, else by caption.
  case automatic
  case identity, prompt, image

  /// The cluster of a pair; nil where it is its own cluster.
  package func cluster(of pair: PairRecord) -> String? {
    switch self {
    case .automatic:
      pair.identity.map { "identity " + $0 } ?? pair.prompt.map { "prompt " + $0 }
    case .identity: pair.identity
    case .prompt: pair.prompt
    case .image: nil
    }
  }

  /// The clusters of pairs by image id; none for those that are their own.
  package func clusters(of pairs: [PairRecord]) -> [String: String] {
    Dictionary(
      pairs.compactMap { pair in cluster(of: pair).map { (pair.imageID, $0) } },
      uniquingKeysWith: { first, _ in first })
  }
}
