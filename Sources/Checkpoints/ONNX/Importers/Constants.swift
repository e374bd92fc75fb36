import Graphs
import Tensors

extension ONNXImporters {
  /// `Constant`.
  static func constant(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let node = step.node
    let name = node.outputs.first ?? ""
    if let value = node.attribute("value"), value.hasT {
      return ONNXOperand(try ONNXTensorReader(path: node.path).constant(value.t), name: name)
    }
    if let value = node.attribute("value_float") {
      return .floats(name: name, .init(shape: [], values: [value.f]))
    }
    if let values = node.floats("value_floats") {
      return .floats(name: name, .init(shape: [values.count], values: values))
    }
    if let value = node.attribute("value_int") { return .integers([Int(value.i)]) }
    if let values = node.integers("value_ints") { return .integers(values) }
    throw node.refuse("holds neither a dense tensor nor numbers")
  }

  /// `Identity` passes anything on; a constant keeps its first name.
  static func identity(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let operand = step.operand(0) else { throw step.unfit(0, "something") }
    return operand
  }

  /// `Dropout` does nothing at inference.
  static func dropout(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    if let training = try step.integers(2), training != [0] {
      throw step.node.refuse("is in training mode")
    }
    return try identity(step)
  }

  /// `Cast` between float types, which are all float32 here, or between integer types.
  static func cast(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let target = try step.node.integer("to", default: 0, in: 1...16)
    guard let operand = step.operand(0), let element = ONNXElement(rawValue: target) else {
      throw step.node.refuse("converts to element type \(target)")
    }
    let isFloat = if case .integers = operand { false } else { true }
    guard element.type.isFloatingPoint == isFloat else {
      throw step.node.refuse("converts \(operand.kind) to element type \(target)")
    }
    return operand
  }

  /// `Shape` of a result, for one sample, or of a part of its axes.
  static func shape(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let shape = [1] + (try step.value(0)).extents
    let start = try step.node.integer("start", default: 0, in: -4...4)
    let end = try step.node.integer("end", default: shape.count, in: -4...4)
    return .integers(part(of: shape, start: start, end: end))
  }

  /// `Gather` of integers along their one axis.
  static func gather(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let values = try step.integers(0), let indices = try step.integers(1) else {
      throw step.unfit(0, "known integers")
    }
    _ = try step.node.integer("axis", default: 0, in: 0...0)
    guard indices.allSatisfy((-values.count..<values.count).contains) else {
      throw step.node.refuse("takes \(indices) out of \(values.count) integers")
    }
    return .integers(indices.map { values[$0 < 0 ? $0 + values.count : $0] })
  }

  /// `Slice` of integers in steps of one.
  static func slice(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let values = try step.integers(0), let start = try step.integers(1, or: "starts"),
      let end = try step.integers(2, or: "ends"), start.count == 1, end.count == 1
    else { throw step.unfit(0, "known integers and one range") }
    let axes = try step.integers(3, or: "axes") ?? [0]
    guard axes == [0] || axes == [-1], try step.integers(4) ?? [1] == [1] else {
      throw step.node.refuse("takes steps other than 1")
    }
    return .integers(part(of: values, start: start[0], end: end[0]))
  }

  /// Python's `values[start:end]`.
  private static func part(of values: [Int], start: Int, end: Int) -> [Int] {
    func position(_ index: Int) -> Int {
      let counted = index < 0 ? max(index, -values.count) + values.count : index
      return min(counted, values.count)
    }
    return Array(values[position(start)..<max(position(start), position(end))])
  }
}
