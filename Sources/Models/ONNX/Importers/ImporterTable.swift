import ArrayKernels
import Kernels

/// Turns one node into an operation of the graph.
typealias ONNXImporter = @Sendable (ONNXStep) throws(ONNXError) -> ONNXOperand

/// The operations that can be imported; all else is refused before anything is described.
enum ONNXImporters {
  static let table: [String: ONNXImporter] = layers.merging(elementwise) { first, _ in first }
    .merging(layouts) { first, _ in first }

  /// Operations of which every result is used.
  static let splitting: [String: @Sendable (ONNXStep) throws(ONNXError) -> [ONNXOperand]] = [
    "Split": split
  ]

  private static let layers: [String: ONNXImporter] = [
    "AveragePool": averagePool,
    "BatchNormalization": batchNormalization,
    "Conv": conv,
    "ConvTranspose": convTranspose,
    "Gemm": gemm,
    "GlobalAveragePool": globalPool(.mean),
    "GlobalMaxPool": globalPool(.maximum),
    "GroupNormalization": groupNormalization,
    "InstanceNormalization": instanceNormalization,
    "LayerNormalization": layerNormalization,
    "LogSoftmax": softmax(isLogarithm: true),
    "LpNormalization": lpNormalization,
    "MatMul": matMul,
    "MaxPool": maxPool,
    "Pad": pad,
    "ReduceL1": reduce(.magnitudes),
    "ReduceL2": reduce(.length),
    "ReduceLogSum": reduce(.logarithmOfSum),
    "ReduceLogSumExp": reduce(.logarithmOfExponentials),
    "ReduceMax": reduce(.maximum),
    "ReduceMean": reduce(.mean),
    "ReduceMin": reduce(.minimum),
    "ReduceProd": reduce(.product),
    "ReduceSum": reduce(.sum),
    "ReduceSumSquare": reduce(.squares),
    "Resize": resize,
    "Softmax": softmax(isLogarithm: false),
    "Upsample": resize,
  ]

  private static let elementwise: [String: ONNXImporter] = [
    "Abs": function { _ in .absolute },
    "Add": arithmetic(.add),
    "Ceil": function { _ in .ceiling },
    "Celu": function { node in
      let alpha = node.float("alpha", default: 1)
      return .exponentialUnit(alpha: alpha, beta: alpha, gamma: 1)
    },
    "Clip": clip,
    "Cos": function { _ in .cosine },
    "Div": arithmetic(.divide),
    "Elu": function { node in
      .exponentialUnit(alpha: node.float("alpha", default: 1), beta: 1, gamma: 1)
    },
    "Erf": function { _ in .errorFunction },
    "Exp": function { _ in .exponential },
    "Floor": function { _ in .floor },
    "Gelu": gelu,
    "HardSigmoid": function { node in
      .hardSigmoid(
        alpha: node.float("alpha", default: 0.2), beta: node.float("beta", default: 0.5))
    },
    "HardSwish": function { _ in .hardSwish },
    "LeakyRelu": leakyRelu,
    "Log": function { _ in .logarithm },
    "Max": arithmetic(.maximum),
    "Min": arithmetic(.minimum),
    "Mish": function { _ in .mish },
    "Mul": arithmetic(.multiply),
    "Neg": negate,
    "PRelu": pRelu,
    "Pow": arithmetic(.power),
    "Reciprocal": function { _ in .reciprocal },
    "Relu": relu,
    "Round": function { _ in .round },
    "Selu": function { node in
      let gamma = node.float("gamma", default: 1.0507010221481323)
      let alpha = node.float("alpha", default: 1.6732631921768188)
      return .exponentialUnit(alpha: gamma * alpha, beta: 1, gamma: gamma)
    },
    "Sigmoid": sigmoid,
    "Sign": function { _ in .sign },
    "Sin": function { _ in .sine },
    "Softplus": function { _ in .softplus },
    "Softsign": function { _ in .softsign },
    "Sqrt": function { _ in .squareRoot },
    "Sub": arithmetic(.subtract),
    "Sum": arithmetic(.add),
    "Tanh": function { _ in .tanh },
    "ThresholdedRelu": function { node in .threshold(node.float("alpha", default: 1)) },
  ]

  private static let layouts: [String: ONNXImporter] = [
    "And": comparison { $0 != 0 && $1 != 0 },
    "Cast": cast,
    "CastLike": castLike,
    "Concat": concat,
    "Constant": constant,
    "ConstantOfShape": constantOfShape,
    "Dropout": dropout,
    "Equal": comparison { $0 == $1 },
    "Expand": expand,
    "Flatten": flatten,
    "Gather": gather,
    "Greater": comparison { $0 > $1 },
    "GreaterOrEqual": comparison { $0 >= $1 },
    "Identity": identity,
    "Less": comparison { $0 < $1 },
    "LessOrEqual": comparison { $0 <= $1 },
    "Mod": modulo,
    "Not": not,
    "Or": comparison { $0 != 0 || $1 != 0 },
    "Range": range,
    "Reshape": reshape,
    "Shape": shape,
    "Size": size,
    "Slice": slice,
    "Squeeze": squeeze,
    "Tile": tile,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
    "Where": choose,
  ]
}
