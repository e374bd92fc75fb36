/// An optional that is written as `null` where it is absent, so that its key is always there.
///
/// The encoder would leave the key of a plain optional out.
package struct ExplicitNull<Value: Encodable>: Encodable {
  private let value: Value?

  /// Wraps what may be absent.
  package init(_ value: Value?) { self.value = value }

  /// Writes the value, or `null`.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
