import ArrayKernels
import Kernels
import ReferenceKernels
import Tensors

/// Operations on arrays of any shape, for networks that are not described as maps and tokens.
///
/// A node's value lies in memory as `[H, W, C]`, which is `[T, D]` for tokens. An array of any shape is
/// such a memory with a ``StridedView`` that says where its values are.
package enum ArrayOperation: Hashable, Sendable {
  /// The parameter's values in memory order, whatever its shape; reads nothing.
  case stored(String)
  /// What a view reads of the input's memory, in order.
  case rearrange(StridedView)
  /// The input's memory under another shape of equal size.
  case reinterpret
  /// Pixels of the inputs, which have equal channels, one behind the other.
  case append
  /// `[B·M pixels of K] · [B·K pixels of N] → [B·M pixels of N]`.
  case matrixProduct(batches: Int)
  /// Over the channels of each pixel.
  case softmax
  /// Of all channels of each pixel.
  case reduce(Reduction)
  /// As ``normalize(epsilon:)``, then times a parameter `[D]`, plus another.
  case layerNorm(weight: String, bias: String, epsilon: Float)
  /// `(x − mean) / √(variance + ε)` over the channels of each pixel.
  case normalize(epsilon: Float)
  /// Of each value.
  case function(ScalarFunction)
  /// Of pairs of values of equal shapes.
  case pair(PairFunction)
  /// Of rows and columns.
  case resample(Resampling)

  /// Short name for tables and messages.
  var name: String {
    switch self {
    case .stored: "stored values"
    case .rearrange(let view): "rearrange to \(view.collapsed.shape)"
    case .reinterpret: "reinterpret"
    case .append: "append"
    case .matrixProduct(let batches): batches > 1 ? "matrix product ×\(batches)" : "matrix product"
    case .softmax: "softmax"
    case .reduce(let reduction): "reduce to \(reduction)"
    case .layerNorm: "layer norm"
    case .normalize: "normalise"
    case .function(let function): "\(function)"
    case .pair(let function): "\(function)"
    case .resample: "resample"
    }
  }

  /// Names of the parameters that training changes.
  var trainableNames: [String] {
    switch self {
    case .stored(let name): [name]
    case .layerNorm(let weight, let bias, _): [weight, bias]
    default: []
    }
  }

  /// Products that are added up, for results of the given inputs.
  func multiplyAdds(inputs: [[Int]], output: [Int]) -> Int {
    if case .matrixProduct = self { output.elementCount * inputs[0][0] } else { 0 }
  }

  /// The readable form, on planar tensors.
  ///
  /// - Throws: ``GraphError/missingParameter(name:)``.
  func evaluate(_ x: [Tensor], shape: [Int], parameter: (String) throws(GraphError) -> Tensor)
    throws(GraphError) -> Tensor
  {
    switch self {
    case .stored(let name): return Reference.planar(try parameter(name).values, shape: shape)
    case .rearrange(let view): return Reference.rearranged(x[0], view, shape: shape)
    case .reinterpret: return Reference.planar(Reference.memoryOrder(x[0]), shape: shape)
    case .append: return Reference.planar(x.flatMap(Reference.memoryOrder), shape: shape)
    case .matrixProduct(let batches):
      return Reference.matrixProduct(x[0], x[1], batches: batches, shape: shape)
    case .softmax: return Reference.softmax(x[0])
    case .reduce(let reduction): return Reference.reduced(x[0], reduction, shape: shape)
    case .layerNorm(let weight, let bias, let epsilon):
      return Reference.layerNorm(
        x[0], weight: try parameter(weight).values, bias: try parameter(bias).values,
        epsilon: epsilon)
    case .normalize(let epsilon):
      return Reference.layerNorm(
        x[0], weight: [Float](repeating: 1, count: shape[0]),
        bias: [Float](repeating: 0, count: shape[0]), epsilon: epsilon)
    case .function(let function):
      return Tensor(shape: shape, values: x[0].values.map { Float(function(Double($0))) })
    case .pair(let function):
      return Tensor(
        shape: shape,
        values: zip(x[0].values, x[1].values).map { Float(function(Double($0), Double($1))) })
    case .resample(let resampling): return Reference.resampled(x[0], resampling)
    }
  }
}

extension Stage {
  /// One array operation at inference.
  enum ArrayAction: Sendable {
    case stored(Tensor)
    case rearrange(StridedView)
    /// A view where the input's pixels touch, a copy elsewhere; `channels` are the input's.
    case reinterpret(channels: Int)
    case append
    case matrixProduct(batches: Int)
    case softmax
    case reduce(Reduction)
    case function(ScalarFunction)
    case pair(PairFunction)
    case resample(Resampling)
  }

  /// Runs an array operation on one image.
  func run(_ action: ArrayAction, _ x: [FeatureMap], to y: FeatureMap, scratch: KernelScratch) {
    switch action {
    case .stored(let values): y.writeStored(values)
    case .rearrange(let view): y.writeRearranged(x[0], view)
    case .reinterpret:
      y.writeRearranged(x[0], StridedView(rowMajor: [x[0].pixels * x[0].channels]))
    case .append: y.writeAppended(x)
    case .matrixProduct(let batches):
      y.writeMatrixProduct(of: x[0], x[1], batches: batches, level: level, scratch: scratch)
    case .softmax: y.writeSoftmax(of: x[0], level: level, scratch: scratch)
    case .reduce(let reduction): y.write(reduction, of: x[0])
    case .function(let function): y.writeFunction(function, of: x[0], level: level)
    case .pair(let function): y.write(function, of: x[0], x[1])
    case .resample(let resampling): y.writeResampled(x[0], resampling)
    }
  }
}

extension Lowering {
  /// What an array operation becomes.
  func action(of operation: ArrayOperation, node: Node) throws(GraphError) -> Stage.Action {
    switch operation {
    case .stored(let name): return .array(.stored(try parameter(name)))
    case .rearrange(let view): return .array(.rearrange(view))
    case .reinterpret: return .array(.reinterpret(channels: graph.nodes[node.inputs[0]].shape[0]))
    case .append: return .array(.append)
    case .matrixProduct(let batches): return .array(.matrixProduct(batches: batches))
    case .softmax: return .array(.softmax)
    case .reduce(let reduction): return .array(.reduce(reduction))
    case .layerNorm(let weight, let bias, let epsilon):
      return .layerNorm(
        weight: try parameter(weight).values, bias: try parameter(bias).values, epsilon: epsilon)
    case .normalize(let epsilon):
      return .layerNorm(
        weight: [Float](repeating: 1, count: node.shape[0]),
        bias: [Float](repeating: 0, count: node.shape[0]), epsilon: epsilon)
    case .function(let function): return .array(.function(function))
    case .pair(let function): return .array(.pair(function))
    case .resample(let resampling): return .array(.resample(resampling))
    }
  }
}
