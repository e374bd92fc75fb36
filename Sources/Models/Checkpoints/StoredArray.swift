import Tensors

/// What the writers of this room write: an array of numbers of one of three precisions, or of bytes.
package enum StoredArray: Equatable, Sendable {
  /// Half-precision values, row-major, as weights are shipped.
  case halves([Float16], shape: [Int])
  /// Float32 values.
  case floats(Tensor)
  /// Float64 values, row-major, as statistics are kept.
  case doubles([Double], shape: [Int])
  /// Bytes, such as text that goes with numbers.
  case bytes([UInt8], shape: [Int])

  /// Extents.
  package var shape: [Int] {
    switch self {
    case .halves(_, let shape): shape
    case .floats(let tensor): tensor.shape
    case .doubles(_, let shape): shape
    case .bytes(_, let shape): shape
    }
  }

  /// Length of the elements in bytes.
  var byteCount: Int {
    switch self {
    case .halves(let values, _): values.count * 2
    case .floats(let tensor): tensor.count * 4
    case .doubles(let values, _): values.count * 8
    case .bytes(let values, _): values.count
    }
  }

  /// Lends the elements, little-endian as this machine keeps them.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .halves(let values, let shape): try Self.lend(values, shape, body)
    case .floats(let tensor): try Self.lend(tensor.values, tensor.shape, body)
    case .doubles(let values, let shape): try Self.lend(values, shape, body)
    case .bytes(let values, let shape): try Self.lend(values, shape, body)
    }
  }

  private static func lend<Element: BitwiseCopyable, Result, Failure: Error>(
    _ values: [Element], _ shape: [Int],
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(
      values.count == shape.elementCount, "\(values.count) values do not fill shape \(shape)")
    return try values.withUnsafeBufferPointer { (values) throws(Failure) in
      try body(UnsafeRawBufferPointer(values))
    }
  }

  /// A tensor rounded to half precision, to nearest, halves to even.
  package static func halves(_ tensor: Tensor) -> StoredArray {
    .halves(tensor.values.map { Float16($0) }, shape: tensor.shape)
  }
}
