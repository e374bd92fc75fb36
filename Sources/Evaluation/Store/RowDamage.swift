import Foundation
import GRDB

/// A row that says what no evalkit wrote: SQLite types values, not columns, and checks no rule on reading.
struct RowDamage: Error, CustomStringConvertible {
  let column: String
  let found: String

  var description: String { "a row has \(found) for '\(column)'" }

  /// Refuses rows that come twice, as an index that lost its order tells them.
  static func check<Key: Hashable>(_ keys: [Key], of column: String) throws {
    if Set(keys).count != keys.count {
      throw RowDamage(column: column, found: "the same value as another")
    }
  }
}

extension Row {
  /// A column's value.
  ///
  /// - Throws: ``RowDamage`` where it is absent, `NULL` or of another type.
  func value<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self)
    throws -> Value
  {
    guard let value: Value = try optional(column) else {
      throw RowDamage(column: column, found: "nothing")
    }
    return value
  }

  /// A column's value; `nil` for `NULL`.
  ///
  /// - Throws: ``RowDamage`` where the column is absent or of another type.
  func optional<Value: DatabaseValueConvertible>(
    _ column: String, as type: Value.Type = Value.self
  ) throws -> Value? {
    guard let stored: DatabaseValue = self[column] else {
      throw RowDamage(column: column, found: "no column")
    }
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else {
      throw RowDamage(column: column, found: "a value of another type")
    }
    return value
  }

  /// A number of things.
  func count(_ column: String) throws -> Int {
    let count: Int = try value(column)
    guard 0...(1 << 40) ~= count else { throw RowDamage(column: column, found: "\(count)") }
    return count
  }

  /// A finite number; `nil` for `NULL`.
  func number(_ column: String) throws -> Double? {
    guard let number: Double = try optional(column) else { return nil }
    guard number.isFinite else { throw RowDamage(column: column, found: "\(number)") }
    return number
  }

  /// A finite number that is not negative; `nil` for `NULL`.
  func amount(_ column: String) throws -> Double? {
    guard let number = try number(column) else { return nil }
    guard number >= 0 else { throw RowDamage(column: column, found: "\(number)") }
    return number
  }

  /// A point in time.
  func date(_ column: String) throws -> Date {
    let text: String = try value(column)
    guard let date = Timestamp.date(text) else {
      throw RowDamage(column: column, found: "'\(text.prefix(40))'")
    }
    return date
  }

  /// One of a few words.
  ///
  /// - Throws: ``RowDamage`` for any other.
  func word<Word: RawRepresentable<String>>(
    _ column: String, as type: Word.Type = Word.self
  ) throws -> Word {
    let text: String = try value(column)
    guard let word = Word(rawValue: text) else {
      throw RowDamage(column: column, found: "'\(text.prefix(40))'")
    }
    return word
  }

  /// A measured number or why there is none.
  func storedValue() throws -> StoredValue {
    let (number, reason) = (try number("value"), try optional("reason", as: String.self))
    guard (number == nil) == (reason != nil) else {
      throw RowDamage(column: "value", found: "both a number and a reason, or neither")
    }
    return StoredValue(value: number, reason: reason)
  }
}
