import Kernels

extension Graph {
  /// The same results from a graph in which a row that is picked at the end is picked as early as it can be.
  ///
  /// A class token's MLP then runs for that token alone. Picking moves ahead of operations that treat
  /// every row alike; each row's arithmetic stays what it was, so no bit changes. Only the named
  /// results remain.
  func pickingRowsEarly(for names: [String]) -> Graph {
    RowSelection(self, outputs: names).rewritten
  }
}

/// The rewriting of one graph.
private struct RowSelection {
  /// Which row somebody wants.
  private enum Pick: Hashable {
    case fixed(Int)
    case largest(of: Int)

    func isKnown(before node: Int) -> Bool {
      if case .largest(let values) = self { values < node } else { true }
    }
  }

  private let graph: Graph
  private let outputs: [String: Int]
  /// For nodes of which one row alone is read: that row.
  private var picks: [Int: Pick] = [:]

  init(_ graph: Graph, outputs names: [String]) {
    self.graph = graph
    outputs = graph.outputs.filter { names.contains($0.key) }
    let needed = graph.nodes(neededFor: names)
    let requested = Set(outputs.values)
    var wanted: [Int: Set<Pick?>] = [:]
    for node in needed.reversed() {
      let operation = graph.nodes[node]
      if !requested.contains(node), let wishes = wanted[node], wishes.count == 1,
        let pick = wishes.first ?? nil, pick.isKnown(before: node),
        !rowOperands(of: operation).isEmpty
      {
        picks[node] = pick
      }
      for (position, input) in operation.inputs.enumerated() {
        let passesOn = picks[node] != nil && rowOperands(of: operation).contains(position)
        let own = position == 0 ? pick(by: operation) : nil
        wanted[input, default: []].insert(passesOn ? picks[node] : own)
      }
    }
  }

  private func pick(by node: Node) -> Pick? {
    switch node.operation {
    case .row(let index): .fixed(index)
    case .rowOfLargest: .largest(of: node.inputs[1])
    default: nil
    }
  }

  /// Operands of which a row of the result reads the same row only; none if rows are not independent.
  private func rowOperands(of node: Node) -> [Int] {
    guard node.shape.count == 3, node.shape[2] == 1, node.shape[1] > 1 else { return [] }
    switch node.operation {
    case .linear, .projection, .layerNorm, .quickGELU, .gelu, .silu, .relu, .sigmoid, .prelu,
      .affine,
      .channels, .array(.function), .array(.normalize),
      .array(.layerNorm), .array(.softmax):
      return [0]
    case .add, .multiply, .array(.pair):
      return node.inputs.allSatisfy { graph.nodes[$0].shape == node.shape } ? [0, 1] : []
    case .attention(let attention):
      return attention.isCausal || attention.operands == .joinedByHead ? [] : [0]
    default: return []
    }
  }

  var rewritten: Graph {
    guard !picks.isEmpty else { return graph }
    var nodes: [Node] = []
    var new: [Int] = []
    var picked: [Int: [Pick: Int]] = [:]

    func rowOf(_ input: Int, _ pick: Pick, scope: String) -> Int {
      if picks[input] != nil { return new[input] }
      if let found = picked[input]?[pick] { return found }
      let (operation, inputs): (Operation, [Int]) =
        switch pick {
        case .fixed(let index): (.row(index), [new[input]])
        case .largest(let values): (.rowOfLargest, [new[input], new[values]])
        }
      nodes.append(
        Node(
          operation: operation, inputs: inputs, shape: [graph.nodes[input].shape[0]], scope: scope))
      picked[input, default: [:]][pick] = nodes.count - 1
      return nodes.count - 1
    }

    for (index, node) in graph.nodes.enumerated() {
      var (inputs, shape) = (node.inputs.map { new[$0] }, node.shape)
      if let pick = picks[index] {
        for operand in rowOperands(of: node) {
          inputs[operand] = rowOf(node.inputs[operand], pick, scope: node.scope)
        }
        shape = [node.shape[0]]
      } else if pick(by: node) != nil, picks[node.inputs[0]] != nil {
        new.append(new[node.inputs[0]])
        continue
      }
      nodes.append(
        Node(operation: node.operation, inputs: inputs, shape: shape, scope: node.scope))
      new.append(nodes.count - 1)
    }
    return Graph(
      network: graph.network,
      inputs: graph.inputs.map { Graph.Input(name: $0.name, shape: $0.shape, node: new[$0.node]) },
      nodes: nodes, parameters: graph.parameters,
      outputs: outputs.mapValues { new[$0] },
      outputNames: graph.outputNames.filter { outputs[$0] != nil })
  }
}
