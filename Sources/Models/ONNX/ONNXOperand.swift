import Graphs
import Tensors

/// What an edge of the model carries while the network is described.
enum ONNXOperand {
  /// A computed array.
  case value(ONNXResult)
  /// A stored or folded float tensor, under the name that it has in the file.
  case floats(name: String, Tensor)
  /// Stored or computed integers and Booleans: shapes, axes, indices.
  case integers(ONNXIntegers)
  /// A stored tensor of a type that no operation takes.
  case other(type: Int)

  /// An image `[1, C, H, W]` or a vector `[1, D]`.
  static func value(batchOf value: Value) -> ONNXOperand { .value(ONNXResult(batchOf: value)) }

  init(_ constant: ONNXConstant, name: String) {
    switch constant {
    case .floats(let tensor): self = .floats(name: name, tensor)
    case .integers(let values): self = .integers(values)
    case .other(let type): self = .other(type: type)
    }
  }

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .value(let result): "a result \(result.shape)"
    case .floats(let name, let tensor): "the constant '\(name)' \(tensor.shape)"
    case .integers(let array): "the integers \(array.values.prefix(8))"
    case .other(let type): "a constant of element type \(type)"
    }
  }

  /// Extents; nil for a type that no operation takes.
  var shape: [Int]? {
    switch self {
    case .value(let result): result.shape
    case .floats(_, let tensor): tensor.shape
    case .integers(let array): array.shape
    case .other: nil
    }
  }
}

/// An array of integers.
struct ONNXIntegers: Equatable, Sendable {
  /// Extents; empty for a single number.
  let shape: [Int]
  /// Row-major.
  let values: [Int]

  init(shape: [Int], values: [Int]) {
    precondition(values.count == shape.elementCount, "\(values.count) integers for \(shape)")
    self.shape = shape
    self.values = values
  }

  /// A list along one axis.
  init(_ values: [Int]) { self.init(shape: [values.count], values: values) }
}
