import Kernels

/// A result inside a network that is being described.
package struct Value {
  let builder: GraphBuilder
  let node: Int

  /// Per-sample shape, `[C, H, W]` or `[D]`; there is no batch axis.
  package var shape: [Int] { builder.nodes[node].shape }

  /// `C`, or `D` of a vector.
  package var channels: Int { shape[0] }

  /// `H`; 1 for a vector.
  package var rows: Int { shape.count == 3 ? shape[1] : 1 }

  /// `W`; 1 for a vector.
  package var columns: Int { shape.count == 3 ? shape[2] : 1 }

  private func then(_ operation: Operation, shape: [Int]? = nil) -> Value {
    builder.add(
      operation, [node], shape: shape ?? self.shape, scope: builder.nodes[node].scope)
  }

  /// `max(x, 0)`.
  package func relu() -> Value { then(.relu) }

  /// `1 / (1 + e^−x)`.
  package func sigmoid() -> Value { then(.sigmoid) }

  /// `MaxPool2d`.
  package func maxPool(
    _ kernel: Extent, stride: Int, padding: Extent = 0, ceilMode: Bool = false
  ) -> Value {
    let pooling = Pooling(kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)
    return then(.maxPool(pooling), shape: pooled(pooling))
  }

  /// `AvgPool2d`.
  package func averagePool(
    _ kernel: Extent, stride: Int, padding: Extent = 0, countIncludePad: Bool = true
  ) -> Value {
    let pooling = Pooling(kernel: kernel, stride: stride, padding: padding)
    return then(
      .averagePool(pooling, countIncludePad: countIncludePad), shape: pooled(pooling))
  }

  private func pooled(_ pooling: Pooling) -> [Int] {
    [channels, pooling.outputRows(rows), pooling.outputColumns(columns)]
  }

  /// Mean over all pixels, `[C, H, W] → [C, 1, 1]`.
  package func globalAveragePool() -> Value { adaptiveAveragePool(rows: 1, columns: 1) }

  /// `AdaptiveAvgPool2d`.
  package func adaptiveAveragePool(rows: Int, columns: Int) -> Value {
    then(.adaptiveAveragePool, shape: [channels, rows, columns])
  }

  /// `F.interpolate(mode="nearest")`.
  package func resizedNearest(rows: Int, columns: Int) -> Value {
    then(.resizeNearest, shape: [channels, rows, columns])
  }

  /// `F.interpolate(mode="bilinear")` without antialiasing.
  package func resizedBilinear(rows: Int, columns: Int, alignCorners: Bool) -> Value {
    then(.resizeBilinear(alignCorners: alignCorners), shape: [channels, rows, columns])
  }

  /// The same numbers at every pixel, `[D]` or `[D, 1, 1] → [D, H, W]`.
  package func broadcast(rows: Int, columns: Int) -> Value {
    if self.rows != 1 || self.columns != 1 {
      builder.reject("broadcast", [node], scope: builder.nodes[node].scope)
    }
    return then(.broadcast, shape: [channels, rows, columns])
  }

  /// `MaxPool2d(1, stride)`: every `stride`-th pixel; nothing happens for 1.
  package func subsampled(by stride: Int) -> Value {
    guard stride > 1 else { return self }
    return then(
      .subsample(stride: stride),
      shape: [channels, (rows - 1) / stride + 1, (columns - 1) / stride + 1])
  }

  /// `[C, H, W] → [C·H·W]`, in that order.
  package func flattened() -> Value { then(.flatten, shape: [channels * rows * columns]) }

  /// `[D] → [D, 1, 1]`, the way back from a vector to a map of one pixel.
  package func asMap() -> Value { then(.flatten, shape: [channels * rows * columns, 1, 1]) }

  /// `x / ‖x‖₂` of a vector `[D]`.
  package func l2Normalized() -> Value {
    if shape.count != 1 {
      builder.reject("L2 normalise", [node], scope: builder.nodes[node].scope)
    }
    return then(.l2Normalize)
  }

  /// `x · scale[c] + shift[c]` with constants of the architecture.
  package func perChannelAffine(scale: [Float], shift: [Float]) -> Value {
    if scale.count != channels || shift.count != channels {
      builder.reject("affine", [node], scope: builder.nodes[node].scope)
    }
    return then(.affine(scale: scale, shift: shift))
  }

  /// Sum; shapes are equal or one side is `[C, 1, 1]` and added everywhere.
  package static func + (left: Value, right: Value) -> Value { left.combined(.add, right) }

  /// Product; shapes are equal or one side is `[C, 1, 1]` and multiplied everywhere.
  package static func * (left: Value, right: Value) -> Value { left.combined(.multiply, right) }

  /// Puts the broadcast side second, which is where the kernels expect it.
  private func combined(_ operation: Operation, _ other: Value) -> Value {
    let (large, small) =
      shape.reduce(1, *) >= other.shape.reduce(1, *) ? (self, other) : (other, self)
    let broadcasts = small.shape == [large.channels, 1, 1] && large.shape.count == 3
    if large.shape != small.shape && !broadcasts {
      builder.reject(operation.name, [node, other.node], scope: builder.nodes[node].scope)
    }
    return builder.add(
      operation, [large.node, small.node], shape: large.shape, scope: builder.nodes[node].scope)
  }

  /// Joins maps of equal size along `C`.
  ///
  /// - Precondition: there is at least one.
  package static func concatenated(_ values: [Value]) -> Value {
    precondition(!values.isEmpty, "nothing to concatenate")
    let first = values[0]
    let scope = first.builder.nodes[first.node].scope
    if values.contains(where: { $0.shape.dropFirst() != first.shape.dropFirst() }) {
      first.builder.reject("concatenate", values.map(\.node), scope: scope)
    }
    let channels = values.reduce(0) { $0 + $1.channels }
    return first.builder.add(
      .concatenate, values.map(\.node), shape: [channels] + first.shape.dropFirst(), scope: scope)
  }

  /// Names this result, so that it can be asked for, and returns it.
  package func tapped(_ name: String) -> Value {
    builder.tap(node, as: name)
    return self
  }
}
