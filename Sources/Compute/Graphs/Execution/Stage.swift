import Kernels
import Tensors

/// One call at inference: an operation with its weights packed and its followers fused into it.
struct Stage: Sendable {
  /// What runs.
  enum Action: Sendable {
    case convolution(PackedConvolution, residual: Int?)
    case depthwise(PackedDepthwise, residual: Int?)
    case activation(Activation)
    case sigmoid
    case maxPool(Pooling)
    case averagePool(Pooling, countIncludePad: Bool)
    case adaptiveAverage
    case nearest
    case broadcast
    case bilinear(alignCorners: Bool)
    case subsample(stride: Int)
    case flatten
    case normalize
    case affine(scale: [Float], shift: [Float], Activation)
    case sum(Activation)
    /// The product of two inputs, a third added to it.
    case product(adding: Int?, Activation)
    /// Copies one part of a concatenation that could not be written in place.
    case copy(channelOffset: Int)
    /// Part of the input, which is copied only where it must lie elsewhere.
    case view(firstPixel: Int, firstChannel: Int)
    case layerNorm(weight: [Float], bias: [Float], epsilon: Float)
    /// With an image's scale and shift as second and third input, if there are any.
    case groupNorm(GroupNorm, weight: [Float]?, bias: [Float]?, Activation)
    case pixelUnshuffle(Int)
    case pixelShuffle(Int)
    case rowsByClass
    case classMeans(epsilon: Float)
    case timestepEmbedding(TimestepEmbedding)
    case attention(Attention)
    case rowOfLargest
    case prepend(row: [Float])
    case prependMean
    case addRows(Tensor)
    case embedding(Tensor)
    case nearestCodes(Codebook)
    case array(ArrayAction)
    case style(StyleAction)
  }

  let action: Action
  /// Nodes read, the residual included.
  let inputs: [Int]
  /// Node written.
  let output: Int
  /// Instruction set of the kernels on maps; layers carry their own.
  let level: CPULevel

  /// Whether a pixel of the output reads the same pixel of inputs of its size, and others of one pixel.
  private var isPixelwise: Bool {
    switch action {
    case .activation, .sigmoid, .affine, .sum, .product, .copy, .layerNorm, .nearestCodes,
      .array(.function), .style(.mixture):
      true
    default: false
    }
  }

  /// Runs anything but a convolution on one image, on the threads of the scratch where it can be divided; `map`
  /// finds where a node's result lies.
  func run(map: (Int) -> FeatureMap, scratch: KernelScratch) {
    guard isPixelwise else { return runWhole(map: map, scratch: scratch) }
    let output = map(self.output)
    KernelScratch?.some(scratch).forEachPart(
      of: output.pixels, costing: output.memoryOperations
    ) { range in
      runWhole(
        map: { node in
          let whole = map(node)
          return whole.pixels == output.pixels ? whole.pixels(range) : whole
        }, scratch: scratch)
    }
  }

  private func runWhole(map: (Int) -> FeatureMap, scratch: KernelScratch) {
    let output = map(self.output)
    // Stored values alone read nothing.
    let input = inputs.first.map(map) ?? output
    switch action {
    case .convolution: preconditionFailure("convolutions take a group of images")
    case .depthwise(let layer, let residual):
      layer.apply(input, to: output, adding: residual.map(map), scratch: scratch)
    case .activation(let activation):
      output.writeActivation(activation, of: input, level: level)
    case .sigmoid: output.writeSigmoid(of: input, level: level)
    case .maxPool(let pooling):
      output.writeMaximum(of: input, pooling: pooling, level: level, scratch: scratch)
    case .averagePool(let pooling, let countIncludePad):
      output.writeAverage(
        of: input, pooling: pooling, countIncludePad: countIncludePad, level: level,
        scratch: scratch)
    case .adaptiveAverage: output.writeAdaptiveAverage(of: input, level: level)
    case .nearest: output.writeNearest(of: input, scratch: scratch)
    case .broadcast: output.writeBroadcast(of: input)
    case .bilinear(let alignCorners):
      output.writeBilinear(
        of: input, alignCorners: alignCorners, level: level, scratch: scratch)
    case .subsample(let stride): output.writeSubsample(of: input, stride: stride)
    case .flatten: output.writeFlattened(input)
    case .normalize: output.writeNormalized(input)
    case .affine(let scale, let shift, let activation):
      output.writeAffine(
        of: input, scale: scale, shift: shift, activation: activation, level: level)
    case .sum(let activation):
      output.writeSum(of: input, map(inputs[1]), activation: activation, level: level)
    case .product(nil, let activation):
      output.writeProduct(of: input, map(inputs[1]), activation: activation, level: level)
    case .product(let term?, let activation):
      output.writeProduct(
        of: input, map(inputs[1]), adding: map(term), activation: activation, level: level)
    case .copy(let offset):
      output.channels(from: offset, count: input.channels).writeCopy(of: input)
    case .view(let pixel, let channel):
      output.writeCopy(
        of: input.window(
          from: pixel, pixels: output.pixels, channel: channel, channels: output.channels))
    case .layerNorm(let weight, let bias, let epsilon):
      output.writeLayerNorm(of: input, weight: weight, bias: bias, epsilon: epsilon)
    case .groupNorm(let norm, let weight, let bias, let activation):
      output.writeGroupNorm(
        of: input, norm, weight: weight, bias: bias,
        modulation: inputs.count > 1
          ? GroupNorm.Modulation(scale: map(inputs[1]), shift: map(inputs[2])) : nil,
        activation: activation, level: level, scratch: scratch)
    case .pixelUnshuffle(let block): output.writePixelUnshuffled(input, block: block)
    case .pixelShuffle(let block): output.writePixelShuffled(input, block: block)
    case .rowsByClass: output.writeRows(of: input, byClassIn: map(inputs[1]))
    case .classMeans(let epsilon):
      output.writeClassMeans(of: input, in: map(inputs[1]), epsilon: epsilon)
    case .timestepEmbedding(let embedding):
      output.writeTimestepEmbedding(of: input, embedding)
    case .attention(let attention):
      output.writeAttention(
        attention, queries: input, keys: inputs.count > 1 ? map(inputs[1]) : input,
        values: inputs.count > 1 ? map(inputs[2]) : input, scratch: scratch)
    case .rowOfLargest: output.writeRow(of: input, atLargestOf: map(inputs[1]))
    case .prepend(let row): output.writePrepended(row, before: input)
    case .prependMean: output.writePrependedMean(before: input)
    case .addRows(let rows): output.writeSum(of: input, rows: rows)
    case .embedding(let table): output.writeEmbedding(of: input, table: table)
    case .nearestCodes(let codebook): output.writeNearestCodes(of: input, codebook)
    case .array(let action): run(action, inputs.map(map), to: output, scratch: scratch)
    case .style(let action): run(action, inputs.map(map), to: output)
    }
  }
}
