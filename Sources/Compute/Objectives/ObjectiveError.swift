/// Features that a loss cannot compare.
package enum ObjectiveError: Error, Equatable, CustomStringConvertible {
  /// Features of another length than those they are compared with.
  case lengthMismatch(what: String, expected: Int, found: Int)
  /// Features without a direction: all zero, or one is not finite.
  case noDirection(what: String)

  /// Which features are wrong, both lengths, and what to check.
  package var description: String {
    switch self {
    case .lengthMismatch(let what, let expected, let found):
      "the features of \(what) have \(found) values where \(expected) were expected; use one "
        + "network for all"
    case .noDirection(let what):
      "the features of \(what) are zero or not finite, so they have no direction; check the "
        + "network's weights"
    }
  }
}
