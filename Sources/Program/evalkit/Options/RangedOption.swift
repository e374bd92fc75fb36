import ArgumentParser
import Essentials

// Every number of the command line is declared with its range: the parser refuses other values with
// code 64, and the help states the range.

extension Option {
  /// A number that may be absent; `default` says in words what then holds.
  init<Number>(
    name: NameSpecification = .long, in range: NumberRange<Number>, default text: String? = nil,
    help: ArgumentHelp
  ) where Value == Number? {
    self.init(
      name: name, help: help.telling(range).telling(default: text),
      transform: { try range.value(of: $0) as Number })
  }
}

extension Option where Value: Comparable & LosslessStringConvertible & Sendable {
  /// A number with a default, which the parser prints.
  init(
    wrappedValue: Value, name: NameSpecification = .long, in range: NumberRange<Value>,
    help: ArgumentHelp
  ) {
    self.init(
      wrappedValue: wrappedValue, name: name,
      help: help.telling(range).telling(default: NumberRange.text(wrappedValue)),
      transform: { try range.value(of: $0) })
  }
}

extension ArgumentHelp {
  /// Help for an option that holds no default of its own; `default` says in words what then holds.
  init(_ abstract: String, default text: String, valueName: String? = nil) {
    self.init(ArgumentHelp(abstract, valueName: valueName).telling(default: text))
  }

  private init(_ help: ArgumentHelp) { self = help }

  /// The help with the range behind it.
  fileprivate func telling<Number>(_ range: NumberRange<Number>) -> ArgumentHelp {
    var help = self
    help.abstract += ", \(range)"
    return help
  }

  /// The help with a default, in the form that the parser prints for properties.
  func telling(default text: String?) -> ArgumentHelp {
    guard let text else { return self }
    var help = self
    help.abstract += " (default: \(text))"
    return help
  }

  /// Of an option or argument that chooses a stored run.
  static let storedRun = ArgumentHelp(
    "Run id or the beginning of one", default: "the latest run", valueName: "id")
}
