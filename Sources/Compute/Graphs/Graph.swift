import Tensors
import Terms

/// A network as a value: operations, shapes, parameter names and named results.
///
/// Tracing a ``Network`` for one input shape yields the graph. Inference, gradients, cost estimates and
/// the printed layer table all start from it.
package struct Graph: Sendable {
  /// Name of the result that ``Network/describe(_:_:)`` returns.
  package static let mainOutput = "output"

  /// Name of the network that was traced.
  package let network: String
  /// All steps, each after those it reads.
  ///
  /// Node 0 is the input.
  package let nodes: [Node]
  /// What a checkpoint must hold, in order of first use, unique by name.
  package let parameters: [ParameterSpecification]
  /// Node of each named result, ``mainOutput`` included.
  package let outputs: [String: Int]
  /// Names of the results in the order in which they were described.
  package let outputNames: [String]

  /// Traces a network.
  ///
  /// - Parameters:
  ///   - network: the description.
  ///   - inputShape: per-sample input shape; nil takes the network's own.
  ///   - wanted: names of the results that will be asked for; an operation that none of them needs may be
  ///     one that the input is too small for. nil means all.
  /// - Throws: ``GraphError`` if the shapes do not fit together.
  package init(
    tracing network: some Network, inputShape: [Int]? = nil, for wanted: [String]? = nil
  ) throws(GraphError) {
    let builder = GraphBuilder(network: network.name)
    let input = builder.add(.input, [], shape: inputShape ?? network.inputShape, scope: "")
    let output = network.describe(Scope(builder: builder, prefix: ""), input)
    _ = output.tapped(Self.mainOutput)
    self.network = network.name
    nodes = builder.nodes
    parameters = builder.parameters
    outputs = builder.outputs
    outputNames = builder.outputNames
    let needed = wanted.map { Set(nodes(neededFor: $0)) }
    if let error = builder.error(among: needed) { throw error }
  }

  init(
    network: String, nodes: [Node], parameters: [ParameterSpecification], outputs: [String: Int],
    outputNames: [String]
  ) {
    self.network = network
    self.nodes = nodes
    self.parameters = parameters
    self.outputs = outputs
    self.outputNames = outputNames
  }

  /// Per-sample input shape.
  package var inputShape: [Int] { nodes[0].shape }

  /// Per-sample shape of a named result.
  package func shape(of output: String) -> [Int]? { outputs[output].map { nodes[$0].shape } }

  /// Nodes that the named results need, in order.
  package func nodes(neededFor names: [String]) -> [Int] {
    var needed = Set(names.compactMap { outputs[$0] })
    for index in nodes.indices.reversed() where needed.contains(index) {
      needed.formUnion(nodes[index].inputs)
    }
    return needed.sorted()
  }
}

/// An architecture that can be traced into a graph.
package protocol Network: Sendable {
  /// Name on the command line, for example `ir-se50`.
  var name: String { get }
  /// Per-sample input shape of the published network, `[C, H, W]`.
  var inputShape: [Int] { get }
  /// Describes the network once; intermediate results are named with ``Value/tapped(_:)``.
  ///
  /// - Parameters:
  ///   - scope: the root of the parameter names.
  ///   - input: the sample.
  /// - Returns: the main result.
  func describe(_ scope: Scope, _ input: Value) -> Value
}

/// A network that cannot be built or asked as requested.
package enum GraphError: Error, Equatable, CustomStringConvertible {
  /// An operation cannot take the shape it is given.
  case doesNotFit(network: String, scope: String, operation: String, shapes: [[Int]])
  /// A description that cannot be followed for the shape at hand.
  case refused(network: String, reason: String)
  /// A result that the network does not name.
  case unknownOutput(name: String, available: [String])
  /// A parameter that was not given.
  case missingParameter(name: String)
  /// A parameter of the wrong shape.
  case misshapenParameter(name: String, expected: [Int], found: [Int])
  /// A parameter whose source cannot give it.
  case unreadableParameter(name: String, reason: String)
  /// A result with a value that is infinite or no number; `index` counts in planar order from 0.
  case notFinite(network: String, output: String, index: Int)

  package var description: String {
    switch self {
    case .doesNotFit(let network, let scope, let operation, let shapes):
      let place = scope.isEmpty ? network : "\(network), \(scope)"
      return
        "\(place): \(operation) cannot take \(shapes.map(\.description).joined(separator: ", ")); "
        + "the input is too small or its parts differ in size"
    case .refused(let network, let reason): return "\(network): \(reason)"
    case .unknownOutput(let name, let available):
      return "no result is called '\(name)'; there are \(available.joined(separator: ", "))"
    case .missingParameter(let name): return "parameter '\(name)' is missing"
    case .misshapenParameter(let name, let expected, let found):
      return "parameter '\(name)' has shape \(found), the network expects \(expected)"
    case .unreadableParameter(let name, let reason):
      return "parameter '\(name)' cannot be read: \(reason)"
    case .notFinite(let network, let output, let index):
      return "value \(index) of \(network)'s result '\(output)' is not finite; check the weights"
    }
  }
}

extension GraphError: LedgerFailure {
  package var ledgerState: String {
    if case .notFinite = self { "not-finite" } else { "wrong-size" }
  }
}
