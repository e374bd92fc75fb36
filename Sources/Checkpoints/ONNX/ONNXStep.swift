import Graphs
import Kernels
import Tensors

/// One node on its way into the graph: its settings, and checked access to its operands.
struct ONNXStep {
  let node: ONNXNode
  /// nil where an operand is left out.
  let operands: [ONNXOperand?]
  let walk: ONNXWalk

  /// The place that messages about the graph name.
  var scope: Scope { walk.scope[node.name] }

  /// The operand at a position, nil if it is left out.
  func operand(_ index: Int) -> ONNXOperand? {
    index < operands.count ? operands[index] : nil
  }

  /// A result of an earlier node, with its extents after the batch axis.
  func value(_ index: Int) throws(ONNXError) -> (value: Value, extents: [Int]) {
    if case .value(let value, let extents) = operand(index) { return (value, extents) }
    throw unfit(index, "a result of the network")
  }

  /// A result `[C, H, W]`.
  func map(_ index: Int) throws(ONNXError) -> Value {
    let (value, extents) = try value(index)
    guard extents.count == 3, value.shape == extents else { throw unfit(index, "[N, C, H, W]") }
    return value
  }

  /// A result `[D]`.
  func vector(_ index: Int) throws(ONNXError) -> Value {
    let (value, extents) = try value(index)
    guard extents.count == 1 else { throw unfit(index, "[N, D]") }
    return value
  }

  /// A stored float tensor, nil if the operand is left out.
  func constant(_ index: Int) throws(ONNXError) -> (name: String, tensor: Tensor)? {
    switch operand(index) {
    case nil: return nil
    case .floats(let name, let tensor) where !name.isEmpty && tensor.count > 0:
      return (name, tensor)
    default: throw unfit(index, "a stored float tensor")
    }
  }

  /// A stored float tensor that must be there and have a number of axes.
  func weight(_ index: Int, axes: Int) throws(ONNXError) -> (name: String, tensor: Tensor) {
    guard let found = try constant(index), found.tensor.shape.count == axes else {
      throw unfit(index, "a stored float tensor of \(axes) axes")
    }
    return found
  }

  /// A stored list with one number for each channel.
  func perChannel(_ index: Int, count: Int) throws(ONNXError) -> [Float] {
    guard let found = try constant(index), found.tensor.count == count else {
      throw unfit(index, "\(count) stored numbers")
    }
    return found.tensor.values
  }

  /// Stored or computed integers, nil if the operand is left out.
  func integers(_ index: Int) throws(ONNXError) -> [Int]? {
    switch operand(index) {
    case nil: return nil
    case .integers(let values): return values
    default: throw unfit(index, "known integers")
    }
  }

  /// Integers that older operator sets keep in a setting and newer ones in an operand.
  func integers(_ index: Int, or attribute: String) throws(ONNXError) -> [Int]? {
    try integers(index) ?? node.integers(attribute)
  }

  /// Axes as positions after the batch axis, 0 for `C` or `D`.
  func axes(_ axes: [Int], ofExtents count: Int) throws(ONNXError) -> [Int] {
    let positions = axes.map { $0 < 0 ? $0 + count : $0 - 1 }
    guard positions.allSatisfy((0..<count).contains), Set(positions).count == positions.count else {
      throw node.refuse("works along axes \(axes); only those after the batch axis are possible")
    }
    return positions.sorted()
  }

  /// Makes a stored tensor a parameter of the graph, as it is or rearranged.
  func claim(_ name: String, _ tensor: Tensor, change: String? = nil) -> ParameterSpecification {
    walk.parameters.claim(name, tensor, change: change)
  }

  /// A bias `[O]` that may be left out, stored as `[O]` or with axes of one beside.
  func bias(_ index: Int, count: Int) throws(ONNXError) -> ParameterSpecification? {
    guard let (name, tensor) = try constant(index) else { return nil }
    guard tensor.count == count, tensor.shape.last == count || tensor.shape.first == count else {
      throw unfit(index, "\(count) stored numbers")
    }
    return claim(
      name, tensor.reshaped([count]), change: tensor.shape == [count] ? nil : "reshaped")
  }

  /// The error for an operand of the wrong kind.
  func unfit(_ index: Int, _ wanted: String) -> ONNXError {
    let found = operand(index)?.kind ?? "left out"
    return node.refuse("needs \(wanted) as operand \(index + 1), which is \(found)")
  }
}
