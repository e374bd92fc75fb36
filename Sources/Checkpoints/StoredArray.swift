import Tensors

/// What the writers of this room write: an array of one of two precisions.
package enum StoredArray: Equatable, Sendable {
  /// Float32 values.
  case floats(Tensor)
  /// Float64 values, row-major, as statistics are kept.
  case doubles([Double], shape: [Int])

  /// Extents.
  package var shape: [Int] {
    switch self {
    case .floats(let tensor): tensor.shape
    case .doubles(_, let shape): shape
    }
  }

  /// Length of the elements in bytes.
  var byteCount: Int {
    switch self {
    case .floats(let tensor): tensor.count * 4
    case .doubles(let values, _): values.count * 8
    }
  }

  /// Lends the elements, little-endian as this machine keeps them.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .floats(let tensor):
      try tensor.values.withUnsafeBufferPointer { (values) throws(Failure) in
        try body(UnsafeRawBufferPointer(values))
      }
    case .doubles(let values, let shape):
      try values.withUnsafeBufferPointer { (values) throws(Failure) in
        precondition(
          values.count == shape.elementCount, "\(values.count) values do not fill shape \(shape)")
        return try body(UnsafeRawBufferPointer(values))
      }
    }
  }
}
