import CKernels
import Tensors

extension FeatureMap {
  /// Gradient of ``FeatureMap/writeAttention(_:queries:keys:values:level:scratch:)``; the map is that of
  /// the output, `[T, D]`.
  ///
  /// With `P = softmax(S)`, `S = Q Kᵀ / √d`: `dV = Pᵀ dO`, `dP = dO Vᵀ`,
  /// `dS = P ∘ (dP − Σ P ∘ dP)`, `dQ = dS K / √d`, `dK = dSᵀ Q / √d`. The probabilities are recomputed.
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
      isCausal: attention.isCausal, depth: depth, level: level, scratch: scratch)
    for head in 0..<attention.heads {
      func part(_ map: FeatureMap) -> FeatureMap { map.channels(from: head * depth, count: depth) }
      job.run(
        (part(operands.queries), part(operands.keys), part(operands.values)),
        output: part(self),
        to: (
          gradients.queries.map(part), gradients.keys.map(part), gradients.values.map(part)
        ))
    }
  }
}

/// The gradient of one head.
private struct AttentionGradientJob {
  let isCausal: Bool
  let depth: Int
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
      rows.packedFloats(depth: depth, columns: others),
      rows.packedFloats(depth: others, columns: depth),
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
    let scale = 1 / Float(depth).squareRoot()
    for token in 0..<tokens {
      level.gradientKernels.softmax_gradient(
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
    let scale = 1 / Float(depth).squareRoot()
    for token in 0..<scores.pixels {
      let row = scores.pixel(at: token)
      let own = isCausal ? token + 1 : scores.channels
      (row + own).update(repeating: -.infinity, count: scores.pixelStride - own)
      level.tokenKernels.softmax(row, scores.pixelStride, scale)
    }
  }
}
