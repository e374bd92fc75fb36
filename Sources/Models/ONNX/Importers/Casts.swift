import ArrayKernels
import Checkpoints
import Graphs
import Kernels
import Tensors

/// Conversions between element types.
///
/// Results are float32 throughout, which stands for all float types; what is converted to a narrower one is
/// rounded to it, to the nearest and halves to the even one, as onnxruntime does.
///
/// - Deviation: what is computed in float16 or bfloat16 between two conversions is float32 here.
/// - Deviation: float64 is float32.
extension ONNXImporters {
  /// `Cast`.
  static func cast(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let number = try step.node.integer("to", default: 0, in: 0...Int(Int32.max))
    guard let element = ONNXElement(rawValue: number) else {
      throw step.node.refuse("converts to \(ONNXElement.name(of: number)), which is not imported")
    }
    return try converted(step, to: element)
  }

  /// `CastLike`, to the type of a second operand.
  static func castLike(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let like = try step.present(1)
    guard let element = step.walk.element(of: step.node.inputs[1]) else {
      throw step.node.refuse("converts to the type of \(like.kind), which is not known")
    }
    return try converted(step, to: element)
  }

  private static func converted(
    _ step: ONNXStep, to element: ONNXElement
  ) throws(ONNXError) -> ONNXOperand {
    let operand = try step.present(0)
    let isFloat = element.type.isFloatingPoint
    switch operand {
    case .value(let result) where isFloat:
      guard let rounding = element.rounding else { return operand }
      return .value(result.mapped { $0.applying(rounding) })
    case .floats(_, let tensor) where isFloat:
      guard let rounding = element.rounding else { return operand }
      let rounded = tensor.values.map { Float(rounding(Double($0))) }
      // What fits already keeps its name.
      if rounded == tensor.values { return operand }
      return .floats(name: step.node.edge, Tensor(shape: tensor.shape, values: rounded))
    case .integers(let array) where isFloat:
      let values = array.values.map { value in
        element.rounding.map { Float($0(Double(Float(value)))) } ?? Float(value)
      }
      return .floats(name: step.node.edge, Tensor(shape: array.shape, values: values))
    case .integers(let array):
      return try integers(step, array.values.map(Double.init), array.values, array.shape, element)
    case .floats(_, let tensor):
      let values = tensor.values.map { Int(exactly: $0.rounded(.towardZero)) }
      return try integers(step, tensor.values.map(Double.init), values, tensor.shape, element)
    default:
      throw step.node.refuse("converts \(operand.kind) to \(element.type.rawValue)")
    }
  }

  /// Whole numbers that the type holds, or whether numbers are other than 0.
  private static func integers(
    _ step: ONNXStep, _ numbers: [Double], _ whole: [Int?], _ shape: [Int], _ element: ONNXElement
  ) throws(ONNXError) -> ONNXOperand {
    if element == .bool {
      return .integers(ONNXIntegers(shape: shape, values: numbers.map { $0 == 0 ? 0 : 1 }))
    }
    var values: [Int] = []
    for (number, whole) in zip(numbers, whole) {
      guard let whole, element.integers.contains(whole) else {
        throw step.node.refuse(
          "converts \(number) to \(element.type.rawValue), which does not hold it")
      }
      values.append(whole)
    }
    return .integers(ONNXIntegers(shape: shape, values: values))
  }
}

extension ONNXElement {
  /// What a conversion to the type does to a float32; nil where it keeps it.
  fileprivate var rounding: ScalarFunction? {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    default: nil
    }
  }

  /// The integers of the type that 63 bits hold.
  fileprivate var integers: ClosedRange<Int> {
    switch self {
    case .int8: -0x80...0x7F
    case .uint8: 0...0xFF
    case .int16: -0x8000...0x7FFF
    case .uint16: 0...0xFFFF
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .uint32: 0...Int(UInt32.max)
    case .uint64: 0...Int.max
    default: Int.min...Int.max
    }
  }

  /// ONNX's name of a type by its number.
  fileprivate static func name(of number: Int) -> String {
    let names = [
      8: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
      19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    ]
    return ONNXElement(rawValue: number)?.type.rawValue ?? names[number]
      ?? "element type \(number)"
  }
}
