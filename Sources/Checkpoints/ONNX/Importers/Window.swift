import Graphs
import Kernels

/// Steps and borders of a convolution or pooling, in the form that graphs take.
struct ONNXWindow {
  let kernel: Extent
  let stride: Int
  let padding: Extent
  let dilation: Int

  /// Reads and checks a node's settings.
  ///
  /// - Parameters:
  ///   - step: the node.
  ///   - kernel: the filter's size where the weights decide it; nil reads `kernel_shape`.
  ///   - input: what the window slides over, for borders that depend on it.
  /// - Throws: ``ONNXError`` for settings that graphs cannot express.
  init(_ step: ONNXStep, kernel: Extent? = nil, over input: Value) throws(ONNXError) {
    let node = step.node
    let stated = try node.extents("kernel_shape", count: 2).map { Extent($0[0], $0[1]) }
    guard let size = kernel ?? stated, size == stated ?? size, size.rows > 0, size.columns > 0
    else { throw node.refuse("has kernel_shape \(stated?.description ?? "missing")") }
    self.kernel = size
    stride = try Self.equal("strides", of: node)
    dilation = try Self.equal("dilations", of: node)
    switch node.word("auto_pad", default: "NOTSET") {
    case "NOTSET": padding = try Self.stated(node)
    case "VALID": padding = 0
    case "SAME_UPPER", "SAME_LOWER":
      let border = Self.same(kernel: size, stride: stride, dilation: dilation, over: input)
      guard let border else { throw node.refuse("needs borders that differ from side to side") }
      padding = border
    case let mode: throw node.refuse("has auto_pad \(mode)")
    }
  }

  private static func equal(_ attribute: String, of node: ONNXNode) throws(ONNXError) -> Int {
    guard let found = try node.extents(attribute, count: 2) else { return 1 }
    guard found[0] == found[1], found[0] > 0 else {
      throw node.refuse("has \(attribute) \(found); they must be equal and positive")
    }
    return found[0]
  }

  private static func stated(_ node: ONNXNode) throws(ONNXError) -> Extent {
    guard let pads = try node.extents("pads", count: 4) else { return 0 }
    guard pads[0] == pads[2], pads[1] == pads[3] else {
      throw node.refuse("has pads \(pads), which differ from side to side")
    }
    return Extent(pads[0], pads[1])
  }

  /// The border for which the output has `⌈size / stride⌉` pixels; nil if it is odd.
  private static func same(kernel: Extent, stride: Int, dilation: Int, over input: Value) -> Extent?
  {
    func total(_ size: Int, _ kernel: Int) -> Int {
      let reach = dilation * (kernel - 1) + 1
      return max(((size + stride - 1) / stride - 1) * stride + reach - size, 0)
    }
    let (rows, columns) = (total(input.rows, kernel.rows), total(input.columns, kernel.columns))
    return rows % 2 == 0 && columns % 2 == 0 ? Extent(rows / 2, columns / 2) : nil
  }
}
