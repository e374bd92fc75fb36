import Graphs

/// A network with what only its training needs: linear readers of its result, or the result at unit length.
struct HeadedNetwork: SingleInputNetwork {
  /// Name of the result at unit length.
  static let unit = "unit"

  let trunk: any SingleInputNetwork
  /// Names and widths of linear readers; each is a result of its name.
  var heads: [(name: String, width: Int)] = []
  /// Whether the result at unit length is wanted.
  var isNormalized = false

  var name: String { trunk.name }
  var inputShape: [Int] { trunk.inputShape }

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let features = trunk.describe(scope, input)
    for head in heads {
      _ = scope["head"][head.name].linear(features, to: head.width).tapped(head.name)
    }
    if isNormalized { _ = features.l2Normalized().tapped(Self.unit) }
    return features
  }
}
