import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `Conv`: weight `[O, C / group, R, S]`.
  static func conv(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    try convolution(step, isTransposed: false)
  }

  /// `ConvTranspose`: weight `[C, O / group, R, S]`.
  static func convTranspose(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let node = step.node
    if let extra = node.integers("output_padding"), extra.contains(where: { $0 != 0 }) {
      throw node.refuse("has output_padding \(extra); only zeros are possible")
    }
    if let shape = node.integers("output_shape") {
      throw node.refuse("has output_shape \(shape); state pads instead")
    }
    let mode = node.word("auto_pad", default: "NOTSET")
    if mode.hasPrefix("SAME") { throw node.refuse("has auto_pad \(mode); state pads instead") }
    return try convolution(step, isTransposed: true)
  }

  private static func convolution(_ step: ONNXStep, isTransposed: Bool) throws(ONNXError)
    -> ONNXOperand
  {
    let input = try step.map(0)
    let (name, weights) = try step.weight(1, axes: 4)
    let shape = weights.shape
    let groups = try step.node.integer("group", default: 1, in: 1...max(shape[0], 1))
    let inputs = isTransposed ? shape[0] : shape[1] * groups
    guard input.channels == inputs, shape[0] % groups == 0 else {
      throw step.node.refuse(
        "has weights \(shape) in \(groups) groups for an input of \(input.channels) channels")
    }
    let window = try ONNXWindow(step, kernel: Extent(shape[2], shape[3]), over: input)
    let geometry = ConvolutionGeometry(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: groups, isTransposed: isTransposed)
    let bias = try step.bias(2, count: isTransposed ? shape[1] * groups : shape[0])
    return .value(
      step.scope.convolution(input, geometry, weight: step.claim(name, weights), bias: bias))
  }
}
