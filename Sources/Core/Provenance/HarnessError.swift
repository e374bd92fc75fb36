/// Why a job cannot be done, as one sentence for people.
package struct HarnessError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failures, each with its exit code.
  package enum Kind: Sendable {
    /// Something asked for does not exist or does not fit together: exit code 64.
    case usage
    /// The work cannot be done here and now: exit code 1.
    case runtime
    /// Nothing comparable is stored: exit code 5.
    case notComparable
    /// The run cannot be judged: exit code 6.
    case invalid
    /// The user asked to stop: exit code 130 or 143.
    case cancelled
  }

  /// What kind of failure it is.
  package let kind: Kind
  /// What is wrong and what to do, without a full stop after a single clause.
  package let description: String

  /// A failure with its sentence.
  package init(_ kind: Kind = .runtime, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
