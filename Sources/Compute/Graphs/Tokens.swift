import Kernels

/// Tokens are maps `[D, T, 1]`: channels-last in memory, so that each token's values lie together.
extension Value {
  /// Whether this is a vector `[D]` or tokens `[D, T, 1]`.
  var isTokens: Bool { shape.count == 1 || (shape.count == 3 && columns == 1) }

  private var place: String { builder.nodes[node].scope }

  private func then(_ operation: Operation, shape: [Int], fits: Bool = true) -> Value {
    if !fits { builder.reject(operation.name, [node], scope: place) }
    return builder.add(operation, [node], shape: shape, scope: place)
  }

  /// `x · σ(1.702 x)`.
  package func quickGELU() -> Value { then(.quickGELU, shape: shape) }

  /// `x · Φ(x)`, the exact form.
  package func gelu() -> Value { then(.gelu, shape: shape) }

  /// `[D, H, W] → [D, H·W, 1]`, pixels row by row.
  package func asTokens() -> Value {
    then(.tokens, shape: [channels, rows * columns, 1], fits: shape.count == 3)
  }

  /// Pixels row by row as a map, `[D, H·W, 1] → [D, H, W]`: the way back from ``asTokens()``.
  package func asMap(rows: Int, columns: Int) -> Value {
    reinterpreted(as: [channels, rows, columns])
  }

  /// Some of the channels, `[D, …] → [count, …]`.
  package func channels(from first: Int, count: Int) -> Value {
    then(
      .channels(from: first), shape: [count] + shape.dropFirst(),
      fits: first >= 0 && count > 0 && first + count <= channels)
  }

  /// One token, `[D, T, 1] → [D]`.
  package func row(_ index: Int) -> Value {
    then(
      .row(index), shape: [channels],
      fits: shape.count == 3 && columns == 1 && (0..<rows).contains(index))
  }

  /// The token at the largest of the values `[T]`, the first of equals: `[D, T, 1] → [D]`.
  package func row(ofLargestIn values: Value) -> Value {
    let fits = shape.count == 3 && columns == 1 && values.shape == [rows]
    if !fits { builder.reject("row of largest", [node, values.node], scope: place) }
    return builder.add(.rowOfLargest, [node, values.node], shape: [channels], scope: place)
  }

  /// The mean of all tokens before the first, `[D, T, 1] → [D, T + 1, 1]`.
  package func prependingMean() -> Value {
    then(
      .prependMean, shape: [channels, rows + 1, 1], fits: shape.count == 3 && columns == 1)
  }

  /// Multi-head attention without its projections.
  ///
  /// - Parameters:
  ///   - queries: `[D, T, 1]`, or `[D]` for a single one.
  ///   - keys: `[D, S, 1]`.
  ///   - values: `[D, S, 1]`.
  ///   - attention: heads and order.
  /// - Returns: a value for each query.
  package static func attention(
    queries: Value, keys: Value, values: Value, _ attention: Attention
  ) -> Value {
    if attention.operands == .joinedByHead {
      queries.builder.reject("attention", [queries.node], scope: queries.place)
    }
    let nodes = [queries.node, keys.node, values.node]
    let fits =
      [queries, keys, values].allSatisfy { $0.isTokens && $0.channels == queries.channels }
      && keys.shape == values.shape && queries.channels % attention.heads == 0
      && (!attention.isCausal || queries.shape == keys.shape)
    let operation = Operation.attention(attention)
    if !fits { queries.builder.reject(operation.name, nodes, scope: queries.place) }
    return queries.builder.add(operation, nodes, shape: queries.shape, scope: queries.place)
  }

  /// Multi-head attention of tokens that hold queries, keys and values head by head, `[3 D, T, 1] → [D, T, 1]`.
  ///
  /// - Parameter attention: its operands are joined.
  /// - Returns: a value for each token.
  package func attention(_ attention: Attention) -> Value {
    let operation = Operation.attention(attention)
    let fits =
      attention.operands == .joinedByHead && shape.count == 3 && columns == 1
      && channels % (3 * attention.heads) == 0
    return then(operation, shape: [channels / 3] + shape.dropFirst(), fits: fits)
  }
}

/// Operations of transformers with parameters.
extension Scope {
  private func parameter(_ name: String, _ shape: [Int]) -> String {
    builder.parameter(self[name].prefix, shape: shape)
  }

  private func add(_ operation: Operation, to x: Value, shape: [Int], fits: Bool) -> Value {
    if !fits { builder.reject(operation.name, [x.node], scope: prefix) }
    return builder.add(operation, [x.node], shape: shape, scope: prefix)
  }

  /// `LayerNorm` over the channels of each pixel; parameters `weight [D]`, `bias [D]`.
  package func layerNorm(_ x: Value, epsilon: Float = 1e-5) -> Value {
    for name in ["weight", "bias"] { _ = parameter(name, [x.channels]) }
    return add(.layerNorm(prefix: prefix, epsilon: epsilon), to: x, shape: x.shape, fits: true)
  }

  /// `x @ W` with the parameter `name [D, O]`: `[D, …] → [O, …]`.
  package func projected(_ x: Value, by name: String, to features: Int) -> Value {
    add(
      .projection(weight: parameter(name, [x.channels, features])), to: x,
      shape: [features] + x.shape.dropFirst(), fits: x.isTokens)
  }

  /// A learned token, the parameter `name [D]`, before all others: `[D, T, 1] → [D, T + 1, 1]`.
  package func prepending(_ name: String, to x: Value) -> Value {
    add(
      .prepend(weight: parameter(name, [x.channels])), to: x, shape: [x.channels, x.rows + 1, 1],
      fits: x.shape.count == 3 && x.isTokens)
  }

  /// A learned row for each token, the parameter `name [T, D]`, added: `[D, T, 1] → [D, T, 1]`.
  package func adding(_ name: String, rows: Int, to x: Value) -> Value {
    add(
      .addRows(weight: parameter(name, [rows, x.channels])), to: x, shape: x.shape,
      fits: x.shape == [x.channels, rows, 1])
  }

  /// `Embedding`: token numbers `[T]` to `[D, T, 1]`; parameter `weight [V, D]`.
  ///
  /// Numbers are exact below 2²⁴; one that is not below `V` yields NaN.
  package func embedding(_ ids: Value, vocabulary: Int, to width: Int) -> Value {
    add(
      .embedding(weight: parameter("weight", [vocabulary, width])), to: ids,
      shape: [width, ids.channels, 1], fits: ids.shape.count == 1)
  }
}
