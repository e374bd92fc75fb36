import Graphs
import Kernels
import Tensors

/// Layer norm over the channels of each pixel.
final class LayerNormStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let names: (weight: String, bias: String)
  private let epsilon: Float
  private let channels: Int

  init(prefix: String, epsilon: Float, channels: Int, input: Int, output: Int) {
    names = (prefix.parameter("weight"), prefix.parameter("bias"))
    self.epsilon = epsilon
    self.channels = channels
    inputs = [input]
    self.output = output
  }

  var savedForBackward: [Int] { inputs }

  func forward(_ context: StepContext) {
    func array(_ name: String) -> [Float] {
      Array(UnsafeBufferPointer(start: context.weights(name), count: channels))
    }
    let (weight, bias) = (array(names.weight), array(names.bias))
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeLayerNorm(
        of: context.value(inputs[0], image), weight: weight, bias: bias, epsilon: epsilon,
        level: context.level)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    let (weight, bias) = (
      context.gradient(of: names.weight), context.gradient(of: names.bias)
    )
    let learns = weight != nil || bias != nil
    // One walk serves the input and the parameters.
    let sums = context.sumOverShards(2 * channels) { [self] images, sums, _ in
      let target = learns ? (weight: sums, bias: sums + channels) : nil
      for image in images {
        let (x, dy) = (context.value(inputs[0], image), context.gradient(output, image))
        if destinations[0].isWanted {
          context.gradient(inputs[0], image).writeLayerNormGradient(
            of: dy, input: x, weight: context.weights(names.weight), epsilon: epsilon,
            sums: target, accumulates: destinations[0].accumulates, level: context.level)
        } else if let target {
          x.addLayerNormSums(
            of: dy, weight: context.weights(names.weight), epsilon: epsilon, sums: target,
            level: context.level)
        }
      }
    }
    weight?.add(sums[..<channels])
    bias?.add(sums[channels...])
  }
}

/// Attention without its projections.
final class AttentionStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let attention: Attention

  init(_ attention: Attention, inputs: [Int], output: Int) {
    self.attention = attention
    self.inputs = inputs
    self.output = output
  }

  var savedForBackward: [Int] { inputs }
  var onlyAdds: Bool { true }

  /// Whether one input holds queries, keys and values.
  private var isJoined: Bool { attention.operands == .joinedByHead }

  private func operand(_ position: Int) -> Int { inputs[isJoined ? 0 : position] }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, scratch in
      context.value(output, image).writeAttention(
        attention, queries: context.value(operand(0), image),
        keys: context.value(operand(1), image), values: context.value(operand(2), image),
        level: context.level, scratch: scratch.kernels)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard destinations.contains(where: \.isWanted) else { return }
    context.forEachImage { [self] image, scratch in
      func target(_ position: Int) -> FeatureMap? {
        let index = isJoined ? 0 : position
        return destinations[index].isWanted ? context.gradient(inputs[index], image) : nil
      }
      context.gradient(output, image).addAttentionGradient(
        attention,
        operands: (
          context.value(operand(0), image), context.value(operand(1), image),
          context.value(operand(2), image)
        ),
        to: (target(0), target(1), target(2)), level: context.level, scratch: scratch)
    }
  }
}

/// Learned rows: one before all others, or one added to each.
final class LearnedRowsStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let weight: String
  /// Whether there is one row, which goes before the first.
  private let isPrepended: Bool
  /// `[T, D]` of the learned rows.
  private let shape: [Int]

  init(weight: String, shape: [Int], isPrepended: Bool, input: Int, output: Int) {
    self.weight = weight
    self.shape = shape
    self.isPrepended = isPrepended
    inputs = [input]
    self.output = output
  }

  func forward(_ context: StepContext) {
    let values = Array(
      UnsafeBufferPointer(start: context.weights(weight), count: shape.elementCount))
    let rows = Tensor(shape: shape, values: values)
    context.forEachImage { [self] image, _ in
      let (x, y) = (context.value(inputs[0], image), context.value(output, image))
      if isPrepended {
        y.writePrepended(values, before: x)
      } else {
        y.writeSum(of: x, rows: rows)
      }
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    if let gradient = context.gradient(of: weight) {
      let count = shape.elementCount
      let sums = context.sumOverShards(count) { [self] images, sums, _ in
        for image in images {
          context.gradient(output, image).firstRows(shape[0]).asVector.addSums(
            to: sums, level: context.level)
        }
      }
      gradient.add(sums[...])
    }
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      let dy = context.gradient(output, image)
      let rows =
        isPrepended
        ? dy.window(from: 1, pixels: dy.pixels - 1, channel: 0, channels: dy.channels) : dy
      context.gradient(inputs[0], image).writeGradientCopy(
        of: rows, accumulates: destinations[0].accumulates, level: context.level)
    }
  }
}

/// Rows of a table by their numbers, which have no gradient.
final class EmbeddingStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let weight: String
  /// `[V, D]`.
  private let shape: [Int]

  init(weight: String, shape: [Int], input: Int, output: Int) {
    self.weight = weight
    self.shape = shape
    inputs = [input]
    self.output = output
  }

  var differentiableInputs: Range<Int> { 0..<0 }
  var savedForBackward: [Int] { inputs }

  func forward(_ context: StepContext) {
    let table = UnsafeBufferPointer(start: context.weights(weight), count: shape.elementCount)
    let rows = ConstantRows(values: table)
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeEmbedding(
        of: context.value(inputs[0], image), table: rows.values)
    }
  }

  /// Numbers repeat, so the rows are added one after the other.
  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard let gradient = context.gradient(of: weight) else { return }
    for image in 0..<context.images {
      context.gradient(output, image).addEmbeddingGradient(
        of: context.value(inputs[0], image), to: gradient, rows: shape[0], level: context.level)
    }
  }
}

/// A table that all workers read.
private struct ConstantRows: @unchecked Sendable {
  let values: UnsafeBufferPointer<Float>
}
