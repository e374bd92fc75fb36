import Graphs

extension ONNXImporters {
  /// `BatchNormalization` for inference: `scale / √(var + ε)` and `B − mean · scale / √(var + ε)`, in
  /// Float64, rounded once to Float32.
  static func batchNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    _ = try step.node.integer("training_mode", default: 0, in: 0...0)
    let (value, extents) = try step.value(0)
    let weight = try step.perChannel(1, count: value.channels)
    let bias = try step.perChannel(2, count: value.channels)
    let mean = try step.perChannel(3, count: value.channels)
    let variance = try step.perChannel(4, count: value.channels)
    let epsilon = Double(step.node.float("epsilon", default: 1e-5))
    let scale = weight.indices.map {
      Double(weight[$0]) / (Double(variance[$0]) + epsilon).squareRoot()
    }
    let shift = bias.indices.map { Double(bias[$0]) - Double(mean[$0]) * scale[$0] }
    return .value(
      value.perChannelAffine(scale: scale.map { Float($0) }, shift: shift.map { Float($0) }),
      extents: extents)
  }

  /// `LpNormalization` of a vector to length 1.
  static func lpNormalization(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let vector = try step.vector(0)
    _ = try step.node.integer("p", default: 2, in: 2...2)
    let axis = try step.node.integer("axis", default: -1, in: -2...1)
    _ = try step.axes([axis], ofExtents: 1)
    return .value(vector.l2Normalized())
  }

  /// `ReduceL2` of a vector, which only the division by it may read.
  static func reduceL2(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    _ = try step.vector(0)
    _ = try step.axes(try step.integers(1, or: "axes") ?? [], ofExtents: 1)
    _ = try step.node.integer("keepdims", default: 1, in: 1...1)
    return .length(of: step.node.inputs[0])
  }

  /// `Expand` of a vector's length to the vector's size, before the division.
  static func expand(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard case .length(let edge) = step.operand(0) else { throw step.unfit(0, "a vector's length") }
    return .length(of: edge)
  }
}
