import CKernels
import Tensors

extension FeatureMap {
  /// Gradient of ``FeatureMap/writeAttention(_:queries:keys:values:level:scratch:)``; the map is that of
  /// the output, `[T, D]`.
  ///
  /// With `P = softmax(S)`, `S = f Q Kᵀ`: `dV = Pᵀ dO`, `dP = dO Vᵀ`, `dS = P ∘ (dP − Σ P ∘ dP)`,
  /// `dQ = f dS K`, `dK = f dSᵀ Q`. The probabilities are recomputed.
  ///
  /// - Parameters:
  ///   - attention: heads and order.
  ///   - operands: queries `[T, D]`, keys and values `[S, D]`.
  ///   - gradients: what is added to, shaped like the operands; nil where none is wanted.
  ///   - level: instruction set.
  ///   - scratch: one per worker; holds one head's scores and their gradients.
  package func addAttentionGradient(
    _ attention: Attention,
    operands: (queries: FeatureMap, keys: FeatureMap, values: FeatureMap),
    to gradients: (queries: FeatureMap?, keys: FeatureMap?, values: FeatureMap?),
    level: CPULevel = .current, scratch: GradientScratch
  ) {
    let depth = channels / attention.heads
    let job = AttentionGradientJob(
      isCausal: attention.isCausal, scale: attention.factor(depth: depth), level: level,
      scratch: scratch)
    for head in 0..<attention.heads {
      func part(_ map: FeatureMap, _ role: Attention.Role) -> FeatureMap {
        map.channels(from: attention.start(of: head, role, depth: depth), count: depth)
      }
      job.run(
        (
          part(operands.queries, .queries), part(operands.keys, .keys),
          part(operands.values, .values)
        ),
        output: channels(from: head * depth, count: depth),
        to: (
          gradients.queries.map { part($0, .queries) }, gradients.keys.map { part($0, .keys) },
          gradients.values.map { part($0, .values) }
        ))
    }
  }
}

extension FeatureMap {
  /// `dx += y ∘ (dy − Σ y ∘ dy)` over the channels of each pixel, for ``writeSoftmax(of:level:scratch:)``; the map is the
  /// input's gradient.
  package func addSoftmaxGradient(
    of gradient: FeatureMap, result: FeatureMap, level: CPULevel = .current,
    scratch: GradientScratch
  ) {
    let (kernels, row) = (level.gradientKernels, scratch.floats(channels))
    for index in 0..<pixels {
      row.update(from: gradient.pixel(at: index), count: channels)
      kernels.softmax_gradient(result.pixel(at: index), row, channels, 1)
      kernels.add_scaled(row, 1, pixel(at: index), channels)
    }
  }
}

/// The gradient of one head.
private struct AttentionGradientJob {
  let isCausal: Bool
  /// Factor on the products of queries and keys.
  let scale: Float
  let level: CPULevel
  let scratch: GradientScratch

  /// Softmax works on whole groups of this many scores.
  private static let lanes = 16

  func run(
    _ operands: (queries: FeatureMap, keys: FeatureMap, values: FeatureMap), output: FeatureMap,
    to gradients: (queries: FeatureMap?, keys: FeatureMap?, values: FeatureMap?)
  ) {
    let (tokens, others) = (operands.queries.pixels, operands.keys.pixels)
    let rows = RowProduct(kernels: level.kernels, scratch: scratch)
    let outer = OuterProduct(kernels: level.gradientKernels, scratch: scratch)
    let stride = (others + Self.lanes - 1) / Self.lanes * Self.lanes
    let packed = max(
      rows.packedFloats(depth: operands.keys.channels, columns: others),
      rows.packedFloats(depth: others, columns: operands.keys.channels),
      outer.workFloats(depth: tokens, rows: others))
    let memory = scratch.floats(2 * tokens * stride + packed)
    func scores(_ start: UnsafeMutablePointer<Float>) -> FeatureMap {
      FeatureMap(base: start, rows: tokens, columns: 1, channels: others, pixelStride: stride)
    }
    let probabilities = scores(memory)
    let changes = scores(memory + tokens * stride)
    let work = memory + 2 * tokens * stride

    rows.packColumns(operands.keys, into: work)
    rows.multiply(operands.queries, by: work, into: probabilities)
    softmax(probabilities)
    if let values = gradients.values {
      outer.add(probabilities, output, to: values, work: work)
    }
    guard gradients.queries != nil || gradients.keys != nil else { return }
    rows.packColumns(operands.values, into: work)
    rows.multiply(output, by: work, into: changes)
    let kernels = level.gradientKernels
    for token in 0..<tokens {
      kernels.softmax_gradient(
        probabilities.pixel(at: token), changes.pixel(at: token), others, scale)
    }
    if let keys = gradients.keys {
      outer.add(changes, operands.queries, to: keys, work: work)
    }
    if let queries = gradients.queries {
      rows.packRows(operands.keys, into: work)
      rows.multiply(changes, by: work, into: queries, accumulates: true)
    }
  }

  private func softmax(_ scores: FeatureMap) {
    let kernels = level.tokenKernels
    for token in 0..<scores.pixels {
      let row = scores.pixel(at: token)
      let own = isCausal ? token + 1 : scores.channels
      (row + own).update(repeating: -.infinity, count: scores.pixelStride - own)
      kernels.softmax(row, scores.pixelStride, scale)
    }
  }
}
