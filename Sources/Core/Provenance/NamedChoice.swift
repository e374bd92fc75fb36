import Essentials

/// Reads a name or says which is meant.
///
/// - Throws: as ``NamedChoice/check(_:as:from:)``.
package func choose<Value>(
  _ text: String, as kind: String, from names: [String], _ parse: (String) -> Value?
) throws -> Value {
  if let value = parse(text) { return value }
  throw NamedChoice.refusal(of: text, as: kind, from: names)
}

/// Names that people type.
package enum NamedChoice {
  /// Refuses a name that does not exist.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func check(_ text: String, as kind: String, from names: [String]) throws {
    if !names.contains(text) { throw refusal(of: text, as: kind, from: names) }
  }

  /// The error for a name that does not exist, with the nearest that does.
  package static func refusal(of text: String, as kind: String, from names: [String])
    -> HarnessError
  {
    HarnessError(.usage, Spelling.refusal(of: text, as: kind, known: names))
  }
}
