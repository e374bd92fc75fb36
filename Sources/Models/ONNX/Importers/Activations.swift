import ArrayKernels
import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `Relu`.
  static func relu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    .value(try step.result(0).mapped { $0.relu() })
  }

  /// `Sigmoid`.
  static func sigmoid(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    .value(try step.result(0).mapped { $0.sigmoid() })
  }

  /// A function of each value, whose constants the node may set.
  static func function(_ function: @escaping @Sendable (ONNXNode) -> ScalarFunction)
    -> ONNXImporter
  {
    { step throws(ONNXError) in
      let function = function(step.node)
      switch try step.present(0) {
      case .value(let result): return .value(result.mapped { $0.applying(function) })
      case .floats(_, let tensor):
        let values = tensor.values.map { Float(function(Double($0))) }
        return .floats(name: step.node.edge, Tensor(shape: tensor.shape, values: values))
      case .integers(let array):
        // What ONNX defines for integers keeps them whole.
        let values = array.values.compactMap { Int(exactly: function(Double($0))) }
        guard values.count == array.values.count else { throw step.unfit(0, "floats") }
        return .integers(ONNXIntegers(shape: array.shape, values: values))
      case .other: throw step.unfit(0, "numbers")
      }
    }
  }

  /// `Neg`.
  static func negate(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let minus = ONNXOperand.integers(ONNXIntegers(shape: [], values: [-1]))
    if case .value(let result) = step.operand(0) {
      return .value(ONNXResult(result.value, result.view, factor: -result.factor))
    }
    return try combined(step, .multiply, step.present(0), minus)
  }

  /// `PRelu`: slope `[C]` after `[N, D]`, `[C, 1, 1]` after images, or one number for all channels.
  static func pRelu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let host = try step.result(0).settled.compacted
    guard let (name, slope) = try step.constant(1),
      let view = StridedView(rowMajor: slope.shape).broadcast(to: host.shape),
      let slopes = host.perChannel(slope, view)
    else { throw step.unfit(1, "a slope for each channel of \(try step.result(0).shape)") }
    let channels = host.value.channels
    let isRepeated = slope.count == 1 && channels > 1
    let change = slope.shape == [channels] ? nil : isRepeated ? "repeated" : "reshaped"
    let weight = step.claim(name, Tensor(shape: [channels], values: slopes), change: change)
    return .value(ONNXResult(step.scope.prelu(host.value, weight: weight), host.view))
  }

  /// `LeakyRelu` is a `PRelu` whose slopes, under the node's name, are all `alpha`.
  static func leakyRelu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let slope = step.node.float("alpha", default: 0.01)
    return .value(
      try step.result(0).mapped { value in
        let slopes = Tensor(shape: [value.channels], repeating: slope)
        let weight = step.claim("\(step.node.name).alpha", slopes, change: "repeated")
        return step.scope.prelu(value, weight: weight)
      })
  }

  /// `Clip`; from zero upwards it is `Relu`.
  static func clip(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let lower = try step.number(1) ?? step.node.attribute("min")?.f ?? -.infinity
    let upper = try step.number(2) ?? step.node.attribute("max")?.f ?? .infinity
    guard lower <= upper else { throw step.node.refuse("clips to \(lower)…\(upper)") }
    // Exporters write the largest number for none.
    let top = upper < .greatestFiniteMagnitude ? upper : .infinity
    if case .value(let result) = step.operand(0), lower == 0, top == .infinity {
      return .value(result.mapped { $0.relu() })
    }
    return try function { _ in .clip(lower: lower, upper: top) }(step)
  }

  /// `Gelu`.
  static func gelu(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    switch step.node.word("approximate", default: "none") {
    case "none": return .value(try step.result(0).mapped { $0.gelu() })
    case "tanh": return .value(try step.result(0).mapped { $0.applying(.tanhGELU) })
    case let form: throw step.node.refuse("approximates by \(form)")
    }
  }

  /// `Softmax`, and its logarithm.
  ///
  /// Before operator set 13 it went over all axes from the stated one on.
  static func softmax(isLogarithm: Bool) -> ONNXImporter {
    { step throws(ONNXError) in
      let result = try step.result(0)
      let rank = result.shape.count
      let isOld = step.walk.operatorSet < 13
      let axis = try step.axis("axis", default: isOld ? 1 : -1, of: rank)
      let over = isOld ? Array(axis..<rank) : [axis]
      let order = result.shape.indices.filter { !over.contains($0) } + over
      let rows = result.seen(as: result.view.permuted(order)).rows(keeping: over.count)
      var shares = rows.softmax()
      step.walk.noteShares(shares, of: rows)
      if isLogarithm { shares = shares.applying(.logarithm) }
      let back = result.shape.indices.map { order.firstIndex(of: $0) ?? 0 }
      let view = StridedView(rowMajor: order.map { result.shape[$0] }).permuted(back)
      return .value(ONNXResult(shares, view))
    }
  }
}
