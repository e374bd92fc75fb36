import Graphs
import Kernels
import Tensors

/// Convolutions and linear layers, with a ReLU behind them if there is one.
final class LayerStep: DifferentiableStep {
  /// What multiplies.
  struct Layer {
    let forward: UpdatableConvolution
    /// Brings the output's gradient to the input; nil if nobody wants it.
    let gradient: UpdatableConvolution?
    let filters: FilterGradient
    /// Whether the filters' gradient is wanted.
    let isTrained: Bool
    /// Whether the filters' gradient exchanges inputs and output gradients, as a transposed
    /// convolution's does.
    let exchanges: Bool
    let weight: String
    let bias: String?
  }

  let inputs: [Int]
  let output: Int
  private let layer: Layer
  private let isReLU: Bool
  /// Images worth treating at once.
  private let groupSize: Int

  /// Floats of partial sums beyond which fewer parts of the batch are kept apart.
  private static let mostSums = 1 << 23
  /// Pixels from which a sum of their own pays off.
  private static let shardPixels = 256

  init(_ layer: Layer, input: Int, output: Int, size: Extent, isReLU: Bool) {
    self.layer = layer
    inputs = [input]
    self.output = output
    self.isReLU = isReLU
    let isHeavy = layer.filters.weightCount > 1 << 18
    groupSize = max(1, (isHeavy ? 4096 : 1024) / (size.rows * size.columns))
  }

  /// The filters' gradient alone reads what went in.
  var savedForBackward: [Int] {
    (layer.isTrained ? inputs : []) + (isReLU ? [output] : [])
  }

  var packing: Packing? {
    let (forward, gradient) = (layer.forward, layer.gradient)
    return Packing(
      weight: layer.weight, bias: layer.bias,
      pieces: forward.panelCount + (gradient?.panelCount ?? 0)
    ) { piece, weight, bias in
      if piece < forward.panelCount {
        forward.pack(piece, weights: weight, bias: bias)
      } else {
        gradient?.pack(piece - forward.panelCount, weights: weight, bias: nil)
      }
    }
  }

  func forward(_ context: StepContext) {
    context.forEachGroup(of: groupSize(context)) { [self] images, scratch in
      layer.forward.apply(
        images.map { context.value(inputs[0], $0) }, to: images.map { context.value(output, $0) },
        activation: isReLU ? .relu : .none, scratch: scratch)
    }
  }

  /// Whole tiles of pixels, yet work for every worker.
  private func groupSize(_ context: StepContext) -> Int {
    min(groupSize, (context.images + context.workers.count - 1) / context.workers.count)
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    if isReLU {
      context.forEachImage { [output] image, _ in
        let gradient = context.gradient(output, image)
        gradient.writeGradient(
          .relu, at: context.value(output, image), of: gradient, accumulates: false,
          level: context.level)
      }
    }
    context.addPixelSums(of: output, to: layer.bias)
    if layer.isTrained, let weight = context.gradient(of: layer.weight) {
      addWeights(context, to: weight)
    }
    guard let gradient = layer.gradient, destinations[0].isWanted else { return }
    context.forEachGroup(of: groupSize(context)) { [self] images, scratch in
      gradient.apply(
        images.map { context.gradient(output, $0) },
        to: images.map { context.gradient(inputs[0], $0) },
        accumulates: destinations[0].accumulates,
        scratch: scratch)
    }
  }

  private func addWeights(_ context: StepContext, to gradient: UnsafeMutablePointer<Float>) {
    let filters = layer.filters
    let (source, change) = (context.value(inputs[0], 0), context.gradient(output, 0))
    let pixels = context.images * min(source.pixels, change.pixels)
    let shards = min(
      context.shardCount, max(1, pixels / Self.shardPixels),
      max(1, Self.mostSums / filters.sumCount))
    // Where the batch has few parts, they are cut along the panels too.
    let cuts = min(filters.panelCount, (context.shardCount + shards - 1) / shards)
    let target = WeightSums(
      sums: context.sums.floats(shards * filters.sumCount), gradient: gradient)
    context.workers.forEach(shards * cuts) { [self] piece, worker in
      let (shard, cut) = piece.quotientAndRemainder(dividingBy: cuts)
      let images = context.shard(shard, of: shards)
      let panels =
        cut * filters.panelCount / cuts..<(cut + 1) * filters.panelCount / cuts
      let sums = target.sums + shard * filters.sumCount
      let panelFloats = filters.sumCount / filters.panelCount
      (sums + panels.lowerBound * panelFloats)
        .update(repeating: 0, count: panels.count * panelFloats)
      let values = images.map { context.value(inputs[0], $0) }
      let changes = images.map { context.gradient(output, $0) }
      filters.add(
        layer.exchanges ? changes : values, layer.exchanges ? values : changes, panels: panels,
        to: sums, scratch: context.scratches[worker])
    }
    context.workers.forEach(filters.panelCount) { panel, _ in
      filters.reduce(target.sums, count: shards, panel: panel, into: target.gradient)
    }
  }
}

/// Memory that pieces of one step fill: every piece its own panels of its own part.
private struct WeightSums: @unchecked Sendable {
  let sums: UnsafeMutablePointer<Float>
  let gradient: UnsafeMutablePointer<Float>
}

/// Convolutions in which every channel has its own filter.
final class DepthwiseStep: DifferentiableStep, @unchecked Sendable {
  // Packing is one piece and precedes every use.

  let inputs: [Int]
  let output: Int
  private let geometry: ConvolutionGeometry
  private let gradient: DepthwiseGradient
  private let channels: Int
  private let names: (weight: String, bias: String?)
  private let level: CPULevel
  private var packed: PackedDepthwise?
  /// As PyTorch stores them, for the way back.
  private var weights: [Float] = []

  init(
    _ geometry: ConvolutionGeometry, weight: String, bias: String?, input: Int, output: Int,
    channels: Int, level: CPULevel
  ) {
    self.geometry = geometry
    self.channels = channels
    self.level = level
    gradient = DepthwiseGradient(geometry, channels: channels, level: level)
    names = (weight, bias)
    inputs = [input]
    self.output = output
  }

  var savedForBackward: [Int] { inputs }
  var onlyAdds: Bool { true }

  var packing: Packing? {
    Packing(weight: names.weight, bias: names.bias, pieces: 1) { [self] _, weight, bias in
      weights = Array(UnsafeBufferPointer(start: weight, count: gradient.weightCount))
      packed = PackedDepthwise(
        weights: Tensor(
          shape: [channels, 1, geometry.kernel.rows, geometry.kernel.columns], values: weights),
        bias: bias.map { Array(UnsafeBufferPointer(start: $0, count: channels)) }
          ?? [Float](repeating: 0, count: channels),
        geometry: geometry, level: level)
    }
  }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, scratch in
      packed?.apply(
        context.value(inputs[0], image), to: context.value(output, image),
        scratch: scratch.kernels)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    context.addPixelSums(of: output, to: names.bias)
    if let weight = context.gradient(of: names.weight) {
      let sums = context.sumOverShards(gradient.weightCount) { [self] images, sums, _ in
        for image in images {
          gradient.addFilters(
            context.value(inputs[0], image), context.gradient(output, image), to: sums)
        }
      }
      for index in 0..<gradient.weightCount {
        weight[index] += Float(sums[gradient.sumIndex(ofWeight: index)])
      }
    }
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, scratch in
      gradient.add(
        context.gradient(output, image), weights: weights,
        to: context.gradient(inputs[0], image), scratch: scratch)
    }
  }
}
