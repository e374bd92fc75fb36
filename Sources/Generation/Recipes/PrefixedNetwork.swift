import Graphs

/// A network under a name of its own, beside others in one file.
package struct PrefixedNetwork: Network {
  /// The network.
  package let part: any Network
  /// What the names of its parameters begin with, names of scopes one in another.
  package let prefix: String

  /// The network's own name.
  package var name: String { part.name }
  /// The network's own.
  package var inputs: [NetworkInput] { part.inputs }

  /// Names a network.
  ///
  /// - Parameters:
  ///   - part: the network.
  ///   - prefix: names of scopes one in another, with dots between them.
  package init(part: any Network, prefix: String) {
    self.part = part
    self.prefix = prefix
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    part.describe(prefix.split(separator: ".").reduce(scope) { $0[String($1)] }, inputs)
  }
}
