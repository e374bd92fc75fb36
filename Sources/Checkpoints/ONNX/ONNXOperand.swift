import Graphs
import Tensors

/// What an edge of the model carries while the network is described.
enum ONNXOperand {
  /// A result, and its extents after the batch axis as ONNX sees them: a vector `[D]` may stand for
  /// `[D, 1]`, for which graphs have no shape.
  case value(Value, extents: [Int])
  /// A stored float tensor, under the name that it has in the file.
  case floats(name: String, Tensor)
  /// Stored or computed integers: shapes, axes, indices.
  case integers([Int])
  /// The Euclidean length of a vector edge, on its way to the division by it.
  case length(of: String)
  /// A stored tensor of a type that no operation takes.
  case other(type: Int)

  /// A result whose extents are its shape.
  static func value(_ value: Value) -> ONNXOperand { .value(value, extents: value.shape) }

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
    case .value(_, let extents): "a result [N, \(extents.map(String.init).joined(separator: ", "))]"
    case .floats(let name, let tensor): "the constant '\(name)' \(tensor.shape)"
    case .integers(let values): "the integers \(values.prefix(8))"
    case .length: "a vector's length"
    case .other(let type): "a constant of element type \(type)"
    }
  }
}
