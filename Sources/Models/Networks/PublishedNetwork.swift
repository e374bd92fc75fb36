import Graphs

/// An architecture with a published checkpoint, as the catalogue lists it.
package protocol PublishedNetwork: Network {
  /// One line for people: family, purpose, source of the weights.
  var summary: String { get }
  /// Beginnings of names that a published checkpoint holds and this network does not use, for
  /// example a classifier behind a trunk; binding passes over them in silence.
  var ignorableCheckpointPrefixes: [String] { get }
}

extension PublishedNetwork {
  /// None.
  package var ignorableCheckpointPrefixes: [String] { [] }
}

extension Scope {
  /// Describes one published module and taps its result under the module's own name.
  ///
  /// To be called on the root scope with the full name, so that tap and state dict agree.
  func module(_ name: String, _ body: (Scope) -> Value) -> Value {
    body(self[name]).tapped(name)
  }
}
