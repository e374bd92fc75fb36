/// An architecture that can be traced into a graph.
package protocol Network: Sendable {
  /// Name on the command line, for example `ir-se50`.
  var name: String { get }
  /// What it reads, each under a name of its own; the main one first.
  var inputs: [NetworkInput] { get }
  /// Describes the network once; intermediate results are named with ``Value/tapped(_:)``.
  ///
  /// - Parameters:
  ///   - scope: the root of the parameter names.
  ///   - inputs: one sample.
  /// - Returns: the main result.
  func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value
}

extension Network {
  /// Per-sample shape of the first input, which is the main one.
  package var inputShape: [Int] { inputs.first?.shape ?? [] }
}

/// An architecture with a single input, which is called ``Graph/mainInput``.
package protocol SingleInputNetwork: Network {
  /// Per-sample input shape of the published network, `[C, H, W]`, `[D, T, 1]` or `[D]`.
  var inputShape: [Int] { get }
  /// Describes the network once; intermediate results are named with ``Value/tapped(_:)``.
  ///
  /// - Parameters:
  ///   - scope: the root of the parameter names.
  ///   - input: the sample.
  /// - Returns: the main result.
  func describe(_ scope: Scope, _ input: Value) -> Value
}

extension SingleInputNetwork {
  /// The input under its only name.
  package var inputs: [NetworkInput] { [NetworkInput(Graph.mainInput, shape: inputShape)] }

  /// Describes the network on its only input.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    describe(scope, inputs[Graph.mainInput])
  }
}
