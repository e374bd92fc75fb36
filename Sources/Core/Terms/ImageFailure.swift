/// Why one image has no scores: one row of the failure ledger.
package struct ImageFailure: Error, Hashable, Sendable {
  /// What kind of failure.
  package let state: LedgerState
  /// A sentence.
  package let reason: String

  /// Names a state and its reason.
  package init(state: LedgerState, reason: String) {
    self.state = state
    self.reason = reason
  }

  /// Describes any error of a measurement in the ledger's terms.
  package init(_ error: any Error) {
    self =
      error as? ImageFailure
      ?? ImageFailure(
        state: (error as? any LedgerFailure)?.ledgerState ?? .notMeasurable, reason: "\(error)")
  }

  /// The value of a body, or its error in the ledger's words.
  package static func catching<Value>(_ body: () throws -> Value) -> Result<Value, ImageFailure> {
    do { return .success(try body()) } catch { return .failure(ImageFailure(error)) }
  }
}

extension ImageFailure: LedgerFailure {
  /// The state itself.
  package var ledgerState: LedgerState { state }
}

/// An error that knows the ledger's state of the image that met it.
package protocol LedgerFailure: Error {
  /// One word, for example `truncated`.
  var ledgerState: LedgerState { get }
}
