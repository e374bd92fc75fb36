import Graphs
import Tensors

extension ONNXImporters {
  /// `Gemm` of a vector and a stored matrix: a linear layer; `transB` is PyTorch's own layout.
  static func gemm(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let node = step.node
    _ = try node.integer("transA", default: 0, in: 0...0)
    for factor in ["alpha", "beta"] where node.float(factor, default: 1) != 1 {
      throw node.refuse("has \(factor) \(node.float(factor, default: 1)); only 1 is possible")
    }
    let isTransposed = try node.integer("transB", default: 0, in: 0...1) == 1
    return try linear(step, isStoredOutputFirst: isTransposed, bias: 2)
  }

  /// `MatMul` of a vector and a stored matrix `[D, O]`, which is transposed.
  static func matMul(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    try linear(step, isStoredOutputFirst: false, bias: nil)
  }

  private static func linear(_ step: ONNXStep, isStoredOutputFirst: Bool, bias: Int?)
    throws(ONNXError) -> ONNXOperand
  {
    let input = try step.vector(0)
    let (name, stored) = try step.weight(1, axes: 2)
    let weights = isStoredOutputFirst ? stored : stored.transposed()
    guard weights.shape[1] == input.shape[0] else {
      throw step.node.refuse(
        "has the matrix \(stored.shape) for a vector of \(input.shape[0]) numbers")
    }
    let weight = step.claim(name, weights, change: isStoredOutputFirst ? nil : "transposed")
    let offset = try bias.map { index throws(ONNXError) in
      try step.bias(index, count: weights.shape[0])
    }
    return .value(step.scope.linear(input, weight: weight, bias: offset ?? nil))
  }
}

extension Tensor {
  /// A matrix with its axes exchanged.
  fileprivate func transposed() -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    var result = Tensor(shape: [columns, rows])
    for column in 0..<columns {
      for row in 0..<rows {
        result.values[column * rows + row] = values[row * columns + column]
      }
    }
    return result
  }
}
