import Kernels
import Tensors

/// Operations that nothing is fused into.
extension Lowering {
  func plainStages(of index: Int) throws(GraphError) -> [Stage] {
    let node = graph.nodes[index]
    func stage(_ action: Stage.Action) -> [Stage] {
      [Stage(action: action, inputs: node.inputs, output: index, level: level)]
    }
    switch node.operation {
    case .input: return []
    case .convolution, .linear, .projection: preconditionFailure("layers are lowered as chains")
    case .batchNorm, .affine, .add, .multiply, .groupNorm:
      return stage(try elementwiseAction(of: node))
    case .prelu, .relu, .quickGELU, .gelu, .silu: return stage(.activation(try activation(index)))
    case .sigmoid: return stage(.sigmoid)
    case .maxPool(let pooling): return stage(.maxPool(pooling))
    case .averagePool(let pooling, let countIncludePad):
      return stage(.averagePool(pooling, countIncludePad: countIncludePad))
    case .adaptiveAveragePool: return stage(.adaptiveAverage)
    case .resizeNearest: return stage(.nearest)
    case .resizeBilinear(let alignCorners): return stage(.bilinear(alignCorners: alignCorners))
    case .broadcast: return stage(.broadcast)
    case .subsample(let stride): return stage(.subsample(stride: stride))
    case .pixelUnshuffle(let block): return stage(.pixelUnshuffle(block))
    case .pixelShuffle(let block): return stage(.pixelShuffle(block))
    case .rowsByClass: return stage(.rowsByClass)
    case .classMeans(let epsilon): return stage(.classMeans(epsilon: epsilon))
    case .timestepEmbedding(let embedding): return stage(.timestepEmbedding(embedding))
    case .flatten: return isFlattenUnused(index) ? [] : stage(.flatten)
    case .l2Normalize: return stage(.normalize)
    case .concatenate:
      var offset = 0
      return node.inputs.map { input in
        defer { offset += graph.nodes[input].shape[0] }
        return Stage(
          action: .copy(channelOffset: offset), inputs: [input], output: index, level: level)
      }
    default: return stage(try tokenAction(of: node))
    }
  }

  /// The operations of transformers.
  private func tokenAction(of node: Node) throws(GraphError) -> Stage.Action {
    let channels = node.shape[0]
    switch node.operation {
    case .layerNorm(let prefix, let epsilon):
      return .layerNorm(
        weight: try parameter("\(prefix).weight", shape: [channels]).values,
        bias: try parameter("\(prefix).bias", shape: [channels]).values, epsilon: epsilon)
    case .attention(let attention): return .attention(attention)
    case .tokens: return .view(firstPixel: 0, firstChannel: 0)
    case .channels(let first): return .view(firstPixel: 0, firstChannel: first)
    case .row(let index): return .view(firstPixel: index, firstChannel: 0)
    case .rowOfLargest: return .rowOfLargest
    case .prepend(let weight):
      return .prepend(row: try parameter(weight, shape: [channels]).values)
    case .prependMean: return .prependMean
    case .addRows(let weight):
      return .addRows(try parameter(weight, shape: [node.shape[1], channels]))
    case .embedding(let weight):
      return .embedding(try parameter(weight))
    case .nearestCode(let weight): return .nearestCodes(Codebook(try parameter(weight)))
    case .array(let operation): return try action(of: operation, node: node)
    case .style(let operation): return try action(of: operation, node: node)
    default: preconditionFailure("\(node.operation.name) is lowered elsewhere")
    }
  }

  /// Whether every reader of a flattening reads the map behind it instead.
  private func isFlattenUnused(_ index: Int) -> Bool {
    !requested.contains(index)
      && (consumers[index] ?? []).allSatisfy {
        if case .linear = graph.nodes[$0].operation { true } else { false }
      }
  }
}
