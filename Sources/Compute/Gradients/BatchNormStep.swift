import Graphs
import Kernels
import Tensors

/// Whether batch norms learn statistics or use them.
package enum BatchNormMode: Hashable, Sendable {
  /// With the batch's own mean and biased variance; running values move by `momentum` towards the mean
  /// and the unbiased variance, as in PyTorch.
  case training(momentum: Float = 0.1)
  /// With the running values, which stay.
  case evaluation
}

/// Batch norm, with a residual sum and a ReLU behind it if there are any.
final class BatchNormStep: DifferentiableStep, @unchecked Sendable {
  // Its arrays are written only between steps, by the thread that runs the program.

  /// Which parameters belong to it.
  struct Names {
    let prefix: String
    let isAffine: Bool

    var weight: String? { isAffine ? prefix.parameter("weight") : nil }
    var bias: String? { isAffine ? prefix.parameter("bias") : nil }
    var mean: String { prefix.parameter("running_mean") }
    var variance: String { prefix.parameter("running_var") }
  }

  let inputs: [Int]
  let output: Int
  private let names: Names
  private let epsilon: Double
  private let mode: BatchNormMode
  private let isReLU: Bool
  private let isTrained: Bool
  private let channels: Int
  private var means: [Double]
  private var inverseDeviations: [Double]
  /// Arrays `[C]` for the kernels.
  private let factors: AlignedMemory

  init(
    _ names: Names, epsilon: Float, mode: BatchNormMode, channels: Int, input: Int, residual: Int?,
    output: Int, isReLU: Bool, isTrained: Bool
  ) {
    self.names = names
    self.isTrained = isTrained
    self.epsilon = Double(epsilon)
    self.mode = mode
    self.channels = channels
    self.isReLU = isReLU
    inputs = [input] + (residual.map { [$0] } ?? [])
    self.output = output
    means = [Double](repeating: 0, count: channels)
    inverseDeviations = means
    factors = .zeros(4 * channels)
  }

  /// With fixed statistics, the parameters' gradients alone read what went in.
  var savedForBackward: [Int] {
    (isTrained || mode != .evaluation ? [inputs[0]] : []) + (isReLU ? [output] : [])
  }

  private func weight(_ context: StepContext, _ channel: Int) -> Double {
    names.weight.map { Double(context.weights($0)[channel]) } ?? 1
  }

  /// Values of a channel over the batch.
  private func population(_ context: StepContext) -> Int {
    context.images * context.value(inputs[0], 0).pixels
  }

  func forward(_ context: StepContext) {
    switch mode {
    case .training(let momentum): measure(context, momentum: Double(momentum))
    case .evaluation:
      let (mean, variance) = (context.weights(names.mean), context.weights(names.variance))
      for c in 0..<channels { remember(c, mean: Double(mean[c]), variance: Double(variance[c])) }
    }
    for c in 0..<channels {
      let scale = weight(context, c) * inverseDeviations[c]
      let bias = names.bias.map { Double(context.weights($0)[c]) } ?? 0
      factors.base[c] = Float(scale)
      factors.base[channels + c] = Float(bias - means[c] * scale)
    }
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeNormalized(
        of: context.value(inputs[0], image), scale: factors.base, shift: factors.base + channels,
        adding: inputs.count > 1 ? context.value(inputs[1], image) : nil, isReLU: isReLU,
        level: context.level)
    }
  }

  private func remember(_ channel: Int, mean: Double, variance: Double) {
    means[channel] = mean
    inverseDeviations[channel] = 1 / (variance + epsilon).squareRoot()
  }

  private func measure(_ context: StepContext, momentum: Double) {
    let sums = context.sumOverShards(2 * channels) { [inputs, channels] images, sums, _ in
      for image in images {
        let map = context.value(inputs[0], image)
        map.addSums(to: sums, products: sums + channels, of: .all(map), level: context.level)
      }
    }
    let count = Double(population(context))
    let (running, variances) = (context.weights(names.mean), context.weights(names.variance))
    for c in 0..<channels {
      let mean = sums[c] / count
      let variance = max(0, sums[channels + c] / count - mean * mean)
      remember(c, mean: mean, variance: variance)
      running[c] = Float((1 - momentum) * Double(running[c]) + momentum * mean)
      let unbiased = variance * count / max(count - 1, 1)
      variances[c] = Float((1 - momentum) * Double(variances[c]) + momentum * unbiased)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    let needsSums =
      mode != .evaluation
      || isTrained
        && (context.gradient(of: names.weight) != nil || context.gradient(of: names.bias) != nil)
    if needsSums || destinations[0].isWanted {
      backwardThroughNorm(context, destinations[0], needsSums)
    }
    guard destinations.count > 1, destinations[1].isWanted else { return }
    context.forEachImage { [self] image, _ in
      let gradient = context.gradient(output, image)
      let target = context.gradient(inputs[1], image)
      if isReLU {
        target.writeGradient(
          .relu, at: context.value(output, image), of: gradient,
          accumulates: destinations[1].accumulates, level: context.level)
      } else {
        target.writeGradientCopy(
          of: gradient, accumulates: destinations[1].accumulates, level: context.level)
      }
    }
  }

  private func backwardThroughNorm(
    _ context: StepContext, _ destination: GradientDestination, _ needsSums: Bool
  ) {
    let sums = needsSums ? sums(context) : [Double](repeating: 0, count: 2 * channels)
    if needsSums {
      context.gradient(of: names.bias)?.add(sums[..<channels])
      context.gradient(of: names.weight)?.add(sums[channels...])
    }
    guard destination.isWanted else { return }
    let count = Double(population(context))
    let learns = mode != .evaluation
    for c in 0..<channels {
      let scale = weight(context, c) * inverseDeviations[c]
      factors.base[c] = Float(scale)
      factors.base[channels + c] =
        learns ? Float(-scale * inverseDeviations[c] * sums[channels + c] / count) : 0
      factors.base[2 * channels + c] = Float(means[c])
      factors.base[3 * channels + c] = learns ? Float(-scale * sums[c] / count) : 0
    }
    context.forEachImage { [self] image, _ in
      let gradient = context.gradient(output, image)
      context.gradient(inputs[0], image).writeNormalizedGradient(
        // With fixed statistics the slope by the input is 0, and the input may be gone.
        of: gradient, input: learns ? context.value(inputs[0], image) : gradient,
        factors: FeatureMap.GradientFactors(
          scale: factors.base, slope: factors.base + channels, mean: factors.base + 2 * channels,
          shift: factors.base + 3 * channels),
        where: isReLU ? context.value(output, image) : nil, accumulates: destination.accumulates,
        level: context.level)
    }
  }

  /// `Σ dy` and `Σ dy · x̂`, `[C]` each.
  private func sums(_ context: StepContext) -> [Double] {
    var sums = context.sumOverShards(2 * channels) {
      [inputs, output, channels, isReLU] images, sums, _ in
      for image in images {
        context.gradient(output, image).addSums(
          to: sums, products: sums + channels, of: .all(context.value(inputs[0], image)),
          where: isReLU ? context.value(output, image) : nil, level: context.level)
      }
    }
    for c in 0..<channels {
      sums[channels + c] = (sums[channels + c] - means[c] * sums[c]) * inverseDeviations[c]
    }
    return sums
  }
}
