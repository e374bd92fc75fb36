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

  /// An operand that must be there.
  func present(_ index: Int) throws(ONNXError) -> ONNXOperand {
    guard let operand = operand(index) else { throw unfit(index, "something") }
    return operand
  }

  /// A computed array.
  func result(_ index: Int) throws(ONNXError) -> ONNXResult {
    if case .value(let result) = operand(index) { return result }
    throw unfit(index, "a result of the network")
  }

  /// A computed array, or a stored float tensor that becomes a result of the graph.
  func resultOrStored(_ index: Int) throws(ONNXError) -> ONNXResult {
    guard case .floats(let name, let tensor) = operand(index), tensor.count > 0 else {
      return try result(index)
    }
    return stored(tensor, name: name)
  }

  /// A stored float tensor as a result of the graph.
  func stored(_ tensor: Tensor, name: String) -> ONNXResult {
    let depth = tensor.shape.last ?? 1
    let shape = tensor.count == depth ? [depth] : [depth, tensor.count / depth, 1]
    let value = scope.stored(claim(name, tensor), as: shape)
    return ONNXResult(value, inOrder: tensor.shape)
  }

  /// A computed image `[1, C, H, W]`, as `[C, H, W]`.
  func map(_ index: Int) throws(ONNXError) -> Value {
    let result = try result(index)
    guard let map = Self.map(result) else { throw unfit(index, "[N, C, H, W]") }
    return map
  }

  /// An image of one sample, of a size that is believed, as `[C, H, W]`; nil for other shapes.
  static func map(_ result: ONNXResult) -> Value? {
    let shape = result.shape
    guard shape.count == 4, shape[0] == 1,
      shape.dropFirst(2).allSatisfy({ $0 <= ONNXWalk.largestExtent })
    else { return nil }
    return result.ordered([0, 2, 3, 1], as: Array(shape.dropFirst()))
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

  /// A stored number; nil if it is left out.
  func number(_ index: Int) throws(ONNXError) -> Float? {
    if case .integers(let array) = operand(index), array.values.count == 1 {
      return Float(array.values[0])
    }
    guard let found = try constant(index) else { return nil }
    guard found.tensor.count == 1 else { throw unfit(index, "one number") }
    return found.tensor.values[0]
  }

  /// Stored or computed integers, nil if the operand is left out.
  func integers(_ index: Int) throws(ONNXError) -> [Int]? {
    switch operand(index) {
    case nil: return nil
    case .integers(let array): return array.values
    default: throw unfit(index, "known integers")
    }
  }

  /// Integers that older operator sets keep in a setting and newer ones in an operand.
  func integers(_ index: Int, or attribute: String) throws(ONNXError) -> [Int]? {
    try integers(index) ?? node.integers(attribute)
  }

  /// An axis counted from the front.
  func axis(_ axis: Int, of count: Int) throws(ONNXError) -> Int {
    guard (-count..<count).contains(axis) else {
      throw node.refuse("works along axis \(axis) of \(count)")
    }
    return axis < 0 ? axis + count : axis
  }

  /// The axis of a setting.
  func axis(_ attribute: String, default value: Int, of count: Int) throws(ONNXError) -> Int {
    try axis(node.integer(attribute, default: value, in: -64...64), of: count)
  }

  /// Axes counted from the front, sorted.
  func axes(_ axes: [Int], of count: Int) throws(ONNXError) -> [Int] {
    var positions: Set<Int> = []
    for axis in axes { positions.insert(try self.axis(axis, of: count)) }
    guard positions.count == axes.count else { throw node.refuse("works along axes \(axes)") }
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
