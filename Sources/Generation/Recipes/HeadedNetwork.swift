import Graphs

/// A network with what only its training needs: linear readers of its result, or the result at unit length.
package struct HeadedNetwork: SingleInputNetwork {
  /// Name of the result at unit length.
  package static let unit = "unit"

  /// The network.
  package let trunk: any SingleInputNetwork
  /// Names and widths of linear readers; each is a result of its name.
  package var heads: [(name: String, width: Int)]
  /// Whether the result at unit length is wanted.
  package var isNormalized: Bool

  /// Adds to a network.
  ///
  /// - Parameters:
  ///   - trunk: the network.
  ///   - heads: names and widths of linear readers.
  ///   - isNormalized: whether the result at unit length is wanted.
  package init(
    trunk: any SingleInputNetwork, heads: [(name: String, width: Int)] = [],
    isNormalized: Bool = false
  ) {
    self.trunk = trunk
    self.heads = heads
    self.isNormalized = isNormalized
  }

  /// The network's own.
  package var name: String { trunk.name }
  /// The network's own.
  package var inputShape: [Int] { trunk.inputShape }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let features = trunk.describe(scope, input)
    for head in heads {
      _ = scope["head"][head.name].linear(features, to: head.width).tapped(head.name)
    }
    if isNormalized { _ = features.l2Normalized().tapped(Self.unit) }
    return features
  }
}
