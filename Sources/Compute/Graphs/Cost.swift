import Kernels
import Tensors

/// What a step of a network holds and what it computes for one sample.
package struct Cost: Hashable, Sendable {
  /// Trainable values; a batch norm's running statistics and counter do not count.
  package var parameters: Int
  /// Products that are added up, in convolutions, linear layers and attention.
  package var multiplyAdds: Int

  /// Holds and computes this much.
  package init(parameters: Int, multiplyAdds: Int) {
    self.parameters = parameters
    self.multiplyAdds = multiplyAdds
  }

  /// Nothing held, nothing computed.
  package static let zero = Cost(parameters: 0, multiplyAdds: 0)

  /// Floating-point operations: two to a multiply-add.
  package var operations: Int { 2 * multiplyAdds }

  /// Sums of both.
  package static func + (left: Cost, right: Cost) -> Cost {
    Cost(
      parameters: left.parameters + right.parameters,
      multiplyAdds: left.multiplyAdds + right.multiplyAdds)
  }
}

extension Graph {
  /// Cost of every node, in the order of ``nodes``.
  ///
  /// A parameter that several nodes share counts at the first of them. Multiply-adds:
  ///
  /// | operation | formula |
  /// |---|---|
  /// | convolution | `O·H'·W' · C/g·R·S` |
  /// | transposed convolution | `C·H·W · O/g·R·S` |
  /// | linear, projection | `T · O·D` |
  /// | attention of `T` queries, `S` keys | `2 · T·S·D`, a mask changes nothing |
  /// | nearest of `V` codes | `H·W · V·C` |
  /// | `B` products `[M, K] · [K, N]` of results | `B · M·N·K` |
  /// | anything else | 0 |
  ///
  /// That is how torchvision and the papers count. Biases, norms, activations, pools and resizes
  /// take a few operations a value, together under a percent of these networks, and fold into their
  /// neighbors at inference where they can.
  package func costs() -> [Cost] {
    let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
    var counted: Set<String> = []
    return nodes.map { node in
      let own = node.operation.trainableNames.filter { counted.insert($0).inserted }
      return Cost(
        parameters: own.reduce(0) { $0 + (shapes[$1]?.elementCount ?? 0) },
        multiplyAdds: multiplyAdds(of: node, shapes: shapes))
    }
  }

  /// Trainable values of the whole network, and multiply-adds of the nodes that results need.
  package func cost(computing outputs: [String]) -> Cost {
    let costs = costs()
    return Cost(
      parameters: costs.reduce(0) { $0 + $1.parameters },
      multiplyAdds: nodes(neededFor: outputs).reduce(0) { $0 + costs[$1].multiplyAdds })
  }

  private func multiplyAdds(of node: Node, shapes: [String: [Int]]) -> Int {
    switch node.operation {
    case .convolution(let geometry, let weight, _):
      // Forwards every output value, transposed every input value meets one filter of its group.
      let shape = geometry.isTransposed ? nodes[node.inputs[0]].shape : node.shape
      return shape.elementCount * ((shapes[weight]?.elementCount ?? 0) / shape[0])
    case .linear(let weight, _), .projection(let weight):
      return (shapes[weight]?.elementCount ?? 0) * node.shape.dropFirst().reduce(1, *)
    case .attention:
      let keys = nodes[node.inputs.count > 1 ? node.inputs[1] : node.inputs[0]].shape
      return 2 * node.shape.elementCount * keys.dropFirst().reduce(1, *)
    case .nearestCode(let weight): return node.shape.elementCount * (shapes[weight]?[0] ?? 0)
    case .array(let operation):
      return operation.multiplyAdds(
        inputs: node.inputs.map { nodes[$0].shape }, output: node.shape)
    default: return 0
    }
  }
}

extension Operation {
  /// Names of the parameters that training changes.
  package var trainableNames: [String] {
    switch self {
    case .convolution(_, let weight, let bias), .linear(let weight, let bias):
      [weight, bias].compactMap(\.self)
    case .batchNorm(let prefix, _, let affine):
      affine ? ["weight", "bias"].map { prefix.isEmpty ? $0 : "\(prefix).\($0)" } : []
    case .layerNorm(let prefix, _): ["\(prefix).weight", "\(prefix).bias"]
    case .groupNorm(_, let prefix, let affine):
      affine ? ["weight", "bias"].map { prefix.parameter($0) } : []
    case .prelu(let weight), .projection(let weight), .prepend(let weight), .addRows(let weight),
      .embedding(let weight), .nearestCode(let weight):
      [weight]
    case .array(let operation): operation.trainableNames
    case .style(let operation): operation.trainableNames
    default: []
    }
  }

  /// Names of what has no gradient: a batch norm's running mean and variance, which training updates, and a
  /// generator's noise.
  var statisticNames: [String] {
    switch self {
    case .batchNorm(let prefix, _, _):
      ["running_mean", "running_var"].map { prefix.parameter($0) }
    case .style(let operation): operation.fixedNames
    default: []
    }
  }
}
