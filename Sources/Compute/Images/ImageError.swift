import Terms

/// Why an image file gave no image, or an image cannot be used.
package struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong; the raw values are the states of the failure ledger.
  package enum State: String, Sendable, CaseIterable {
    case missing
    case unreadable
    case empty
    case truncated
    case corrupt
    case notAnImage = "not-an-image"
    case unsupported
    case tooLarge = "too-large"
    case wrongSize = "wrong-size"
    case unknownColor = "unknown-colour"
    case unknownClass = "unknown-class"
    case contradictoryPalette = "contradictory-palette"
    case unwritable
  }

  /// The file, or whatever name the image goes by.
  package let path: String
  /// The state in which this input ends.
  package let state: State
  /// A clause that says what is wrong and what to do, without the path and without a full stop.
  package let reason: String

  /// Says in which state a file or another input ended, and why.
  package init(path: String, state: State, reason: String) {
    self.path = path
    self.state = state
    self.reason = reason
  }

  /// The path and the reason, for example `a.png: it ends in the middle of the image`.
  package var description: String { "\(path): \(reason)" }
}

extension ImageError: LedgerFailure {
  /// The state's raw value.
  package var ledgerState: LedgerState { LedgerState(rawValue: state.rawValue) }
}
