import Graphs
import Tensors

extension ONNXImporters {
  /// `Relu`.
  static func relu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (value, extents) = try step.value(0)
    return .value(value.relu(), extents: extents)
  }

  /// `Sigmoid`.
  static func sigmoid(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (value, extents) = try step.value(0)
    return .value(value.sigmoid(), extents: extents)
  }

  /// `PRelu`: slope `[C]` after `[N, D]`, `[C, 1, 1]` after maps, or one number for all channels.
  static func pRelu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (value, extents) = try step.value(0)
    guard let (name, slope) = try step.constant(1),
      let slopes = slope.perChannel(of: extents)
    else { throw step.unfit(1, "a slope for each of \(value.channels) channels") }
    let change = slope.shape == [slopes.count] ? nil : slope.count == 1 ? "repeated" : "reshaped"
    let tensor = Tensor(shape: [slopes.count], values: slopes)
    let weight = step.claim(name, tensor, change: change)
    return .value(step.scope.prelu(value, weight: weight), extents: extents)
  }

  /// `LeakyRelu` is a `PRelu` whose slopes, under the node's name, are all `alpha`.
  static func leakyRelu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (value, extents) = try step.value(0)
    let slopes = Tensor(
      shape: [value.channels], repeating: step.node.float("alpha", default: 0.01))
    let weight = step.claim("\(step.node.name).alpha", slopes, change: "repeated")
    return .value(step.scope.prelu(value, weight: weight), extents: extents)
  }

  /// `Clip` from zero, to infinity or to a bound `b`, which becomes `b − relu(b − relu(x))`.
  ///
  /// The bounded form rounds `b − x` and so is off by half an ulp of `b` at most.
  ///
  /// A clip from a tiny number is what exporters put behind the length of a vector.
  static func clip(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let lower = try bound(step, 1, "min") ?? -.infinity
    let upper = try bound(step, 2, "max") ?? .infinity
    if case .length(let edge) = step.operand(0), lower <= 1e-6, upper >= .greatestFiniteMagnitude {
      return .length(of: edge)
    }
    let (value, extents) = try step.value(0)
    guard lower == 0, upper > 0 else {
      throw step.node.refuse("clips to \(lower)…\(upper); only 0 to a positive bound is possible")
    }
    let positive = value.relu()
    guard upper < .greatestFiniteMagnitude else { return .value(positive, extents: extents) }
    let minus = [Float](repeating: -1, count: value.channels)
    let shift = [Float](repeating: upper, count: value.channels)
    let rest = positive.perChannelAffine(scale: minus, shift: shift).relu()
    return .value(rest.perChannelAffine(scale: minus, shift: shift), extents: extents)
  }

  private static func bound(_ step: ONNXStep, _ index: Int, _ attribute: String)
    throws(ONNXError) -> Float?
  {
    if let stored = try step.constant(index) { return stored.tensor.values[0] }
    return step.node.attribute(attribute)?.f
  }
}

extension Tensor {
  /// The tensor's number for each channel, if ONNX's broadcasting to `[N] + extents` varies it along the
  /// channels only; nil otherwise.
  func perChannel(of extents: [Int]) -> [Float]? {
    let surplus = shape.count - extents.count
    guard surplus <= 1 else { return nil }
    // ONNX aligns the last axes.
    let aligned = [Int](repeating: 1, count: max(-surplus, 0)) + shape.suffix(extents.count)
    let isPerChannel =
      aligned.dropFirst().allSatisfy { $0 == 1 } && (surplus < 1 || shape[0] == 1)
    guard isPerChannel, let count = aligned.first, count == extents[0] || count == 1 else {
      return nil
    }
    return count == extents[0] ? values : [Float](repeating: values[0], count: extents[0])
  }
}
