import ArgumentParser
import Essentials

// Every number of the command line is declared with its range: the parser refuses other values with
// code 64, and the help tells the range.

extension Option {
  /// A number that may be absent.
  init<Number>(
    name: NameSpecification = .long, in range: NumberRange<Number>, help: ArgumentHelp
  ) where Value == Number? {
    self.init(
      name: name, help: help.telling(range), transform: { try range.value(of: $0) as Number })
  }
}

extension Option where Value: Comparable & LosslessStringConvertible & Sendable {
  /// A number with a default.
  init(
    wrappedValue: Value, name: NameSpecification = .long, in range: NumberRange<Value>,
    help: ArgumentHelp
  ) {
    self.init(
      wrappedValue: wrappedValue, name: name, help: help.telling(range),
      transform: { try range.value(of: $0) })
  }
}

extension ArgumentHelp {
  /// The help with the range before its full stop.
  fileprivate func telling<Number>(_ range: NumberRange<Number>) -> ArgumentHelp {
    var help = self
    help.abstract = help.abstract.hasSuffix(".") ? String(help.abstract.dropLast()) : help.abstract
    help.abstract += " (\(range))."
    return help
  }
}
