import Graphs
import Kernels
import Tensors

/// Products that may turn out to be an attention's.
///
/// Exporters write attention as two products with a softmax between them. The parts are described as they
/// come; when the second product meets the softmax of the first, one operation takes their place, and
/// what nobody reads is never computed.
struct ONNXAttentionParts {
  /// The operands of a first product.
  struct Scores {
    let queries: ONNXResult
    /// `[…, d, S]`.
    let keys: ONNXResult
  }

  /// By the identity of the product.
  fileprivate var scores: [Int: Scores] = [:]
  /// By the identity of the softmax, with the factor on the scores.
  fileprivate var shares: [Int: (scores: Scores, scale: Float)] = [:]
}

extension ONNXWalk {
  /// Notes a product of two results.
  func noteScores(_ product: Value, queries: ONNXResult, keys: ONNXResult) {
    attentionParts.scores[product.identity] = .init(queries: queries, keys: keys)
  }

  /// Notes a softmax of rows.
  func noteShares(_ shares: Value, of rows: Value) {
    let (origin, scale) = rows.uniformlyScaled
    guard let scores = attentionParts.scores[origin.identity], scale > 0
    else { return }
    attentionParts.shares[shares.identity] = (scores, scale)
  }

  /// The product of an attention's shares `[…, T, S]` and values `[…, S, d]`; nil if it is another.
  func attention(_ shares: ONNXResult, _ values: ONNXResult) -> ONNXResult? {
    guard let (scores, scale) = attentionParts.shares[shares.value.identity],
      shares.isWhole, shares.view.isInOrder
    else { return nil }
    let (queries, keys) = (scores.queries, scores.keys)
    let rank = shares.shape.count
    let batch = Array(shares.shape.dropLast(2))
    let (tokens, others) = (shares.shape[rank - 2], shares.shape[rank - 1])
    let depth = values.shape[rank - 1]
    guard queries.shape == batch + [tokens, depth], keys.shape == batch + [depth, others],
      values.shape == batch + [others, depth]
    else { return nil }
    let heads = batch.elementCount
    func rows(_ part: ONNXResult, _ tokenAxis: Int, _ depthAxis: Int, count: Int) -> Value {
      ONNXResult(part.value, part.view).ordered(
        [tokenAxis] + Array(0..<rank - 2) + [depthAxis], as: [heads * depth, count, 1])
    }
    let value = Value.attention(
      queries: rows(queries, rank - 2, rank - 1, count: tokens),
      keys: rows(keys, rank - 1, rank - 2, count: others),
      values: rows(values, rank - 2, rank - 1, count: others),
      Attention(heads: heads, scale: scale))
    let order = StridedView(rowMajor: [tokens] + batch + [depth])
    let view = order.permuted(Array(1..<rank - 1) + [0, rank - 1])
    return ONNXResult(value, view, factor: shares.factor * values.factor)
  }
}
