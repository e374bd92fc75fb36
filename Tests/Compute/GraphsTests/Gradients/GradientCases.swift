import ArrayKernels
import Gradients
import Graphs
import Kernels

/// One small network for a gradient test.
struct GradientCase: SingleInputNetwork, CustomStringConvertible {
  let name: String
  let inputShape: [Int]
  /// Whether batch norms learn.
  var learns = true
  /// Whether the input is numbers of tokens, which have no gradient.
  var readsTokens = false
  /// Roundings of one value's chain, beyond those of a short plain sum; see the test.
  var roughness = 1.0
  let body: @Sendable (Scope, Value) -> Value

  var description: String { name }

  func describe(_ scope: Scope, _ input: Value) -> Value { body(scope, input) }

  /// Every operation that has a gradient, each with something before and behind it.
  static let all: [GradientCase] = convolutions + maps + transformers + diffusion + styles

  private static let styles: [GradientCase] = [
    GradientCase(name: "modulated convolutions", inputShape: [4, 3, 1], roughness: 8) { s, x in
      let codes = x.asTokens()
      var y = s.constant("map", channels: 5, size: 4)
      y = s["a"].modulatedConvolution(y, by: codes.row(0), to: 6, kernel: 3)
      y = s["a"]["activate"].leakyReLU(s["a"]["noise"].noise(y, "noise_0"))
      var picture = s["rgb"].shifted(
        s["rgb"].modulatedConvolution(
          y, by: codes.row(1), to: 3, kernel: 1, isDemodulated: false))
      y = s["b"].modulatedConvolution(y, by: codes.row(1), to: 4, kernel: 3, upsamples: true)
      y = s["b"]["activate"].leakyReLU(y, StyleOperation.LeakyReLU(gain: 0.7, biasGain: 0.5))
      picture = picture.doubled() + s["c"].convolution(y, to: 3, kernel: 1)
      return picture
    },
    GradientCase(name: "mixture", inputShape: [3, 4, 5]) { s, x in
      let (y, z) = (
        s["a"].convolution(x, to: 4, kernel: 1), s["b"].convolution(x, to: 4, kernel: 1)
      )
      return s["c"].convolution(s["m"].mixture(of: y, z) + y, to: 2, kernel: 1)
    },
    GradientCase(name: "softplus", inputShape: [5, 3, 1]) { s, x in
      s["b"].linear(s["a"].linear(x, to: 6).applying(.softplus), to: 2)
    },
    GradientCase(name: "equalized layers", inputShape: [6]) { s, x in
      let y = s["a"].equalizedLinear(x, to: 9, rate: 0.5, isRectified: true)
      return s["b"].equalizedLinear(y, to: 4, rate: 0.25)
    },
  ]

  private static let convolutions: [GradientCase] = [
    GradientCase(name: "convolution 3×3, few channels", inputShape: [3, 7, 6]) { s, x in
      s["c"].convolution(x, to: 5, kernel: 3, padding: 1)
    },
    GradientCase(name: "convolution 3×3, Winograd", inputShape: [8, 8, 8], roughness: 8) { s, x in
      let y = s["a"].convolution(x, to: 9, kernel: 3, padding: 1)
      return s["b"].convolution(y, to: 8, kernel: 3, padding: 1)
    },
    GradientCase(name: "convolution 5×5 without padding", inputShape: [8, 8, 9], roughness: 8) {
      s, x in
      s["b"].convolution(s["a"].convolution(x, to: 8, kernel: 1), to: 8, kernel: 5)
    },
    GradientCase(name: "convolutions 1×7 and 7×1", inputShape: [8, 8, 8], roughness: 32) { s, x in
      let y = s["a"].convolution(x, to: 8, kernel: Extent(1, 7), padding: Extent(0, 3))
      return s["b"].convolution(y, to: 8, kernel: Extent(7, 1), padding: Extent(3, 0))
    },
    GradientCase(name: "strided convolution", inputShape: [4, 8, 9]) { s, x in
      let y = s["a"].convolution(x, to: 14, kernel: 3, stride: 2, padding: 1)
      return s["b"].convolution(y, to: 3, kernel: 1, stride: 2, bias: false)
    },
    GradientCase(name: "dilated convolution", inputShape: [3, 9, 8]) { s, x in
      let y = s["a"].convolution(x, to: 13, kernel: 3, padding: 2, dilation: 2)
      return s["b"].convolution(y, to: 4, kernel: 3, dilation: 3)
    },
    GradientCase(name: "grouped convolution", inputShape: [6, 6, 5]) { s, x in
      let y = s["a"].convolution(x, to: 9, kernel: 3, padding: 1, groups: 3)
      return s["b"].convolution(y, to: 6, kernel: 3, stride: 2, padding: 1, groups: 3)
    },
    GradientCase(name: "depthwise convolution", inputShape: [18, 6, 7]) { s, x in
      let y = s["a"].convolution(x, to: 18, kernel: 3, padding: 1, groups: 18)
      return s["b"].convolution(y, to: 18, kernel: 3, stride: 2, padding: 1, groups: 18)
    },
    GradientCase(name: "padding wider than the filter", inputShape: [3, 4, 4]) { s, x in
      s["b"].convolution(s["a"].convolution(x, to: 4, kernel: 1), to: 4, kernel: 2, padding: 2)
    },
    GradientCase(name: "transposed convolution", inputShape: [5, 4, 5]) { s, x in
      let y = s["a"].transposedConvolution(x, to: 13, kernel: 4, stride: 2, padding: 1)
      return s["b"].transposedConvolution(y, to: 3, kernel: 2, stride: 2, bias: false)
    },
    GradientCase(name: "linear layers", inputShape: [13]) { s, x in
      s.projected(s["b"].linear(s["a"].linear(x, to: 37).relu(), to: 12), by: "m", to: 5)
    },
  ]

  private static let maps: [GradientCase] = [
    GradientCase(name: "batch norm that learns", inputShape: [5, 4, 3], roughness: 4) { s, x in
      let y = s["bn"].batchNorm(s["c"].convolution(x, to: 6, kernel: 3, padding: 1, bias: false))
      return s["d"].convolution(y.relu(), to: 4, kernel: 1)
    },
    GradientCase(name: "batch norm with residual", inputShape: [6, 4, 4], roughness: 4) { s, x in
      let y = s["b"].batchNorm(s["a"].convolution(x, to: 6, kernel: 3, padding: 1))
      let z = (y + s["d"].batchNorm(s["c"].convolution(x, to: 6, kernel: 1))).relu()
      return s["f"].batchNorm(s["e"].convolution(z, to: 6, kernel: 1), affine: false) + z
    },
    GradientCase(name: "batch norm that is used", inputShape: [5, 4, 3], learns: false) { s, x in
      let y = s["bn"].batchNorm(s["c"].convolution(x, to: 6, kernel: 3, padding: 1))
      return s["e"].batchNorm(y.relu(), affine: false)
    },
    GradientCase(name: "batch norm of vectors", inputShape: [9], roughness: 16) { s, x in
      s["b"].linear(s["bn"].batchNorm(s["a"].linear(x, to: 7)), to: 4)
    },
    GradientCase(name: "functions of one value", inputShape: [5, 4, 4]) { s, x in
      let y = s["p"].prelu(s["a"].convolution(x, to: 18, kernel: 1))
      let z = y.sigmoid() * y.quickGELU() + y.gelu()
      return z.perChannelAffine(
        scale: (0..<18).map { 0.5 + Float($0) / 16 }, shift: [Float](repeating: 0.25, count: 18))
    },
    GradientCase(name: "relu by itself", inputShape: [5, 4, 4]) { s, x in
      let y = s["a"].convolution(x, to: 7, kernel: 1).tapped("before")
      return y.relu() + y
    },
    GradientCase(name: "max pooling", inputShape: [18, 7, 6]) { s, x in
      s["a"].convolution(x, to: 18, kernel: 1).maxPool(3, stride: 2, padding: 1)
        .maxPool(2, stride: 2, ceilMode: true)
    },
    GradientCase(name: "average pooling", inputShape: [3, 7, 8]) { s, x in
      let y = s["a"].convolution(x, to: 5, kernel: 1)
      return y.averagePool(3, stride: 2, padding: 1)
        + y.averagePool(3, stride: 2, padding: 1, countIncludePad: false)
    },
    GradientCase(name: "adaptive pooling and gates", inputShape: [6, 5, 7]) { s, x in
      let y = s["a"].convolution(x, to: 6, kernel: 1)
      let gate = s["g"].convolution(y.globalAveragePool(), to: 6, kernel: 1).sigmoid()
      return (y * gate + gate).adaptiveAveragePool(rows: 2, columns: 3)
    },
    GradientCase(name: "broadcasting", inputShape: [5]) { s, x in
      let map = s["a"].linear(x, to: 6).broadcast(rows: 4, columns: 3)
      let other = s["b"].convolution(x.asMap(), to: 6, kernel: 1).broadcast(rows: 4, columns: 3)
      return s["c"].convolution(map * other, to: 3, kernel: 3, padding: 1)
    },
    GradientCase(name: "resampling", inputShape: [4, 5, 4]) { s, x in
      let y = s["a"].convolution(x, to: 4, kernel: 1)
      let a = y.resizedBilinear(rows: 9, columns: 7, alignCorners: false)
      let b = y.resizedBilinear(rows: 9, columns: 7, alignCorners: true)
      return a + b * y.resizedNearest(rows: 9, columns: 7)
    },
    GradientCase(name: "coarser resampling", inputShape: [4, 9, 8]) { s, x in
      let y = s["a"].convolution(x, to: 4, kernel: 1)
      return y.resizedBilinear(rows: 5, columns: 3, alignCorners: false)
        + y.resizedNearest(rows: 5, columns: 3)
    },
    GradientCase(name: "subsampling, joining, flattening", inputShape: [4, 6, 5]) { s, x in
      let y = s["a"].convolution(x, to: 5, kernel: 3, padding: 1)
      let joined = Value.concatenated([
        y.subsampled(by: 2), x.subsampled(by: 2), y.subsampled(by: 2),
      ])
      return s["l"].linear(joined.flattened(), to: 6).l2Normalized()
    },
  ]

  private static let transformers: [GradientCase] = [
    GradientCase(name: "layer norm", inputShape: [19, 3, 2], roughness: 2) { s, x in
      s["c"].linear(s["b"].layerNorm(s["a"].linear(x.asTokens(), to: 21)), to: 4)
    },
    GradientCase(name: "self-attention", inputShape: [10, 3, 3], roughness: 2) { s, x in
      let tokens = s.adding("rows", rows: 10, to: s.prepending("class", to: x.asTokens()))
      let packed = s["in"].linear(tokens, to: 36)
      let parts = (0..<3).map { packed.channels(from: 12 * $0, count: 12) }
      let y = Value.attention(
        queries: parts[0], keys: parts[1], values: parts[2], Attention(heads: 2))
      return s["out"].linear((y + parts[1]).gelu(), to: 5).row(0)
    },
    GradientCase(name: "causal attention", inputShape: [7], readsTokens: true, roughness: 2) {
      s, x in
      let y = s["t"].embedding(x, vocabulary: 9, to: 8)
      let z =
        y + Value.attention(queries: y, keys: y, values: y, Attention(heads: 2, isCausal: true))
      return s["out"].linear(z.row(ofLargestIn: x), to: 5)
    },
    GradientCase(name: "attention pooling", inputShape: [8, 3, 3], roughness: 2) { s, x in
      let tokens = x.asTokens().prependingMean()
      let keys = s["k"].linear(tokens, to: 8)
      return s["o"].linear(
        Value.attention(
          queries: s["q"].linear(tokens.row(0), to: 8), keys: keys, values: tokens,
          Attention(heads: 4)
        ).asMap(), to: 3
      )
    },
  ]

  private static let diffusion: [GradientCase] = [
    GradientCase(name: "group norm with SiLU", inputShape: [6, 5, 4], roughness: 8) { s, x in
      let y = s["n"].groupNorm(s["c"].convolution(x, to: 18, kernel: 1), groups: 3).silu()
      return s["d"].convolution(y, to: 4, kernel: 3, padding: 1)
    },
    GradientCase(name: "group norm by itself", inputShape: [6, 5, 4], roughness: 8) { s, x in
      let y = s["c"].convolution(x, to: 8, kernel: 1)
      let z = s["n"].groupNorm(y, groups: 2, epsilon: 1e-2, affine: false).tapped("normalized")
      return s["m"].groupNorm(z + y, groups: 8).silu() + z.silu()
    },
    GradientCase(name: "group norm with scale and shift", inputShape: [6, 5, 4], roughness: 8) {
      s, x in
      let y = s["c"].convolution(x, to: 12, kernel: 1)
      let condition = s["e"].linear(y.globalAveragePool().flattened().silu(), to: 24)
      let halves = (
        scale: condition.channels(from: 0, count: 12),
        shift: condition.channels(from: 12, count: 12)
      )
      return s["n"].groupNorm(y, groups: 4, modulation: halves).silu() + y
    },
    GradientCase(name: "scale and shift behind batch norm", inputShape: [5, 4, 4], learns: false) {
      s, x in
      let y = s["b"].batchNorm(s["a"].convolution(x, to: 7, kernel: 3, padding: 1))
      let condition = s["e"].linear(y.globalAveragePool().flattened(), to: 14)
      return y.modulated(
        scale: condition.channels(from: 0, count: 7), shift: condition.channels(from: 7, count: 7)
      ).relu()
    },
    GradientCase(name: "pixels as channels and back", inputShape: [3, 6, 4]) { s, x in
      let y = s["a"].convolution(x.pixelUnshuffled(by: 2), to: 12, kernel: 1)
      return s["b"].convolution((y.silu() + y).pixelShuffled(by: 2), to: 3, kernel: 3, padding: 1)
    },
    GradientCase(name: "padding, cropping, bicubic", inputShape: [3, 6, 5]) { s, x in
      let y = s["a"].convolution(x, to: 4, kernel: 1)
      let padded = s["b"].convolution(
        y.zeroPadded(bottom: 1, right: 1), to: 4, kernel: 3, stride: 2)
      return padded.resizedBicubic(rows: 7, columns: 4)
        + y.resizedBicubic(rows: 9, columns: 7).cropped(rows: 1..<8, columns: 2..<6)
    },
    GradientCase(name: "attention with joined operands", inputShape: [6, 3, 3], roughness: 2) {
      s, x in
      let packed = s["qkv"].linear(x.asTokens(), to: 30)
      return s["out"].linear(
        packed.attention(Attention(heads: 2, operands: .joinedByHead)), to: 4)
    },
    GradientCase(name: "attention with a factor of its own", inputShape: [6, 3, 3], roughness: 2) {
      s, x in
      let tokens = s["in"].linear(x.asTokens(), to: 8)
      return Value.attention(
        queries: tokens, keys: s["k"].linear(tokens, to: 8), values: tokens,
        Attention(heads: 2, scale: 0.9))
    },
    GradientCase(name: "gated units and tanh", inputShape: [7]) { s, x in
      s["b"].linear(s["a"].linear(x, to: 18).geglu(), to: 5).applying(.tanh)
    },
    GradientCase(
      name: "rows by class and class means", inputShape: [4, 4, 1], readsTokens: true, roughness: 2
    ) { s, x in
      // Of the numbers 0 … 8 only the two largest make a class, so that some pixels have none.
      let map = x.perChannelAffine(
        scale: [Float](repeating: 1, count: 4), shift: [Float](repeating: -6, count: 4)
      ).relu().resizedNearest(rows: 6, columns: 3)
      let y = s["t"].linear(x.asTokens(), to: 8).rows(byClassIn: map)
      let z = s["c"].convolution(y, to: 8, kernel: 3, padding: 1).silu() + y
      let means = z.classMeans(in: map, epsilon: 1e-2)
      let codes = s["d"].convolution1d(means, to: 12, groups: 4).applying(.tanh)
        .reinterpreted(as: [3, 4, 1])
      return s["e"].linear(codes, to: 5).row(2) + s["f"].linear(codes.row(1), to: 5)
    },
    GradientCase(name: "softmax of stacked maps as factors", inputShape: [5, 4, 3], roughness: 2) {
      s, x in
      let maps = ["a", "b"].map { s[$0].convolution(x, to: 1, kernel: 3, padding: 1) }
      let shares = Value.concatenated(maps).softmax()
      let parts = ["c", "d"].enumerated().map { index, name in
        let share = shares.channels(from: index, count: 1)
        return s[name].convolution(x, to: 3, kernel: 1)
          * .concatenated([Value](repeating: share, count: 3))
      }
      return parts[0] + parts[1]
    },
    GradientCase(name: "timesteps", inputShape: [1], readsTokens: true) { s, x in
      let y = x.timestepEmbedding(TimestepEmbedding(width: 8, form: .cosinesFirst))
      return s["b"].linear(s["a"].linear(y, to: 9).silu(), to: 4)
    },
  ]
}
