import Checkpoints
import Foundation
import Tensors

/// A tensor that is stored in the model: an initializer or the value of a `Constant` node.
enum ONNXConstant: Sendable {
  /// Float types, widened to float32 (float64 is rounded).
  case floats(Tensor)
  /// Integer and Boolean types.
  case integers(ONNXIntegers)
  /// A type that no operation here takes.
  case other(type: Int)
}

/// Checks and converts `TensorProto` messages.
struct ONNXTensorReader {
  /// The model file, beside which external data lie.
  let path: String

  /// - Throws: ``ONNXError`` if the data do not fit the shape and type.
  func constant(_ tensor: Onnx_TensorProto) throws(ONNXError) -> ONNXConstant {
    guard let element = ONNXElement(rawValue: Int(tensor.dataType)) else {
      return .other(type: Int(tensor.dataType))
    }
    let (shape, count) = try extents(of: tensor)
    let size = count * element.type.byteCount
    let constant: ONNXConstant?
    if tensor.dataLocation == .external {
      constant = try ONNXExternalData(tensor, model: path).withBytes(count: size) {
        element.constant($0, shape: shape)
      }
    } else if tensor.hasRawData {
      try check(tensor, has: tensor.rawData.count, "bytes", needs: size)
      constant = tensor.rawData.withUnsafeBytes { element.constant($0, shape: shape) }
    } else {
      try check(tensor, has: element.count(in: tensor), "values", needs: count)
      constant = element.constant(tensor, shape: shape)
    }
    guard let constant else { throw refuse(tensor, "has an integer beyond 63 bits") }
    return constant
  }

  private func extents(of tensor: Onnx_TensorProto) throws(ONNXError) -> (
    shape: [Int], count: Int
  ) {
    var count = 1
    for extent in tensor.dims {
      let (product, overflows) = count.multipliedReportingOverflow(by: Int(extent))
      // No file holds 2⁴⁴ values; past that the shape is nonsense.
      guard extent >= 0, !overflows, product <= 1 << 44 else {
        throw refuse(tensor, "has the impossible shape \(tensor.dims)")
      }
      count = product
    }
    if tensor.hasSegment { throw refuse(tensor, "is stored in segments; store it whole") }
    return (tensor.dims.map { Int($0) }, count)
  }

  private func check(
    _ tensor: Onnx_TensorProto, has found: Int, _ unit: String, needs count: Int
  ) throws(ONNXError) {
    guard found == count else {
      throw refuse(tensor, "has \(found) \(unit), its shape \(tensor.dims) needs \(count)")
    }
  }

  private func refuse(_ tensor: Onnx_TensorProto, _ reason: String) -> ONNXError {
    ONNXError(path: path, problem: .tensor(name: tensor.name, reason: reason))
  }
}
