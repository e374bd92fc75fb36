import Graphs
import Kernels

/// Steps and borders of a convolution or pooling.
struct ONNXWindow {
  /// Added before and after the rows and columns.
  struct Border: Hashable {
    var top = 0
    var left = 0
    var bottom = 0
    var right = 0

    /// The border that both sides have; nil if they differ.
    var even: Extent? { top == bottom && left == right ? Extent(top, left) : nil }
  }

  let kernel: Extent
  let strides: Extent
  let dilations: Extent
  let border: Border

  /// Reads and checks a node's settings.
  ///
  /// - Parameters:
  ///   - step: the node.
  ///   - kernel: the filter's size where the weights decide it; nil reads `kernel_shape`.
  ///   - input: what the window slides over, for borders that depend on it.
  /// - Throws: ``ONNXError`` for settings that say nothing.
  init(_ step: ONNXStep, kernel: Extent? = nil, over input: Value) throws(ONNXError) {
    let node = step.node
    let stated = try node.extents("kernel_shape", count: 2).map { Extent($0[0], $0[1]) }
    guard let size = kernel ?? stated, size == stated ?? size, size.rows > 0, size.columns > 0
    else { throw node.refuse("has kernel_shape \(stated?.description ?? "missing")") }
    self.kernel = size
    strides = try Self.steps("strides", of: node)
    dilations = try Self.steps("dilations", of: node)
    switch node.word("auto_pad", default: "NOTSET") {
    case "NOTSET": border = try Self.stated(node)
    case "VALID": border = Border()
    case let mode where ["SAME_UPPER", "SAME_LOWER"].contains(mode):
      let rows = Self.same(size.rows, strides.rows, dilations.rows, over: input.rows)
      let columns = Self.same(
        size.columns, strides.columns, dilations.columns, over: input.columns)
      border = Self.shared(rows, columns, isUpper: mode == "SAME_UPPER")
    case let mode: throw node.refuse("has auto_pad \(mode)")
    }
  }

  private static func steps(_ attribute: String, of node: ONNXNode) throws(ONNXError) -> Extent {
    guard let found = try node.extents(attribute, count: 2) else { return 1 }
    guard found[0] > 0, found[1] > 0 else {
      throw node.refuse("has \(attribute) \(found); they must be positive")
    }
    return Extent(found[0], found[1])
  }

  private static func stated(_ node: ONNXNode) throws(ONNXError) -> Border {
    guard let pads = try node.extents("pads", count: 4) else { return Border() }
    return Border(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
  }

  /// The border for which the output has `⌈size / stride⌉` pixels.
  private static func same(_ kernel: Int, _ stride: Int, _ dilation: Int, over size: Int) -> Int {
    let reach = dilation * (kernel - 1) + 1
    return max(((size + stride - 1) / stride - 1) * stride + reach - size, 0)
  }

  /// A border in all, halved; what is odd goes behind for `SAME_UPPER`.
  static func shared(_ rows: Int, _ columns: Int, isUpper: Bool) -> Border {
    let (top, left) = isUpper ? (rows / 2, columns / 2) : ((rows + 1) / 2, (columns + 1) / 2)
    return Border(top: top, left: left, bottom: rows - top, right: columns - left)
  }
}

extension Value {
  /// The map with a border, or cut where that is negative.
  func bordered(_ border: ONNXWindow.Border, with value: Float = 0) -> Value {
    if border == ONNXWindow.Border() { return self }
    func taps(_ count: Int, _ before: Int, _ after: Int) -> [[Resampling.Tap]] {
      (-before..<max(count + after, -before)).map {
        (0..<count).contains($0) ? [Resampling.Tap($0)] : []
      }
    }
    return resampled(
      Resampling(
        rows: taps(rows, border.top, border.bottom),
        columns: taps(columns, border.left, border.right), border: value))
  }

  /// Some of the pixels, from the first on.
  func picked(every steps: Extent) -> Value {
    if steps == 1 { return self }
    if steps.rows == steps.columns { return subsampled(by: steps.rows) }
    func taps(_ count: Int, _ step: Int) -> [[Resampling.Tap]] {
      stride(from: 0, to: count, by: step).map { [Resampling.Tap($0)] }
    }
    return resampled(
      Resampling(rows: taps(rows, steps.rows), columns: taps(columns, steps.columns)))
  }
}
