/// A graph in two parts: what does not depend on some inputs, to be computed once, and the rest, which reads it.
///
/// Each step of a sampling gives a network another image and timestep, but the same condition. Both parts name their
/// parameters as the whole does, so that what was bound for the whole serves them, and give its bits.
package struct SplitGraph: Sendable {
  /// Computes ``names`` from the inputs that stay.
  package let lasting: Graph
  /// Computes the whole's results from the inputs that vary and ``names``; an input that stays is among those that it
  /// reads if a varying step does.
  package let varying: Graph
  /// Results of ``lasting`` that are inputs of ``varying``, in the order of the whole: a tap's name, or a node's number.
  package let names: [String]

  /// Splits a graph.
  ///
  /// - Parameters:
  ///   - graph: the whole.
  ///   - inputs: names of those that vary.
  ///   - outputs: results of the whole that ``varying`` computes.
  /// - Throws: ``GraphError`` for inputs and results that the graph does not have.
  package init(
    _ graph: Graph, varying inputs: Set<String>, for outputs: [String] = [Graph.mainOutput]
  ) throws(GraphError) {
    for name in inputs.sorted() { _ = try graph.input(name) }
    for name in outputs where graph.outputs[name] == nil {
      throw .unknownOutput(name: name, available: graph.outputNames)
    }
    var varies = [Bool](repeating: false, count: graph.nodes.count)
    for input in graph.inputs { varies[input.node] = inputs.contains(input.name) }
    let needed = graph.nodes(neededFor: outputs)
    // What a varying step reads, and results that do not vary.
    var read = Set(outputs.compactMap { graph.outputs[$0] })
    for node in needed {
      let operands = graph.nodes[node].inputs
      if operands.contains(where: { varies[$0] }) {
        varies[node] = true
        read.formUnion(operands)
      }
    }
    let given = Set(graph.inputs.map(\.node))
    let border = needed.filter { read.contains($0) && !varies[$0] && !given.contains($0) }
    let taps = Dictionary(graph.outputNames.map { (graph.outputs[$0] ?? -1, $0) }) { first, _ in
      first
    }
    let named = border.map { (node: $0, name: taps[$0] ?? "node \($0)") }
    names = named.map(\.name)

    let source = Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.node) })
    lasting = Graph(
      network: graph.network, inputs: graph.inputs, nodes: graph.nodes,
      parameters: graph.parameters, outputs: source, outputNames: names
    ).keeping(nodes: Set(border), replacing: [:])
    varying = Graph(
      network: graph.network, inputs: graph.inputs, nodes: graph.nodes,
      parameters: graph.parameters, outputs: graph.outputs.filter { outputs.contains($0.key) },
      outputNames: graph.outputNames.filter(outputs.contains)
    ).keeping(
      nodes: Set(outputs.compactMap { graph.outputs[$0] }),
      replacing: Dictionary(uniqueKeysWithValues: named.map { ($0.node, $0.name) }))
  }
}

extension Graph {
  /// The part that some nodes need, in which others are inputs by a name and need nothing.
  fileprivate func keeping(nodes wanted: Set<Int>, replacing replaced: [Int: String]) -> Graph {
    var needed = wanted
    for index in nodes.indices.reversed() where needed.contains(index) && replaced[index] == nil {
      needed.formUnion(nodes[index].inputs)
    }
    let own = inputs.filter { needed.contains($0.node) }
    let added = replaced.filter { needed.contains($0.key) }.sorted { $0.key < $1.key }
    let first = own.map { ($0.node, $0.name) } + added.map { ($0.key, $0.value) }
    let known = Set(first.map(\.0))
    let order = first.map(\.0) + needed.sorted().filter { !known.contains($0) }
    let place = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
    let names = Dictionary(uniqueKeysWithValues: first)
    let operations = order.filter { names[$0] == nil }.map { nodes[$0].operation }
    let read = Set(operations.flatMap { $0.trainableNames + $0.statisticNames })
    return Graph(
      network: network,
      inputs: first.enumerated().map {
        Input(name: $1.1, shape: nodes[$1.0].shape, node: $0)
      },
      nodes: order.map { index in
        let node = nodes[index]
        return Node(
          operation: names[index].map(Operation.input) ?? node.operation,
          inputs: names[index] == nil ? node.inputs.compactMap { place[$0] } : [],
          shape: node.shape, scope: node.scope)
      },
      parameters: parameters.filter { read.contains($0.name) },
      outputs: outputs.compactMapValues { place[$0] },
      outputNames: outputNames)
  }
}
