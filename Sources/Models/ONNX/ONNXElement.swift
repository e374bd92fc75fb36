import Checkpoints
import Tensors

/// An element type, numbered as in `TensorProto.DataType`.
enum ONNXElement: Int {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// The same type as other formats name it.
  var type: ElementType {
    switch self {
    case .float32: .float32
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .bool: .bool
    case .float16: .float16
    case .float64: .float64
    case .uint32: .uint32
    case .uint64: .uint64
    case .bfloat16: .bfloat16
    }
  }

  // MARK: From bytes, little-endian

  /// The constant in a run of bytes that has the shape's size.
  ///
  /// - Returns: nil if an integer does not fit 63 bits.
  func constant(_ bytes: UnsafeRawBufferPointer, shape: [Int]) -> ONNXConstant? {
    let count = bytes.count / type.byteCount
    guard type.isFloatingPoint else {
      return integers(bytes).map { .integers(ONNXIntegers(shape: shape, values: $0)) }
    }
    let values = bytes.baseAddress.map {
      ElementConversion.floats($0, count: count, from: type)
    }
    return .floats(Tensor(shape: shape, values: values ?? []))
  }

  private func integers(_ bytes: UnsafeRawBufferPointer) -> [Int]? {
    switch self {
    case .uint8, .bool: Self.integers(bytes, UInt8.self)
    case .int8: Self.integers(bytes, Int8.self)
    case .uint16: Self.integers(bytes, UInt16.self)
    case .int16: Self.integers(bytes, Int16.self)
    case .uint32: Self.integers(bytes, UInt32.self)
    case .int32: Self.integers(bytes, Int32.self)
    case .uint64: Self.integers(bytes, UInt64.self)
    default: Self.integers(bytes, Int64.self)
    }
  }

  private static func integers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ type: Stored.Type
  ) -> [Int]? {
    whole(
      stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.size).map {
        Int(exactly: Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: type)))
      })
  }

  private static func whole(_ values: [Int?]) -> [Int]? {
    let present = values.compactMap(\.self)
    return present.count == values.count ? present : nil
  }

  // MARK: From typed fields; 16-bit floats lie in the low halves of int32

  /// Number of values in the field that holds this type.
  func count(in tensor: Onnx_TensorProto) -> Int {
    switch self {
    case .float32: tensor.floatData.count
    case .float64: tensor.doubleData.count
    case .int64: tensor.int64Data.count
    case .uint32, .uint64: tensor.uint64Data.count
    default: tensor.int32Data.count
    }
  }

  /// The constant in a typed field that has as many values as the shape.
  ///
  /// - Returns: nil if an integer does not fit 63 bits.
  func constant(_ tensor: Onnx_TensorProto, shape: [Int]) -> ONNXConstant? {
    let words = tensor.int32Data
    switch self {
    case .float32: return .floats(Tensor(shape: shape, values: tensor.floatData))
    case .float64: return .floats(Tensor(shape: shape, values: tensor.doubleData.map { Float($0) }))
    case .float16:
      let values = words.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
      return .floats(Tensor(shape: shape, values: values))
    case .bfloat16:
      let values = words.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
      return .floats(Tensor(shape: shape, values: values))
    case .int64:
      return .integers(ONNXIntegers(shape: shape, values: tensor.int64Data.map { Int($0) }))
    case .uint32, .uint64:
      return Self.whole(tensor.uint64Data.map { Int(exactly: $0) })
        .map { .integers(ONNXIntegers(shape: shape, values: $0)) }
    default: return .integers(ONNXIntegers(shape: shape, values: words.map { Int($0) }))
    }
  }
}
