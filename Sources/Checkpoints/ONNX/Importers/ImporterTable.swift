/// Turns one node into an operation of the graph.
typealias ONNXImporter = @Sendable (ONNXStep) throws(ONNXError) -> ONNXOperand

/// The operations that can be imported; all else is refused before anything is described.
enum ONNXImporters {
  static let table: [String: ONNXImporter] = [
    "Add": arithmetic(.add),
    "AveragePool": averagePool,
    "BatchNormalization": batchNormalization,
    "Cast": cast,
    "Clip": clip,
    "Concat": concat,
    "Constant": constant,
    "Conv": conv,
    "ConvTranspose": convTranspose,
    "Div": arithmetic(.divide),
    "Dropout": dropout,
    "Expand": expand,
    "Flatten": flatten,
    "Gather": gather,
    "Gemm": gemm,
    "GlobalAveragePool": globalAveragePool,
    "GlobalMaxPool": globalMaxPool,
    "Identity": identity,
    "LeakyRelu": leakyRelu,
    "LpNormalization": lpNormalization,
    "MatMul": matMul,
    "MaxPool": maxPool,
    "Mul": arithmetic(.multiply),
    "PRelu": pRelu,
    "ReduceL2": reduceL2,
    "ReduceMean": reduceMean,
    "Relu": relu,
    "Reshape": reshape,
    "Resize": resize,
    "Shape": shape,
    "Sigmoid": sigmoid,
    "Slice": slice,
    "Squeeze": squeeze,
    "Sub": arithmetic(.subtract),
    "Unsqueeze": unsqueeze,
    "Upsample": resize,
  ]
}
