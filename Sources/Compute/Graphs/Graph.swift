/// A network as a value: operations, shapes, parameter names and named results.
///
/// Tracing a ``Network`` for one shape of each input yields the graph. Inference, gradients, cost estimates
/// and the printed layer table all start from it.
package struct Graph: Sendable {
  /// Name of a ``SingleInputNetwork``'s input.
  package static let mainInput = "input"
  /// Name of the result that ``Network/describe(_:_:)`` returns.
  package static let mainOutput = "output"

  /// Name of the network that was traced.
  package let network: String
  /// What it reads, in the order in which the network declares its inputs; absent optional inputs are left out.
  package let inputs: [Input]
  /// All steps, each after those it reads; the inputs come first.
  package let nodes: [Node]
  /// What a checkpoint must hold, in order of first use, unique by name.
  package let parameters: [ParameterSpecification]
  /// Node of each named result, ``mainOutput`` included.
  package let outputs: [String: Int]
  /// Names of the results in the order in which they were described.
  package let outputNames: [String]

  /// Traces a network with all its inputs.
  ///
  /// - Parameters:
  ///   - network: the description.
  ///   - inputShape: per-sample shape of the only input; nil takes the network's own shapes.
  ///   - wanted: names of the results that will be asked for; an operation that none of them needs may be
  ///     one that the input is too small for. nil means all.
  /// - Throws: ``GraphError`` if the shapes do not fit together, and for one shape where there are several
  ///   inputs.
  package init(
    tracing network: some Network, inputShape: [Int]? = nil, for wanted: [String]? = nil
  ) throws(GraphError) {
    var shapes: [String: [Int]] = [:]
    if let inputShape {
      let names = network.inputs.map(\.name)
      guard names.count == 1 else { throw .severalInputs(network: network.name, names: names) }
      shapes[names[0]] = inputShape
    }
    try self.init(tracing: network, inputShapes: shapes, for: wanted)
  }

  /// Traces a network with some of its inputs.
  ///
  /// - Parameters:
  ///   - network: the description.
  ///   - inputShapes: per-sample shapes by input; the others keep the network's own.
  ///   - absent: optional inputs that the network does without.
  ///   - wanted: as above.
  /// - Throws: ``GraphError`` if the shapes do not fit together, for names of inputs that do not exist, and
  ///   for absent inputs that the network cannot do without.
  package init(
    tracing network: some Network, inputShapes: [String: [Int]], without absent: Set<String> = [],
    for wanted: [String]? = nil
  ) throws(GraphError) {
    let declared = network.inputs
    try Self.check(declared, of: network.name, named: absent.union(inputShapes.keys))
    let builder = GraphBuilder(network: network.name)
    var inputs: [Input] = []
    var values: [String: Value] = [:]
    for input in declared where !absent.contains(input.name) {
      let shape = inputShapes[input.name] ?? input.shape
      let value = builder.add(.input(input.name), [], shape: shape, scope: "")
      values[input.name] = value
      inputs.append(Input(name: input.name, shape: value.shape, node: value.node))
    }
    if let name = declared.first(where: { !$0.isOptional && absent.contains($0.name) })?.name {
      throw .missingInput(network: network.name, name: name)
    }
    let traced = TracedInputs(builder: builder, values: values, declared: declared.map(\.name))
    let output = network.describe(Scope(builder: builder, prefix: ""), traced)
    _ = output.tapped(Self.mainOutput)
    self.init(
      network: network.name, inputs: inputs, nodes: builder.nodes, parameters: builder.parameters,
      outputs: builder.outputs, outputNames: builder.outputNames)
    let needed = wanted.map { Set(nodes(neededFor: $0)) }
    if let error = builder.error(among: needed) { throw error }
  }

  /// - Throws: ``GraphError`` for names that belong to no input and for inputs that share a name.
  private static func check(
    _ inputs: [NetworkInput], of network: String, named names: Set<String>
  ) throws(GraphError) {
    var known: Set<String> = []
    for input in inputs where !known.insert(input.name).inserted {
      throw .refused(network: network, reason: "two inputs are called '\(input.name)'")
    }
    if let name = names.subtracting(known).min() {
      throw .unknownInput(network: network, name: name, available: inputs.map(\.name))
    }
  }

  init(
    network: String, inputs: [Input], nodes: [Node], parameters: [ParameterSpecification],
    outputs: [String: Int], outputNames: [String]
  ) {
    self.network = network
    self.inputs = inputs
    self.nodes = nodes
    self.parameters = parameters
    self.outputs = outputs
    self.outputNames = outputNames
  }

  /// Per-sample shape of the first input, which is the main one; empty where there is none.
  package var inputShape: [Int] { inputs.first?.shape ?? [] }

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
