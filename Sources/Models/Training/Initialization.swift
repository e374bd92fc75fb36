import Graphs
import Kernels
import Tensors

/// First values of a network's parameters, as PyTorch draws them by default or as vision networks do.
package enum Initialization {
  /// Draws every parameter of a graph from its name and a seed.
  ///
  /// | parameter | values |
  /// |---|---|
  /// | `weight` of two axes or more | normal, variance `2 / fan-in` for filters, `1 / fan-in` for matrices |
  /// | `weight` of one axis (norms) | 1 |
  /// | PReLU's `weight` | ¼ |
  /// | tables, learned rows | normal, deviation 0.02 |
  /// | `running_var` | 1 |
  /// | anything else | 0 |
  ///
  /// Source: He et al., arXiv 1502.01852; for tables, Radford et al., arXiv 2103.00020.
  package static func values(of graph: Graph, seed: UInt64) -> [String: Tensor] {
    let roles = roles(of: graph)
    return Dictionary(
      uniqueKeysWithValues: graph.parameters.map { specification in
        (specification.name, value(specification, roles[specification.name] ?? .zero, seed))
      })
  }

  private enum Role {
    case filter, matrix, projection, transposedFilter, table, one, slope, zero
  }

  private static func roles(of graph: Graph) -> [String: Role] {
    var roles: [String: Role] = [:]
    for node in graph.nodes {
      switch node.operation {
      case .convolution(let geometry, let weight, _):
        roles[weight] = geometry.isTransposed ? .transposedFilter : .filter
      case .linear(let weight, _): roles[weight] = .matrix
      case .projection(let weight): roles[weight] = .projection
      case .prelu(let weight): roles[weight] = .slope
      case .embedding(let weight), .nearestCode(let weight), .addRows(let weight),
        .prepend(let weight):
        roles[weight] = .table
      case .batchNorm(let prefix, _, _):
        let start = prefix.isEmpty ? "" : "\(prefix)."
        roles["\(start)weight"] = .one
        roles["\(start)running_var"] = .one
      case .layerNorm(let prefix, _): roles["\(prefix).weight"] = .one
      case .groupNorm(_, let prefix, affine: true):
        roles[prefix.isEmpty ? "weight" : "\(prefix).weight"] = .one
      default: break
      }
    }
    return roles
  }

  private static func value(
    _ specification: ParameterSpecification, _ role: Role, _ seed: UInt64
  ) -> Tensor {
    let shape = specification.shape
    func normal(_ variance: Double) -> Tensor {
      NormalNumbers(seed: SeededParameters.fowlerNollVo(specification.name) ^ seed)
        .tensor(shape, deviation: variance.squareRoot())
    }
    let fan = Double(shape.dropFirst().elementCountOfAxes)
    switch role {
    case .filter: return normal(2 / fan)
    case .transposedFilter:
      return normal(2 / Double(shape[0] * shape[2] * shape[3]))
    case .matrix: return normal(1 / fan)
    case .projection: return normal(1 / Double(shape[0]))
    case .table: return normal(0.02 * 0.02)
    case .one: return Tensor(shape: shape, repeating: 1)
    case .slope: return Tensor(shape: shape, repeating: 0.25)
    case .zero: return Tensor(shape: shape, repeating: 0)
    }
  }
}

extension ArraySlice<Int> {
  fileprivate var elementCountOfAxes: Int { reduce(1, *) }
}
