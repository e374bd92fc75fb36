import Graphs
import Tensors

/// Operations that change where values are, not what they are: views of results, copies of constants.
extension ONNXImporters {
  /// The largest array that constants may be repeated to.
  static let largestFolded = 1 << 22

  /// What a view of an operand is, computed or stored.
  static func relaid(
    _ step: ONNXStep, index: Int = 0,
    _ transform: (StridedView) throws(ONNXError) -> StridedView
  ) throws(ONNXError) -> ONNXOperand {
    switch step.operand(index) {
    case .value(let result):
      let view = try checked(step, transform(result.view), limit: ONNXWalk.largestResult)
      if view.count == 0 { throw step.node.refuse("leaves nothing of \(result.shape)") }
      return .value(result.seen(as: view))
    case .floats(let name, let tensor):
      let inOrder = StridedView(rowMajor: tensor.shape)
      let view = try checked(
        step, transform(inOrder), limit: max(tensor.count, largestFolded))
      if view == inOrder { return .floats(name: name, tensor) }
      let values = relaid(tensor.values, view)
      return .floats(name: step.node.edge, Tensor(shape: view.shape, values: values))
    case .integers(let array):
      let view = try checked(
        step, transform(StridedView(rowMajor: array.shape)),
        limit: max(array.values.count, largestFolded))
      return .integers(ONNXIntegers(shape: view.shape, values: relaid(array.values, view)))
    default: throw step.unfit(index, "numbers")
    }
  }

  /// The values that a view reads.
  static func relaid<Element>(_ values: [Element], _ view: StridedView) -> [Element] {
    view.isInOrder && view.count == values.count ? values : view.elements.map { values[$0] }
  }

  private static func checked(_ step: ONNXStep, _ view: StridedView, limit: Int) throws(ONNXError)
    -> StridedView
  {
    var count = 1
    for extent in view.shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows, product <= limit else {
        throw step.node.refuse("yields \(view.shape), which is too large to be meant")
      }
      count = product
    }
    return view
  }

  /// `Transpose`.
  static func transpose(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    try relaid(step) { view throws(ONNXError) in
      let order = step.node.integers("perm") ?? view.shape.indices.reversed()
      guard order.sorted() == Array(view.shape.indices) else {
        throw step.node.refuse("orders the axes of \(view.shape) as \(order)")
      }
      return view.permuted(order)
    }
  }

  /// `Flatten` to two axes.
  static func flatten(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let shape = try step.present(0).shape ?? []
    let stated = try step.node.integer("axis", default: 1, in: -shape.count...shape.count)
    let axis = stated < 0 ? stated + shape.count : stated
    return try reshaped(
      step, to: [shape.prefix(axis).reduce(1, *), shape.dropFirst(axis).reduce(1, *)])
  }

  /// `Reshape`.
  static func reshape(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let wanted = try step.integers(1, or: "shape") else {
      throw step.unfit(1, "known integers")
    }
    let full = try step.present(0).shape ?? []
    let keepsZeros = try step.node.integer("allowzero", default: 0, in: 0...1) == 1
    guard let shape = resolved(wanted, over: full, keepsZeros: keepsZeros) else {
      throw step.node.refuse("reshapes \(full) to \(wanted), which does not fit")
    }
    return try reshaped(step, to: shape)
  }

  /// The shape that is meant: 0 takes an extent over, −1 is what is left; nil if nothing fits.
  private static func resolved(_ wanted: [Int], over full: [Int], keepsZeros: Bool) -> [Int]? {
    var shape = wanted.enumerated().map { index, extent in
      extent == 0 && !keepsZeros && index < full.count ? full[index] : extent
    }
    var product = 1
    for extent in shape where extent != -1 {
      let (next, overflows) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else { return nil }
      product = next
    }
    if let open = shape.firstIndex(of: -1) {
      guard product > 0, full.elementCount % product == 0 else { return nil }
      shape[open] = full.elementCount / product
    }
    return shape.contains(-1) || shape.elementCount != full.elementCount ? nil : shape
  }

  /// An operand under another shape of equal size; what no view can express is copied.
  static func reshaped(_ step: ONNXStep, to shape: [Int]) throws(ONNXError) -> ONNXOperand {
    if case .value(let result) = step.operand(0), result.view.reshaped(to: shape) == nil {
      return .value(ONNXResult(result.inOrder.value, inOrder: shape))
    }
    return try relaid(step) { $0.reshaped(to: shape) ?? StridedView(rowMajor: shape) }
  }

  /// `Squeeze`, without axes of all that have extent 1.
  static func squeeze(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let stated = try step.integers(1, or: "axes")
    return try relaid(step) { view throws(ONNXError) in
      let single = view.shape.indices.filter { view.shape[$0] == 1 }
      let axes = try stated.map { stated throws(ONNXError) in
        try step.axes(stated, of: view.shape.count)
      }
      guard Set(single).isSuperset(of: axes ?? []) else {
        throw step.unfit(0, "1 along \(stated ?? [])")
      }
      return view.permuted(view.shape.indices.filter { !(axes ?? single).contains($0) })
    }
  }

  /// `Unsqueeze`.
  static func unsqueeze(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let stated = try step.integers(1, or: "axes") else {
      throw step.node.refuse("names no axes")
    }
    return try relaid(step) { view throws(ONNXError) in
      let axes = try step.axes(stated, of: view.shape.count + stated.count)
      return axes.reduce(view) { $0.inserting(axis: $1) }
    }
  }

  /// `Expand`: broadcast to a shape, whose own extents of 1 take those of the operand over.
  static func expand(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let wanted = try step.integers(1) else { throw step.unfit(1, "known integers") }
    return try relaid(step) { view throws(ONNXError) in
      guard let shape = StridedView.broadcastShape(view.shape, wanted),
        let expanded = view.broadcast(to: shape)
      else { throw step.node.refuse("expands \(view.shape) to \(wanted)") }
      return expanded
    }
  }

  /// `Tile`.
  static func tile(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let repeats = try step.integers(1) ?? []
    let shape = try step.present(0).shape ?? []
    guard repeats.count == shape.count, repeats.allSatisfy({ (1...ONNXWalk.largestExtent) ~= $0 })
    else { throw step.node.refuse("repeats \(shape) \(repeats) times") }
    // Each axis gets one before it along which nothing changes.
    let repeated = try relaid(step) { view throws(ONNXError) in
      let pairs = shape.indices.flatMap { [repeats[$0], shape[$0]] }
      return StridedView(
        shape: pairs, strides: view.strides.flatMap { [0, $0] }, offset: view.offset)
    }
    let joined = ONNXStep(node: step.node, operands: [repeated], walk: step.walk)
    return try reshaped(joined, to: zip(shape, repeats).map { $0 * $1 })
  }
}
