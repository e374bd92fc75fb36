import Essentials
import Terms

/// Why a system cannot do what it was asked for.
package enum SystemError: Error, Equatable, CustomStringConvertible {
  /// An option that the system does not have.
  case unknownOption(system: String, name: String, known: [String])
  /// A value that an option does not take.
  case invalidValue(system: String, option: String, value: String, _ expected: String)
  /// Options that do not go together.
  case conflict(system: String, reason: String)
  /// A request without what the mode needs.
  case missingCondition(id: String, what: String)
  /// A label map with a class that a network does not know.
  case unknownClass(Int, classes: Int)

  /// A sentence: what is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .unknownOption(let system, let name, let known):
      known.isEmpty
        ? "\(system) has no options, but '\(name)' was given"
        : Spelling.refusal(of: name, as: "option of \(system)", known: known)
    case .invalidValue(let system, let option, let value, let expected):
      "\(system): '\(option)' is '\(value)', expected \(expected)"
    case .conflict(let system, let reason): "\(system): \(reason)"
    case .missingCondition(let id, let what): "\(id) has no \(what)"
    case .unknownClass(let label, let classes):
      "a label map has the class \(label), but classes end at \(classes - 1); remove it or choose another map"
    }
  }
}

extension SystemError: LedgerFailure {
  /// An image that meets this error is one that its method could not make.
  package var ledgerState: LedgerState { .failed }
}
