import ArrayKernels
import Kernels
import Tensors

/// Arrays of any shape; see ``ArrayOperation``.
extension Value {
  /// How the value lies as an image `[C, H, W]`, or a vector `[D]`.
  package var view: StridedView {
    shape.count == 1
      ? StridedView(rowMajor: shape)
      : StridedView(shape: shape, strides: [1, columns * channels, channels])
  }

  private func array(_ operation: ArrayOperation, shape: [Int], fits: Bool = true) -> Value {
    let scope = builder.nodes[node].scope
    if !fits { builder.reject(operation.name, [node], scope: scope) }
    return builder.add(.array(operation), [node], shape: shape, scope: scope)
  }

  private func array(_ operation: ArrayOperation, _ other: Value, shape: [Int], fits: Bool) -> Value
  {
    let scope = builder.nodes[node].scope
    if !fits { builder.reject(operation.name, [node, other.node], scope: scope) }
    return builder.add(.array(operation), [node, other.node], shape: shape, scope: scope)
  }

  /// What a view reads of this value's memory, in order, as a value of another shape.
  package func rearranged(by view: StridedView, to shape: [Int]) -> Value {
    array(
      .rearrange(view), shape: shape,
      fits: view.count == shape.elementCount && view.lastElement < self.shape.elementCount)
  }

  /// The same memory under another shape of equal size; the value itself for its own shape.
  package func reinterpreted(as shape: [Int]) -> Value {
    if shape == self.shape { return self }
    return array(
      .reinterpret, shape: shape, fits: shape.elementCount == self.shape.elementCount)
  }

  /// Pixels one behind the other: `[D, T, 1]` and `[D, S, 1]` to `[D, T + S, 1]`.
  ///
  /// - Precondition: there is at least one value.
  package static func appended(_ values: [Value]) -> Value {
    precondition(!values.isEmpty, "nothing to append")
    let (first, builder) = (values[0], values[0].builder)
    let scope = builder.nodes[first.node].scope
    if values.contains(where: { $0.channels != first.channels }) {
      builder.reject("append", values.map(\.node), scope: scope)
    }
    let pixels = values.reduce(0) { $0 + $1.rows * $1.columns }
    return builder.add(
      .array(.append), values.map(\.node), shape: [first.channels, pixels, 1], scope: scope)
  }

  /// `B` products `[M, K] · [K, N]`: `[K, B·M, 1]` and `[N, B·K, 1]` to `[N, B·M, 1]`.
  package func multiplied(by other: Value, batches: Int) -> Value {
    array(
      .matrixProduct(batches: batches), other, shape: [other.channels, rows * columns, 1],
      fits: batches > 0 && rows * columns % batches == 0
        && other.rows * other.columns == batches * channels)
  }

  /// Softmax over the channels of each pixel.
  package func softmax() -> Value { array(.softmax, shape: shape) }

  /// One number for all channels of each pixel, `[C, H, W] → [1, H, W]`.
  package func reduced(to reduction: Reduction) -> Value {
    array(.reduce(reduction), shape: [1] + shape.dropFirst())
  }

  /// `(x − mean) / √(variance + ε)` over the channels of each pixel.
  package func pixelwiseNormalized(epsilon: Float) -> Value {
    array(.normalize(epsilon: epsilon), shape: shape)
  }

  /// A function of each value.
  package func applying(_ function: ScalarFunction) -> Value {
    array(.function(function), shape: shape)
  }

  /// A function of pairs of values of equal shapes.
  package func combined(with other: Value, _ function: PairFunction) -> Value {
    array(.pair(function), other, shape: shape, fits: other.shape == shape)
  }

  /// Rows and columns as weighted sums of others.
  package func resampled(_ resampling: Resampling) -> Value {
    func inside(_ taps: [[Resampling.Tap]], _ count: Int) -> Bool {
      taps.allSatisfy { $0.allSatisfy { (0..<count).contains($0.position) } }
    }
    return array(
      .resample(resampling),
      shape: [channels, resampling.rows.count, resampling.columns.count],
      fits: shape.count == 3 && inside(resampling.rows, rows)
        && inside(resampling.columns, columns))
  }
}

extension Scope {
  /// `LayerNorm` over the channels of each pixel, parameters `[D]` named in full.
  package func layerNorm(
    _ x: Value, weight: ParameterSpecification, bias: ParameterSpecification, epsilon: Float
  ) -> Value {
    let operation = Operation.array(
      .layerNorm(weight: note(weight), bias: note(bias), epsilon: epsilon))
    if weight.shape != [x.channels] || bias.shape != [x.channels] {
      builder.reject(operation.name, [x.node], scope: prefix)
    }
    return builder.add(operation, [x.node], shape: x.shape, scope: prefix)
  }

  /// A parameter's values, in memory order, as a result of its own.
  package func stored(_ parameter: ParameterSpecification, as shape: [Int]) -> Value {
    if parameter.shape.elementCount != shape.elementCount {
      builder.reject("stored values", [], scope: prefix)
    }
    return builder.add(.array(.stored(note(parameter))), [], shape: shape, scope: prefix)
  }
}
