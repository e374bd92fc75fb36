import Graphs
import Kernels

extension ONNXImporters {
  /// `MaxPool`.
  ///
  /// - Deviation: in ceil mode a last window that would start in the border is dropped, as in PyTorch;
  ///   ONNX's text says so since operator set 22.
  static func maxPool(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (input, window) = try poolingWindow(step)
    let stride = window.strides.rows
    let isCeiling = try step.node.integer("ceil_mode", default: 0, in: 0...1) == 1
    if let padding = window.border.even, stride == window.strides.columns {
      return .value(
        batchOf: input.maxPool(
          window.kernel, stride: stride, padding: padding, ceilMode: isCeiling))
    }
    let border = window.completed(over: input, isCeiling: isCeiling)
    let largest = input.bordered(border, with: -.infinity).maxPool(window.kernel, stride: 1)
    return .value(batchOf: largest.picked(every: window.strides))
  }

  /// `AveragePool`; a last window that is partly outside counts the border at most.
  static func averagePool(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (input, window) = try poolingWindow(step)
    let counts = try step.node.integer("count_include_pad", default: 0, in: 0...1) == 1
    let isCeiling = try step.node.integer("ceil_mode", default: 0, in: 0...1) == 1
    let completed = window.completed(over: input, isCeiling: isCeiling)
    let stride = window.strides.rows
    if let padding = window.border.even, stride == window.strides.columns,
      completed.bottom <= window.border.bottom, completed.right <= window.border.right
    {
      return .value(
        batchOf: input.averagePool(
          window.kernel, stride: stride, padding: padding, countIncludePad: counts))
    }
    // The mean over whole windows, corrected for what does not count.
    let isEven = stride == window.strides.columns
    let means = input.bordered(completed)
      .averagePool(window.kernel, stride: isEven ? stride : 1)
      .picked(every: isEven ? 1 : window.strides)
    func taps(_ outputs: Int, _ kernel: Int, _ step: Int, before: Int, size: Int, after: Int)
      -> [[Resampling.Tap]]
    {
      (0..<outputs).map { index in
        let start = index * step - before
        let (first, last) = counts ? (-before, size + after) : (0, size)
        let counted = min(start + kernel, last) - max(start, first)
        return [Resampling.Tap(index, weight: Float(kernel) / Float(max(counted, 1)))]
      }
    }
    return .value(
      batchOf: means.resampled(
        Resampling(
          rows: taps(
            means.rows, window.kernel.rows, window.strides.rows, before: window.border.top,
            size: input.rows, after: window.border.bottom),
          columns: taps(
            means.columns, window.kernel.columns, window.strides.columns,
            before: window.border.left, size: input.columns, after: window.border.right))))
  }

  /// A window that is never wholly in the border.
  private static func poolingWindow(_ step: ONNXStep) throws(ONNXError) -> (Value, ONNXWindow) {
    let input = try step.map(0)
    let window = try ONNXWindow(step, over: input)
    guard window.dilations == 1 else {
      throw step.node.refuse("has dilations \(window.dilations); only 1 is possible")
    }
    let border = window.border
    guard max(border.top, border.bottom) < window.kernel.rows,
      max(border.left, border.right) < window.kernel.columns
    else {
      throw step.node.refuse(
        "has pads \(border.top)×\(border.left) around a window \(window.kernel)")
    }
    return (input, window)
  }
}

extension ONNXWindow {
  /// The border with which the last windows are whole and nothing is left over.
  fileprivate func completed(over input: Value, isCeiling: Bool) -> Border {
    func after(_ size: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ after: Int) -> Int {
      let span = size + before + after - kernel
      guard span >= 0 else { return after }
      var steps = (span + (isCeiling ? stride - 1 : 0)) / stride
      if isCeiling && steps * stride >= size + before { steps -= 1 }
      return steps * stride + kernel - size - before
    }
    return Border(
      top: border.top, left: border.left,
      bottom: after(
        input.rows, kernel.rows, strides.rows, border.top, border.bottom),
      right: after(
        input.columns, kernel.columns, strides.columns, border.left, border.right))
  }
}
