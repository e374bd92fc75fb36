import Graphs
import Kernels
import Tensors

/// A learned map, the same for every image.
final class ConstantStep: DifferentiableStep {
  let inputs: [Int] = []
  let output: Int
  private let weight: String
  private let shape: [Int]

  init(weight: String, shape: [Int], output: Int) {
    self.weight = weight
    self.shape = shape
    self.output = output
  }

  func forward(_ context: StepContext) {
    let values = Array(
      UnsafeBufferPointer(start: context.weights(weight), count: shape.elementCount))
    let map = Tensor(shape: shape, values: values)
    context.forEachImage { [output] image, _ in
      context.value(output, image).fill(from: map, level: context.level)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard let target = context.gradient(of: weight) else { return }
    let pixels = shape.elementCount / shape[0]
    let sums = context.sumOverShards(shape.elementCount) { [output] images, sums, _ in
      for image in images {
        let gradient = context.gradient(output, image)
        for pixel in 0..<pixels {
          let row = gradient.base + pixel * gradient.pixelStride
          for channel in 0..<gradient.channels {
            sums[channel * pixels + pixel] += Double(row[channel])
          }
        }
      }
    }
    target.add(sums[...])
  }
}

/// What divides a modulated convolution's results, from styles and the convolution's own weights.
final class DemodulationStep: DifferentiableStep, @unchecked Sendable {
  // Packing is one piece and precedes every use.

  let inputs: [Int]
  let output: Int
  private let weight: String
  private let isTrained: Bool
  private let epsilon: Float
  private let (channels, outputs, weightCount): (Int, Int, Int)
  /// Each filter's sum of squares, `[O, C]`.
  private var squares: [Float] = []

  init(
    weight: String, isTrained: Bool, epsilon: Float, channels: Int, outputs: Int,
    weightCount: Int, input: Int, output: Int
  ) {
    self.weight = weight
    self.isTrained = isTrained
    self.epsilon = epsilon
    (self.channels, self.outputs, self.weightCount) = (channels, outputs, weightCount)
    inputs = [input]
    self.output = output
  }

  var savedForBackward: [Int] { [inputs[0], output] }

  var packing: Packing? {
    Packing(weight: weight, bias: nil, pieces: 1) { [self] _, weight, _ in
      let values = Array(UnsafeBufferPointer(start: weight, count: weightCount))
      squares =
        Tensor(shape: [weightCount], values: values)
        .filterSquares(outputs: outputs, channels: channels).values
    }
  }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeDemodulation(
        of: context.value(inputs[0], image), squares: squares, epsilon: epsilon)
    }
  }

  /// With `d = (Σ s² q + ε)^(−½)`: `∂s_c = −s_c Σ_o ∂d_o d_o³ q_oc` and `∂w_ock = −w_ock Σ ∂d_o d_o³ s_c²` over images.
  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    if isTrained, let target = context.gradient(of: weight) { addWeights(context, to: target) }
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      let styles = context.value(inputs[0], image)
      let target = context.gradient(inputs[0], image)
      let slopes = slopes(context, image)
      for channel in 0..<channels {
        var sum = 0.0
        for output in 0..<outputs {
          sum += slopes[output] * Double(squares[output * channels + channel])
        }
        let value = Float(-Double(styles.base[channel]) * sum)
        target.base[channel] = value + (destinations[0].accumulates ? target.base[channel] : 0)
      }
    }
  }

  /// `∂d_o d_o³`.
  private func slopes(_ context: StepContext, _ image: Int) -> [Double] {
    let (values, gradient) = (context.value(output, image), context.gradient(output, image))
    return (0..<outputs).map { output in
      let d = Double(values.base[output])
      return Double(gradient.base[output]) * d * d * d
    }
  }

  private func addWeights(_ context: StepContext, to target: UnsafeMutablePointer<Float>) {
    let sums = context.sumOverShards(outputs * channels) { [self] images, sums, _ in
      for image in images {
        let styles = context.value(inputs[0], image)
        for (output, slope) in slopes(context, image).enumerated() {
          for channel in 0..<channels {
            let style = Double(styles.base[channel])
            sums[output * channels + channel] += slope * style * style
          }
        }
      }
    }
    let (weights, taps) = (context.weights(weight), weightCount / (outputs * channels))
    for index in 0..<weightCount {
      target[index] -= Float(sums[index / taps] * Double(weights[index]))
    }
  }
}

/// A leaky rectifier with a learned bias before it.
final class LeakyReLUStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let function: StyleOperation.LeakyReLU
  private let bias: String
  private let (gains, slopes): ([Float], [Float])

  init(
    _ function: StyleOperation.LeakyReLU, bias: String, channels: Int, input: Int, output: Int
  ) {
    self.function = function
    self.bias = bias
    gains = [Float](repeating: function.gain, count: channels)
    slopes = [Float](repeating: function.slope, count: channels)
    inputs = [input]
    self.output = output
  }

  /// The result has the sign of what the slope depends on.
  var savedForBackward: [Int] { [output] }

  func forward(_ context: StepContext) {
    let shift = function.shift(
      Array(UnsafeBufferPointer(start: context.weights(bias), count: gains.count)))
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeAffine(
        of: context.value(inputs[0], image), scale: gains, shift: shift,
        activation: .prelu(slopes), level: context.level)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    context.forEachImage { [self] image, _ in
      let gradient = context.gradient(output, image)
      gradient.writePReLUGradient(
        slopes: slopes, at: context.value(output, image), of: gradient, accumulates: false,
        level: context.level)
    }
    if let target = context.gradient(of: bias) {
      let sums = context.sumOverShards(gains.count) { [output] images, sums, _ in
        for image in images {
          context.gradient(output, image).addSums(to: sums, level: context.level)
        }
      }
      let factor = Double(function.gain) * Double(function.biasGain)
      target.add(sums.map { factor * $0 }[...])
    }
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, scratch in
      context.gradient(inputs[0], image).writeGradientProduct(
        of: context.gradient(output, image), scratch.pixel(gains),
        accumulates: destinations[0].accumulates, level: context.level)
    }
  }
}

/// A fixed map of noise, added to every channel with a learned strength.
final class NoiseStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let (noise, strength): (String, String)

  init(noise: String, strength: String, input: Int, output: Int) {
    (self.noise, self.strength) = (noise, strength)
    inputs = [input]
    self.output = output
  }

  func forward(_ context: StepContext) {
    let factor = context.weights(strength)[0]
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeNoisy(
        context.value(inputs[0], image), noise: context.weights(noise), strength: factor)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    if let target = context.gradient(of: strength) {
      let sums = context.sumOverShards(1) { [output, noise] images, sums, _ in
        let noise = context.weights(noise)
        for image in images {
          let gradient = context.gradient(output, image)
          for pixel in 0..<gradient.pixels {
            let row = gradient.base + pixel * gradient.pixelStride
            for channel in 0..<gradient.channels {
              sums[0] += Double(noise[pixel]) * Double(row[channel])
            }
          }
        }
      }
      target.add(sums[...])
    }
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writeGradientCopy(
        of: context.gradient(output, image), accumulates: destinations[0].accumulates,
        level: context.level)
    }
  }
}

/// Two maps in shares that one learned number decides.
final class MixtureStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let share: String

  init(share: String, inputs: [Int], output: Int) {
    self.share = share
    self.inputs = inputs
    self.output = output
  }

  var savedForBackward: [Int] { inputs }

  func forward(_ context: StepContext) {
    let share = StyleOperation.share(context.weights(share)[0])
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeMixture(
        of: context.value(inputs[0], image), context.value(inputs[1], image), share: share)
    }
  }

  /// With `s = σ(a)`: `∂x = s ∂`, `∂y = (1 − s) ∂` and `∂a = s (1 − s) Σ ∂ (x − y)`.
  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    let share = StyleOperation.share(context.weights(share)[0])
    if let target = context.gradient(of: self.share) {
      let sums = context.sumOverShards(1) { [self] images, sums, _ in
        for image in images {
          sums[0] += context.gradient(output, image).product(
            withDifferenceOf: context.value(inputs[0], image), context.value(inputs[1], image))
        }
      }
      target.add(sums.map { share * (1 - share) * $0 }[...])
    }
    for (place, factor) in [Float(share), Float(1 - share)].enumerated() {
      guard destinations[place].isWanted else { continue }
      context.forEachImage { [self] image, scratch in
        let gradient = context.gradient(output, image)
        context.gradient(inputs[place], image).writeGradientProduct(
          of: gradient, scratch.pixel([Float](repeating: factor, count: gradient.channels)),
          accumulates: destinations[place].accumulates, level: context.level)
      }
    }
  }
}
