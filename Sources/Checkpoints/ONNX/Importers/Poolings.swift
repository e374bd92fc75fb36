import Graphs
import Kernels

extension ONNXImporters {
  /// `MaxPool`.
  ///
  /// - Deviation: in ceil mode a last window that would start in the border is dropped, as in PyTorch;
  ///   ONNX's text says so since operator set 22.
  static func maxPool(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let input = try step.map(0)
    let window = try poolingWindow(step, over: input)
    let ceilMode = try step.node.integer("ceil_mode", default: 0, in: 0...1) == 1
    return .value(
      input.maxPool(
        window.kernel, stride: window.stride, padding: window.padding, ceilMode: ceilMode))
  }

  /// `AveragePool`; its ceil mode is possible where it changes nothing.
  static func averagePool(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let input = try step.map(0)
    let window = try poolingWindow(step, over: input)
    let rows = input.rows + 2 * window.padding.rows - window.kernel.rows
    let columns = input.columns + 2 * window.padding.columns - window.kernel.columns
    let isExact = rows % window.stride == 0 && columns % window.stride == 0
    if try step.node.integer("ceil_mode", default: 0, in: 0...1) == 1, !isExact {
      throw step.node.refuse("has ceil_mode 1 and a last window that is partly outside")
    }
    let counts = try step.node.integer("count_include_pad", default: 0, in: 0...1) == 1
    return .value(
      input.averagePool(
        window.kernel, stride: window.stride, padding: window.padding, countIncludePad: counts))
  }

  /// A window that is never wholly in the border.
  private static func poolingWindow(_ step: ONNXStep, over input: Value) throws(ONNXError)
    -> ONNXWindow
  {
    let window = try ONNXWindow(step, over: input)
    guard window.dilation == 1 else { throw step.node.refuse("has dilations; only 1 is possible") }
    guard window.padding.rows < window.kernel.rows,
      window.padding.columns < window.kernel.columns
    else {
      throw step.node.refuse("has pads \(window.padding) around a window \(window.kernel)")
    }
    return window
  }

  /// `GlobalAveragePool`.
  static func globalAveragePool(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    .value(try step.map(0).globalAveragePool())
  }

  /// `GlobalMaxPool`.
  static func globalMaxPool(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let input = try step.map(0)
    return .value(input.maxPool(Extent(input.rows, input.columns), stride: 1))
  }

  /// `ReduceMean` over `H` and `W`; without `keepdims` the result is a vector.
  static func reduceMean(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let input = try step.map(0)
    let axes = try step.axes(try step.integers(1, or: "axes") ?? [], ofExtents: 3)
    guard axes == [1, 2] else {
      throw step.node.refuse("does not work over H and W, and them only")
    }
    let mean = input.globalAveragePool()
    let keeps = try step.node.integer("keepdims", default: 1, in: 0...1) == 1
    return .value(keeps ? mean : mean.flattened())
  }
}
