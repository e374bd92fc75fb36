import Kernels

/// What a node of a graph computes, in the terms of PyTorch's modules.
///
/// Parameters are referred to by their full checkpoint names.
package enum Operation: Hashable, Sendable {
  /// What the network reads under a name.
  case input(String)
  /// Weight `[O, C / groups, R, S]`, or `[C, O / groups, R, S]` if transposed.
  case convolution(ConvolutionGeometry, weight: String, bias: String?)
  /// Weight `[O, D]`; on tokens `[D, T, 1]` the same for each.
  case linear(weight: String, bias: String?)
  /// `x · W`, weight `[D, O]`; on tokens the same for each.
  case projection(weight: String)
  /// `(x − running_mean) / √(running_var + ε) · weight + bias`, the last two only if affine.
  case batchNorm(prefix: String, epsilon: Float, affine: Bool)
  case prelu(weight: String)
  case relu
  case sigmoid
  case maxPool(Pooling)
  case averagePool(Pooling, countIncludePad: Bool)
  case adaptiveAveragePool
  case resizeNearest
  case resizeBilinear(alignCorners: Bool)
  case subsample(stride: Int)
  case flatten
  case l2Normalize
  case affine(scale: [Float], shift: [Float])
  case add
  case multiply
  case concatenate
  /// `[D]` or `[D, 1, 1]` to every pixel of `[D, H, W]`.
  case broadcast
  /// Over the channels of each pixel.
  case layerNorm(prefix: String, epsilon: Float)
  /// `x · σ(1.702 x)`.
  case quickGELU
  /// `x · Φ(x)`.
  case gelu
  /// `x · σ(x)`.
  case silu
  /// In groups of channels, with `weight` and `bias` only if affine; scale and shift of an image are the second
  /// and third input, if there are any.
  case groupNorm(GroupNorm, prefix: String, affine: Bool)
  /// Blocks of pixels become channels.
  case pixelUnshuffle(Int)
  /// Channels become blocks of pixels.
  case pixelShuffle(Int)
  /// Rows of a table by the class of each pixel of a label map, the second input.
  case rowsByClass
  /// The mean of each class's channels over its pixels in a label map, the second input.
  case classMeans(epsilon: Float)
  /// Of a number `[1]`.
  case timestepEmbedding(TimestepEmbedding)
  /// Of queries, keys and values, or of one map that holds all three.
  case attention(Attention)
  /// `[D, H, W] → [D, H·W, 1]`.
  case tokens
  /// Channels `first ..< first + C` of a wider map.
  case channels(from: Int)
  /// One row of tokens, `[D, T, 1] → [D]`.
  case row(Int)
  /// The row of tokens at the largest value of a vector `[T]`, the second input.
  case rowOfLargest
  /// Row `weight` before the first.
  case prepend(weight: String)
  /// The mean of all rows before the first.
  case prependMean
  /// One row of `weight` `[T, D]` to each.
  case addRows(weight: String)
  /// Rows of `weight` `[V, D]` by their numbers, `[T] → [D, T, 1]`.
  case embedding(weight: String)
  /// The row of `weight` `[V, C]` nearest to each pixel.
  case nearestCode(weight: String)
  /// On arrays of any shape.
  case array(ArrayOperation)
  /// Of generators by style.
  case style(StyleOperation)

  /// Short name for tables and messages.
  package var name: String {
    switch self {
    case .input(Graph.mainInput): "input"
    case .input(let name):
      "input \(name)" + (NetworkInput.symbols[name].map { " (\($0))" } ?? "")
    case .convolution(let geometry, _, _): Operation.name(of: geometry)
    case .linear: "linear"
    case .batchNorm: "batch norm"
    case .prelu: "prelu"
    case .relu: "relu"
    case .sigmoid: "sigmoid"
    case .maxPool(let pooling): "max pool \(pooling.kernel) /\(pooling.stride)"
    case .averagePool(let pooling, _): "average pool \(pooling.kernel) /\(pooling.stride)"
    case .adaptiveAveragePool: "adaptive average pool"
    case .resizeNearest: "resize nearest"
    case .resizeBilinear: "resize bilinear"
    case .subsample(let stride): "subsample /\(stride)"
    case .flatten: "flatten"
    case .l2Normalize: "L2 normalise"
    case .affine: "affine"
    case .add: "add"
    case .multiply: "multiply"
    case .concatenate: "concatenate"
    case .broadcast: "broadcast"
    case .projection: "projection"
    case .layerNorm: "layer norm"
    case .quickGELU: "quick GELU"
    case .gelu: "GELU"
    case .silu: "SiLU"
    case .groupNorm(let norm, _, _): "group norm /\(norm.groups)"
    case .pixelUnshuffle(let block): "pixel unshuffle /\(block)"
    case .pixelShuffle(let block): "pixel shuffle ×\(block)"
    case .rowsByClass: "rows by class"
    case .classMeans: "class means"
    case .timestepEmbedding: "timestep embedding"
    case .attention(let attention):
      attention.isCausal ? "causal attention /\(attention.heads)" : "attention /\(attention.heads)"
    case .tokens: "tokens"
    case .channels(let first): "channels from \(first)"
    case .row(let index): "row \(index)"
    case .rowOfLargest: "row of largest"
    case .prepend: "prepend row"
    case .prependMean: "prepend mean"
    case .addRows: "add rows"
    case .embedding: "embedding"
    case .nearestCode: "nearest code"
    case .array(let operation): operation.name
    case .style(let operation): operation.name
    }
  }

  static func name(of geometry: ConvolutionGeometry) -> String {
    var name = geometry.isTransposed ? "transposed conv" : "conv"
    name += " \(geometry.kernel)"
    if geometry.stride > 1 { name += " /\(geometry.stride)" }
    if geometry.groups > 1 { name += " g\(geometry.groups)" }
    return name
  }
}

/// One step of a graph.
package struct Node: Sendable {
  /// What it computes.
  package let operation: Operation
  /// Nodes it reads, all earlier in the graph.
  package let inputs: [Int]
  /// Per-sample shape of the result, `[C, H, W]` or `[D]`; there is no batch axis.
  package let shape: [Int]
  /// Where in the network it stands, in parameter-name terms; empty at the root.
  package let scope: String
}
