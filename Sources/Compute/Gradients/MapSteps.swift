import Graphs
import Kernels
import Tensors

/// Operations on each image that have no parameters and whose gradients are spread over the input.
final class MapStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let operation: Operation

  /// - Precondition: the operation is one of those below.
  init(_ operation: Operation, inputs: [Int], output: Int) {
    self.operation = operation
    self.inputs = inputs
    self.output = output
  }

  var savedForBackward: [Int] {
    switch operation {
    case .maxPool: inputs
    case .rowOfLargest, .rowsByClass, .classMeans: [inputs[1]]
    case .array(.softmax): [output]
    default: []
    }
  }

  var differentiableInputs: Range<Int> { 0..<1 }
  var onlyAdds: Bool { true }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, scratch in
      let (x, y) = (context.value(inputs[0], image), context.value(output, image))
      let level = context.level
      switch operation {
      case .maxPool(let pooling): y.writeMaximum(of: x, pooling: pooling, level: level)
      case .averagePool(let pooling, let countIncludePad):
        y.writeAverage(of: x, pooling: pooling, countIncludePad: countIncludePad, level: level)
      case .adaptiveAveragePool: y.writeAdaptiveAverage(of: x, level: level)
      case .resizeNearest: y.writeNearest(of: x)
      case .resizeBilinear(let alignCorners):
        y.writeBilinear(of: x, alignCorners: alignCorners, level: level)
      case .subsample(let stride): y.writeSubsample(of: x, stride: stride)
      case .flatten: y.writeFlattened(x)
      case .pixelUnshuffle(let block): y.writePixelUnshuffled(x, block: block)
      case .pixelShuffle(let block): y.writePixelShuffled(x, block: block)
      case .array(.resample(let resampling)): y.writeResampled(x, resampling)
      case .array(.softmax): y.writeSoftmax(of: x, level: level, scratch: scratch.kernels)
      case .rowsByClass: y.writeRows(of: x, byClassIn: context.value(inputs[1], image))
      case .classMeans(let epsilon):
        y.writeClassMeans(of: x, in: context.value(inputs[1], image), epsilon: epsilon)
      case .prependMean: y.writePrependedMean(before: x)
      case .rowOfLargest: y.writeRow(of: x, atLargestOf: context.value(inputs[1], image))
      default: preconditionFailure("\(operation.name) has a step of its own")
      }
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, scratch in
      let (dx, dy) = (context.gradient(inputs[0], image), context.gradient(output, image))
      let level = context.level
      switch operation {
      case .maxPool(let pooling):
        dx.addMaximumGradient(
          of: dy, input: context.value(inputs[0], image), pooling: pooling, level: level)
      case .averagePool(let pooling, let countIncludePad):
        dx.addAverageGradient(
          of: dy, pooling: pooling, countIncludePad: countIncludePad, level: level)
      case .adaptiveAveragePool: dx.addAdaptiveAverageGradient(of: dy, level: level)
      case .resizeNearest: dx.addNearestGradient(of: dy, level: level)
      case .resizeBilinear(let alignCorners):
        dx.addBilinearGradient(of: dy, alignCorners: alignCorners, level: level)
      case .subsample(let stride): dx.addSubsampleGradient(of: dy, stride: stride, level: level)
      case .flatten: dx.addFlattenedGradient(of: dy)
      case .pixelUnshuffle(let block): dx.addPixelUnshuffledGradient(of: dy, block: block)
      case .pixelShuffle(let block): dx.addPixelShuffledGradient(of: dy, block: block)
      case .array(.resample(let resampling)):
        dx.addResampledGradient(
          of: dy, resampling.transposed(rows: dx.rows, columns: dx.columns), level: level,
          scratch: scratch)
      case .array(.softmax):
        dx.addSoftmaxGradient(
          of: dy, result: context.value(output, image), level: level, scratch: scratch)
      case .rowsByClass:
        dx.addRowsGradient(
          of: dy, byClassIn: context.value(inputs[1], image), level: level)
      case .classMeans(let epsilon):
        dx.addClassMeansGradient(
          of: dy, in: context.value(inputs[1], image), epsilon: epsilon)
      case .prependMean: dx.addPrependedMeanGradient(of: dy, level: level)
      case .rowOfLargest:
        dx.add(dy, toRowAtLargestOf: context.value(inputs[1], image), level: level)
      default: preconditionFailure("\(operation.name) has a step of its own")
      }
    }
  }
}

/// Copies into one map: a concatenation's parts, or a part of another map that is asked for by itself.
final class CopyStep: DifferentiableStep {
  /// Which pixels and channels of the input or the output a copy concerns.
  struct Part {
    let pixel: Int
    let channel: Int
  }

  let inputs: [Int]
  let output: Int
  /// Where each input goes; nil if the output is a part of its only input.
  private let places: [Part]?
  private let source: Part

  /// Joins maps along their channels.
  init(joining inputs: [Int], channels: [Int], output: Int) {
    self.inputs = inputs
    self.output = output
    var first = 0
    places = channels.map { count in
      defer { first += count }
      return Part(pixel: 0, channel: first)
    }
    source = Part(pixel: 0, channel: 0)
  }

  /// Takes a part out of a map.
  init(part: Part, of input: Int, output: Int) {
    inputs = [input]
    self.output = output
    places = nil
    source = part
  }

  /// Pairs of equally large maps: part of an input and part of the output.
  private func parts(
    _ position: Int, _ map: (Int) -> FeatureMap
  ) -> (input: FeatureMap, output: FeatureMap) {
    let (input, whole) = (map(inputs[position]), map(output))
    guard let place = places?[position] else {
      return (
        input.window(
          from: source.pixel, pixels: whole.pixels, channel: source.channel,
          channels: whole.channels),
        whole.window(
          from: 0, pixels: whole.pixels, channel: 0, channels: whole.channels)
      )
    }
    return (input, whole.channels(from: place.channel, count: input.channels))
  }

  var onlyAdds: Bool { places == nil }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      for position in inputs.indices {
        let (input, output) = parts(position) { context.value($0, image) }
        output.writeCopy(of: input)
      }
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    context.forEachImage { [self] image, _ in
      for (position, destination) in destinations.enumerated() where destination.isWanted {
        let (input, output) = parts(position) { context.gradient($0, image) }
        input.writeGradientCopy(
          of: output, accumulates: destination.accumulates, level: context.level)
      }
    }
  }
}

/// One pixel that is used everywhere.
final class BroadcastStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int

  init(input: Int, output: Int) {
    inputs = [input]
    self.output = output
  }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeBroadcast(of: context.value(inputs[0], image))
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writePixelSums(
        of: context.gradient(output, image), accumulates: destinations[0].accumulates,
        level: context.level)
    }
  }
}

/// `x / ‖x‖₂` of a vector.
final class L2NormalizeStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int

  init(input: Int, output: Int) {
    inputs = [input]
    self.output = output
  }

  var savedForBackward: [Int] { inputs }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeNormalized(context.value(inputs[0], image))
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writeL2NormalizedGradient(
        of: context.gradient(output, image), input: context.value(inputs[0], image),
        accumulates: destinations[0].accumulates)
    }
  }
}
