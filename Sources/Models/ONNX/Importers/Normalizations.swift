import ArrayKernels
import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `BatchNormalization` for inference: `scale / √(var + ε)` and `B − mean · scale / √(var + ε)`, in
  /// Float64, rounded once to Float32; they are folded into a layer before it.
  static func batchNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    _ = try step.node.integer("training_mode", default: 0, in: 0...0)
    let result = try step.result(0)
    guard result.shape.count > 1 else { throw step.unfit(0, "[N, C, …]") }
    let channels = result.shape[1]
    let weight = try step.perChannel(1, count: channels)
    let bias = try step.perChannel(2, count: channels)
    let mean = try step.perChannel(3, count: channels)
    let variance = try step.perChannel(4, count: channels)
    let epsilon = Double(step.node.float("epsilon", default: 1e-5))
    let scale = weight.indices.map {
      Double(weight[$0]) / (Double(variance[$0]) + epsilon).squareRoot()
    }
    let shift = bias.indices.map { Double(bias[$0]) - Double(mean[$0]) * scale[$0] }
    return try affine(
      step, result, axis: 1, scale: scale.map { Float($0) }, shift: shift.map { Float($0) })
  }

  /// `x · scale + shift` with numbers along one axis.
  private static func affine(
    _ step: ONNXStep, _ x: ONNXResult, axis: Int, scale: [Float], shift: [Float]
  ) throws(ONNXError) -> ONNXOperand {
    let shape = [scale.count] + [Int](repeating: 1, count: x.shape.count - axis - 1)
    let edge = step.node.edge
    let scaled = try combined(
      step, .multiply, .value(x),
      .floats(name: "\(edge).scale", Tensor(shape: shape, values: scale)))
    return try combined(
      step, .add, scaled, .floats(name: "\(edge).shift", Tensor(shape: shape, values: shift)))
  }

  /// `LayerNormalization` over the last axes.
  static func layerNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let result = try step.result(0)
    let axis = try step.axis("axis", default: -1, of: result.shape.count)
    let depth = result.shape.dropFirst(axis).reduce(1, *)
    let epsilon = step.node.float("epsilon", default: 1e-5)
    let value = result.rows(keeping: result.shape.count - axis)
    guard let (name, weight) = try step.constant(1), weight.count == depth else {
      throw step.unfit(1, "\(depth) stored numbers")
    }
    let rows = [depth]
    let bias = try step.constant(2)
    let offset = bias ?? ("\(step.node.name).bias", Tensor(shape: rows))
    guard offset.tensor.count == depth else { throw step.unfit(2, "\(depth) stored numbers") }
    let norm = step.scope.layerNorm(
      value, weight: step.claim(name, weight.reshaped(rows)),
      bias: step.claim(offset.name, offset.tensor.reshaped(rows)), epsilon: epsilon)
    return .value(ONNXResult(norm, inOrder: result.shape))
  }

  /// `InstanceNormalization`: each channel over its pixels.
  static func instanceNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let result = try step.result(0)
    guard result.shape.count > 2 else { throw step.unfit(0, "[N, C, …]") }
    let channels = result.shape[1]
    return try affine(
      step, normalized(step, result, groups: channels), axis: 1,
      scale: step.perChannel(1, count: channels), shift: step.perChannel(2, count: channels))
  }

  /// `GroupNormalization`, with numbers for each channel, or for each group before operator set 21.
  static func groupNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let result = try step.result(0)
    guard result.shape.count > 2 else { throw step.unfit(0, "[N, C, …]") }
    let channels = result.shape[1]
    let groups = try step.node.integer("num_groups", default: 1, in: 1...max(channels, 1))
    guard channels % groups == 0 else {
      throw step.node.refuse("has \(groups) groups of \(channels) channels")
    }
    let isPerGroup = step.walk.operatorSet < 21
    func numbers(_ index: Int) throws(ONNXError) -> [Float] {
      guard isPerGroup else { return try step.perChannel(index, count: channels) }
      return try step.perChannel(index, count: groups).flatMap {
        [Float](repeating: $0, count: channels / groups)
      }
    }
    return try affine(
      step, normalized(step, result, groups: groups), axis: 1, scale: numbers(1),
      shift: numbers(2))
  }

  /// Each group of channels with all its pixels brought to mean 0 and variance 1; images lie as images
  /// again afterwards.
  private static func normalized(_ step: ONNXStep, _ result: ONNXResult, groups: Int) -> ONNXResult
  {
    let size = result.view.count / groups
    let epsilon = step.node.float("epsilon", default: 1e-5)
    let rows = result.ordered(Array(result.shape.indices), as: [size, groups, 1])
    let normal = ONNXResult(rows.pixelwiseNormalized(epsilon: epsilon), inOrder: result.shape)
    return ONNXStep.map(normal).map(ONNXResult.init(batchOf:)) ?? normal
  }

  /// `LpNormalization` to length 1 along an axis.
  static func lpNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let result = try step.result(0)
    let kind: Reduction =
      try step.node.integer("p", default: 2, in: 1...2) == 1 ? .magnitudes : .length
    let axis = try step.axis("axis", default: -1, of: result.shape.count)
    if kind == .length, axis == result.shape.count - 1, result.view.count == result.shape[axis] {
      return .value(ONNXResult(result.rows().l2Normalized(), inOrder: result.shape))
    }
    let length = reduced(result, over: [axis], kind, keepsAxes: true)
    return try combined(step, .divide, .value(result), .value(length))
  }
}
