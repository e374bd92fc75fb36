import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `Conv`: weight `[O, C / group, R, S]`.
  ///
  /// A border that differs from side to side is added before; where steps differ along rows and columns,
  /// the surplus pixels are computed and dropped; where dilations do, the filter is spread.
  static func conv(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let layer = try ONNXFilter(step, isTransposed: false)
    let window = layer.window
    let stride =
      window.strides.rows == window.strides.columns ? window.strides.rows : 1
    let output = layer.applied(
      to: window.border.even == nil ? layer.input.bordered(window.border) : layer.input,
      stride: stride, padding: window.border.even ?? 0, bias: try layer.bias())
    return .value(
      batchOf: output.picked(
        every: Extent(window.strides.rows / stride, window.strides.columns / stride)))
  }

  /// `ConvTranspose`: weight `[C, O / group, R, S]`.
  ///
  /// What is not PyTorch's own arithmetic is cut out of the full result.
  static func convTranspose(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let layer = try ONNXFilter(step, isTransposed: true)
    let window = layer.window
    guard window.strides.rows == window.strides.columns else {
      throw step.node.refuse("has strides \(window.strides); they must be equal")
    }
    let stride = window.strides.rows
    let extra = try step.node.extents("output_padding", count: 2) ?? [0, 0]
    let full = layer.geometry(stride: stride, padding: 0)
    let size = Extent(
      full.outputRows(layer.input.rows), full.outputColumns(layer.input.columns))
    let border = try cut(step, window, layer.input, from: size, extra: extra)
    let isPlain = extra == [0, 0] && border.even != nil && border.top >= 0 && border.left >= 0
    if isPlain, let padding = border.even {
      return .value(
        batchOf: layer.applied(
          to: layer.input, stride: stride, padding: padding, bias: try layer.bias()))
    }
    let kept = ONNXWindow.Border(
      top: -border.top, left: -border.left, bottom: extra[0] - border.bottom,
      right: extra[1] - border.right)
    // Outside the full result there is the bias alone.
    let values = layer.applied(to: layer.input, stride: stride, padding: 0, bias: nil)
    let whole = values.bordered(kept)
    guard let bias = try step.constant(2)?.tensor else { return .value(batchOf: whole) }
    guard bias.count == whole.channels else {
      throw step.unfit(2, "\(whole.channels) stored numbers")
    }
    let ones = [Float](repeating: 1, count: bias.count)
    return .value(batchOf: whole.perChannelAffine(scale: ones, shift: bias.values))
  }

  /// What is cut off the full result of a transposed convolution.
  private static func cut(
    _ step: ONNXStep, _ window: ONNXWindow, _ input: Value, from size: Extent, extra: [Int]
  ) throws(ONNXError) -> ONNXWindow.Border {
    let node = step.node
    let mode = node.word("auto_pad", default: "NOTSET")
    var target = try node.extents("output_shape", count: 2)
    if target == nil, mode.hasPrefix("SAME") {
      target = [input.rows * window.strides.rows, input.columns * window.strides.columns]
    }
    guard let target else { return window.border }
    return ONNXWindow.shared(
      size.rows + extra[0] - target[0], size.columns + extra[1] - target[1],
      isUpper: mode == "SAME_UPPER")
  }
}

/// The filter of a convolution of either kind, checked.
private struct ONNXFilter {
  let input: Value
  let window: ONNXWindow
  private let step: ONNXStep
  private let weight: ParameterSpecification
  private let groups: Int
  private let isTransposed: Bool
  private let kernel: Extent
  private let dilation: Int

  init(_ step: ONNXStep, isTransposed: Bool) throws(ONNXError) {
    self.step = step
    self.isTransposed = isTransposed
    input = try step.map(0)
    let (name, weights) = try step.weight(1, axes: 4)
    let shape = weights.shape
    groups = try step.node.integer("group", default: 1, in: 1...max(shape[0], 1))
    let inputs = isTransposed ? shape[0] : shape[1] * groups
    guard input.channels == inputs, shape[0] % groups == 0 else {
      throw step.node.refuse(
        "has weights \(shape) in \(groups) groups for an input of \(input.channels) channels")
    }
    window = try ONNXWindow(step, kernel: Extent(shape[2], shape[3]), over: input)
    let dilations = window.dilations
    if dilations.rows == dilations.columns {
      weight = step.claim(name, weights)
      kernel = window.kernel
      dilation = dilations.rows
    } else {
      let spread = weights.spread(by: dilations)
      weight = step.claim(name, spread, change: "spread")
      kernel = Extent(spread.shape[2], spread.shape[3])
      dilation = 1
    }
  }

  func bias() throws(ONNXError) -> ParameterSpecification? {
    try step.bias(2, count: isTransposed ? weight.shape[1] * groups : weight.shape[0])
  }

  func geometry(stride: Int, padding: Extent) -> ConvolutionGeometry {
    ConvolutionGeometry(
      kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups,
      isTransposed: isTransposed)
  }

  func applied(
    to input: Value, stride: Int, padding: Extent, bias: ParameterSpecification?
  ) -> Value {
    step.scope.convolution(
      input, geometry(stride: stride, padding: padding), weight: weight, bias: bias)
  }
}

extension Tensor {
  /// Filters `[A, B, R, S]` with zeros between their taps.
  fileprivate func spread(by dilations: Extent) -> Tensor {
    let (rows, columns) = (shape[2], shape[3])
    let height = (rows - 1) * dilations.rows + 1
    let width = (columns - 1) * dilations.columns + 1
    var result = Tensor(shape: [shape[0], shape[1], height, width])
    for index in values.indices {
      let (plane, tap) = index.quotientAndRemainder(dividingBy: rows * columns)
      let row = tap / columns * dilations.rows
      result.values[(plane * height + row) * width + tap % columns * dilations.columns] =
        values[index]
    }
    return result
  }
}
