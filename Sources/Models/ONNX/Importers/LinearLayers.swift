import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `Gemm`: `α · A · B + β · C`, a linear layer where `B` is stored; `transB` is PyTorch's own layout.
  static func gemm(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let node = step.node
    var a = try step.result(0)
    guard a.shape.count == 2 else { throw step.unfit(0, "[N, D]") }
    if try node.integer("transA", default: 0, in: 0...1) == 1 {
      a = a.seen(as: a.view.permuted([1, 0]))
    }
    let isTransposed = try node.integer("transB", default: 0, in: 0...1) == 1
    let (alpha, beta) = (node.float("alpha", default: 1), node.float("beta", default: 1))
    if case .value(let b) = step.operand(1) {
      let b = isTransposed && b.shape.count == 2 ? b.seen(as: b.view.permuted([1, 0])) : b
      return try added(step, to: product(step, a, b), scaledBy: (alpha, beta))
    }
    let (name, stored) = try step.weight(1, axes: 2)
    let weights = isTransposed ? stored : stored.transposed
    let outputs = weights.shape[0]
    guard alpha == 1, beta == 1, isBias(step.operand(2), of: outputs) else {
      let layer = try linear(step, a, name, weights, isTransposed: !isTransposed, bias: nil)
      return try added(step, to: layer, scaledBy: (alpha, beta))
    }
    let bias = try step.bias(2, count: outputs)
    return .value(
      try linear(step, a, name, weights, isTransposed: !isTransposed, bias: bias))
  }

  private static func isBias(_ operand: ONNXOperand?, of outputs: Int) -> Bool {
    guard case .floats(_, let tensor) = operand else { return operand == nil }
    return tensor.count == outputs && tensor.shape.last == outputs || tensor.shape == [outputs]
  }

  /// `α · product + β · C`.
  private static func added(
    _ step: ONNXStep, to product: ONNXResult, scaledBy factors: (alpha: Float, beta: Float)
  ) throws(ONNXError) -> ONNXOperand {
    let scaled = ONNXResult(
      product.value, product.view, factor: product.factor * factors.alpha)
    switch step.operand(2) {
    case nil: return .value(scaled)
    case .floats(let name, let tensor):
      let offset = Tensor(shape: tensor.shape, values: tensor.values.map { $0 * factors.beta })
      let edge = factors.beta == 1 ? name : "\(name) · \(factors.beta)"
      return try combined(step, .add, .value(scaled), .floats(name: edge, offset))
    case .value(let offset):
      let other = ONNXResult(offset.value, offset.view, factor: offset.factor * factors.beta)
      return try combined(step, .add, .value(scaled), .value(other))
    default: throw step.unfit(2, "floats")
    }
  }

  /// `MatMul`: of rows and a stored matrix `[D, O]`, which is transposed; of a stored matrix and columns;
  /// of two results.
  static func matMul(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    switch (step.operand(0), step.operand(1)) {
    case (.value(let rows), .floats(let name, let matrix)) where matrix.shape.count == 2:
      return .value(
        try linear(step, rows, name, matrix.transposed, isTransposed: true, bias: nil))
    case (.floats(let name, let matrix), .value(let columns))
    where matrix.shape.count == 2 && columns.shape.count > 1:
      let turned = columns.seen(as: columns.view.permuted(lastTwoSwapped(columns.shape.count)))
      let layer = try linear(step, turned, name, matrix, isTransposed: false, bias: nil)
      return .value(layer.seen(as: layer.view.permuted(lastTwoSwapped(layer.shape.count))))
    default:
      return .value(try product(step, step.resultOrStored(0), step.resultOrStored(1)))
    }
  }

  private static func lastTwoSwapped(_ rank: Int) -> [Int] {
    Array(0..<rank - 2) + [rank - 1, rank - 2]
  }

  /// A linear layer with weights `[O, D]` on the last axis.
  private static func linear(
    _ step: ONNXStep, _ x: ONNXResult, _ name: String, _ weights: Tensor, isTransposed: Bool,
    bias: ParameterSpecification?
  ) throws(ONNXError) -> ONNXResult {
    guard weights.count > 0, let depth = x.shape.last, weights.shape[1] == depth else {
      let stored = isTransposed ? weights.shape.reversed() : weights.shape
      throw step.node.refuse(
        "has the matrix \(stored) for a vector of \(x.shape.last ?? 0) numbers")
    }
    let weight = step.claim(name, weights, change: isTransposed ? "transposed" : nil)
    // Without a bias a factor may as well come behind, where it is folded into the weights.
    let input = bias == nil ? ONNXResult(x.value, x.view) : x
    let value = step.scope.linear(input.rows(), weight: weight, bias: bias)
    return ONNXResult(
      value, inOrder: x.shape.dropLast() + [weights.shape[0]], factor: bias == nil ? x.factor : 1)
  }

  /// The product of two results, matrix by matrix: attention where it is one.
  private static func product(_ step: ONNXStep, _ a: ONNXResult, _ b: ONNXResult)
    throws(ONNXError) -> ONNXResult
  {
    guard a.shape.count > 1, b.shape.count > 1,
      let depth = a.shape.last, b.shape[b.shape.count - 2] == depth, let width = b.shape.last
    else { throw step.node.refuse("cannot multiply \(a.shape) and \(b.shape)") }
    let batch = try broadcastShape(
      step, Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    let height = a.shape[a.shape.count - 2]
    let (left, right) = (
      a.broadcast(to: batch + [height, depth]), b.broadcast(to: batch + [depth, width])
    )
    if let attention = step.walk.attention(left, right) { return attention }
    let factor = left.factor * right.factor
    let rows = ONNXResult(left.value, left.view).inRows
    let matrix = ONNXResult(right.value, right.view).inRows
    let value = rows.multiplied(by: matrix, batches: batch.elementCount)
    step.walk.noteScores(value, queries: left, keys: right)
    return ONNXResult(value, inOrder: batch + [height, width], factor: factor)
  }
}

extension ONNXResult {
  /// Rows of the last axis as tokens, `[D, T, 1]`, even a single one.
  fileprivate var inRows: Value {
    let depth = shape.last ?? 1
    return ordered(Array(shape.indices), as: [depth, shape.elementCount / depth, 1])
  }
}
