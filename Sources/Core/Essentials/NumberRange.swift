/// The values that a number which somebody gives may have; every number of the command line and of files
/// has one.
package struct NumberRange<Value: Comparable & LosslessStringConvertible & Sendable>: Sendable {
  /// Smallest and largest value.
  package let bounds: ClosedRange<Value>

  /// The values from one to another.
  package init(_ bounds: ClosedRange<Value>) { self.bounds = bounds }

  /// Reads a number.
  ///
  /// - Throws: ``NumberError`` for text that is not such a number, and for numbers out of range.
  package func value(of text: String) throws(NumberError) -> Value {
    guard let value = Value(text) else { throw error }
    return try checked(value)
  }

  /// A number that lies inside.
  ///
  /// - Throws: ``NumberError`` for any other, not-a-number included.
  package func checked(_ value: Value) throws(NumberError) -> Value {
    guard bounds.contains(value) else { throw error }
    return value
  }

  private var error: NumberError {
    NumberError(
      kind: Value.self is any BinaryInteger.Type ? "a whole number" : "a number",
      lowest: Self.text(bounds.lowerBound), highest: Self.text(bounds.upperBound))
  }

  /// A number as people write it, without a trailing `.0`.
  package static func text(_ number: Value) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension NumberRange: CustomStringConvertible {
  /// For example `1…1024`.
  package var description: String {
    "\(Self.text(bounds.lowerBound))…\(Self.text(bounds.upperBound))"
  }
}

/// Why a number is refused.
package struct NumberError: Error, Equatable, Sendable, CustomStringConvertible {
  private let kind: String
  private let lowest: String
  private let highest: String

  fileprivate init(kind: String, lowest: String, highest: String) {
    (self.kind, self.lowest, self.highest) = (kind, lowest, highest)
  }

  /// A clause without a full stop: “must be a whole number from 1 to 1024”.
  package var description: String { "must be \(kind) from \(lowest) to \(highest)" }
}
