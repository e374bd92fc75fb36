/// Which algorithms convolutions may use.
package enum Arithmetic: String, CaseIterable, Sendable {
  /// Winograd's minimal filtering where it is faster: fewer multiplications, a slightly larger rounding
  /// error.
  case fast
  /// Only sums of products in their plain order.
  case exact
}
