/// A key of an encoded object whose names are known only when the program runs, as those of the registry.
package struct NamedKey: CodingKey {
  /// The name.
  package let stringValue: String
  /// Nil: keys are names.
  package var intValue: Int? { nil }

  /// A key of any name.
  package init(_ name: String) { stringValue = name }
  /// A key of any name.
  package init?(stringValue: String) { self.init(stringValue) }
  /// Nil: keys are names.
  package init?(intValue: Int) { nil }
}
