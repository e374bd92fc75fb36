import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `Constant`.
  static func constant(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let node = step.node
    if let value = node.attribute("value"), value.hasT {
      return ONNXOperand(try ONNXTensorReader(path: node.path).constant(value.t), name: node.edge)
    }
    if let value = node.attribute("value_float") {
      return .floats(name: node.edge, .init(shape: [], values: [value.f]))
    }
    if let values = node.floats("value_floats") {
      return .floats(name: node.edge, .init(shape: [values.count], values: values))
    }
    if let value = node.attribute("value_int") {
      return .integers(ONNXIntegers(shape: [], values: [Int(value.i)]))
    }
    if let values = node.integers("value_ints") { return .integers(ONNXIntegers(values)) }
    throw node.refuse("holds neither a dense tensor nor numbers")
  }

  /// `ConstantOfShape`.
  static func constantOfShape(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let shape = try step.integers(0) else { throw step.unfit(0, "known integers") }
    let single: ONNXOperand
    if let value = step.node.attribute("value"), value.hasT {
      single = ONNXOperand(
        try ONNXTensorReader(path: step.node.path).constant(value.t), name: step.node.edge)
    } else {
      single = .floats(name: step.node.edge, Tensor(shape: [], values: [0]))
    }
    guard single.shape?.elementCount == 1 else { throw step.node.refuse("repeats no single value") }
    return try relaid(ONNXStep(node: step.node, operands: [single], walk: step.walk)) {
      StridedView(shape: shape, strides: shape.map { _ in 0 }, offset: $0.offset)
    }
  }

  /// `Range` of known integers.
  static func range(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let start = try step.integers(0)?.first, let end = try step.integers(1)?.first,
      let pace = try step.integers(2)?.first, pace != 0,
      abs(Double(end) - Double(start)) / abs(Double(pace)) <= Double(largestFolded)
    else { throw step.node.refuse("counts to no known integer") }
    return .integers(ONNXIntegers(Array(stride(from: start, to: end, by: pace))))
  }

  /// `Identity` passes anything on; a constant keeps its first name.
  static func identity(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand { try step.present(0) }

  /// `Dropout` does nothing at inference.
  static func dropout(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    if let training = try step.integers(2), training != [0] {
      throw step.node.refuse("is in training mode")
    }
    return try identity(step)
  }

  /// `Shape` of an operand, for one sample, or of a part of its axes.
  static func shape(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let shape = try step.present(0).shape else { throw step.unfit(0, "numbers") }
    let start = try step.node.integer("start", default: 0, in: -64...64)
    let end = try step.node.integer("end", default: shape.count, in: -64...64)
    func position(_ index: Int) -> Int {
      min(max(index < 0 ? index + shape.count : index, 0), shape.count)
    }
    let first = position(start)
    return .integers(ONNXIntegers(Array(shape[first..<max(first, position(end))])))
  }

  /// `Size`.
  static func size(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let shape = try step.present(0).shape else { throw step.unfit(0, "numbers") }
    return .integers(ONNXIntegers(shape: [], values: [shape.elementCount]))
  }
}
