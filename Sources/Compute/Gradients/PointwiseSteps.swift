import ArrayKernels
import Graphs
import Kernels
import Tensors

/// Functions of one value.
final class FunctionStep: DifferentiableStep {
  /// Which one.
  enum Function: Sendable {
    case relu, sigmoid, quickGELU, gelu, silu, tanh, softplus

    var derivative: Derivative {
      switch self {
      case .relu: .relu
      case .sigmoid: .sigmoid
      case .quickGELU: .quickGELU
      case .gelu: .gelu
      case .silu: .silu
      case .tanh: .tanh
      case .softplus: .softplus
      }
    }
  }

  let inputs: [Int]
  let output: Int
  private let function: Function

  init(_ function: Function, input: Int, output: Int) {
    self.function = function
    inputs = [input]
    self.output = output
  }

  private var reference: Int { function.derivative.usesResult ? output : inputs[0] }

  var savedForBackward: [Int] { [reference] }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      let (x, y) = (context.value(inputs[0], image), context.value(output, image))
      switch function {
      case .relu: y.writeActivation(.relu, of: x, level: context.level)
      case .sigmoid: y.writeSigmoid(of: x, level: context.level)
      case .quickGELU: y.writeActivation(.quickGELU, of: x, level: context.level)
      case .gelu: y.writeActivation(.gelu, of: x, level: context.level)
      case .silu: y.writeActivation(.silu, of: x, level: context.level)
      case .tanh: y.writeFunction(.tanh, of: x)
      case .softplus: y.writeSoftplus(of: x, level: context.level)
      }
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writeGradient(
        function.derivative, at: context.value(reference, image),
        of: context.gradient(output, image), accumulates: destinations[0].accumulates,
        level: context.level)
    }
  }
}

/// PReLU with a slope for each channel.
final class PReLUStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let weight: String
  private let channels: Int

  init(weight: String, channels: Int, input: Int, output: Int) {
    self.weight = weight
    self.channels = channels
    inputs = [input]
    self.output = output
  }

  var savedForBackward: [Int] { inputs }

  func forward(_ context: StepContext) {
    let slopes = Array(UnsafeBufferPointer(start: context.weights(weight), count: channels))
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeActivation(
        .prelu(slopes), of: context.value(inputs[0], image), level: context.level)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    if let gradient = context.gradient(of: weight) {
      let sums = context.sumOverShards(channels) { [self] images, sums, _ in
        for image in images {
          context.gradient(output, image).addSums(
            to: nil, products: sums, of: .negative(context.value(inputs[0], image)),
            level: context.level)
        }
      }
      gradient.add(sums[...])
    }
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writePReLUGradient(
        slopes: context.weights(weight), at: context.value(inputs[0], image),
        of: context.gradient(output, image), accumulates: destinations[0].accumulates,
        level: context.level)
    }
  }
}

/// `x · scale[c] + shift[c]` with constants.
final class AffineStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let scale: [Float]
  private let shift: [Float]

  init(scale: [Float], shift: [Float], input: Int, output: Int) {
    self.scale = scale
    self.shift = shift
    inputs = [input]
    self.output = output
  }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeAffine(
        of: context.value(inputs[0], image), scale: scale, shift: shift, level: context.level)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    guard destinations[0].isWanted else { return }
    context.forEachImage { [self] image, scratch in
      let target = context.gradient(inputs[0], image)
      target.writeGradientProduct(
        of: context.gradient(output, image), scratch.pixel(scale),
        accumulates: destinations[0].accumulates, level: context.level)
    }
  }
}

/// Sums and products of two maps, the second of which may be one pixel used everywhere.
final class CombinationStep: DifferentiableStep {
  let inputs: [Int]
  let output: Int
  private let isProduct: Bool
  /// Whether the second map is one pixel beside a larger first.
  private let broadcasts: Bool
  /// Whose gradients are wanted.
  private let isActive: [Bool]

  init(isProduct: Bool, inputs: [Int], output: Int, broadcasts: Bool, isActive: [Bool]) {
    self.isActive = isActive
    self.isProduct = isProduct
    self.inputs = inputs
    self.output = output
    self.broadcasts = broadcasts
  }

  /// A factor's gradient reads the other factor.
  var savedForBackward: [Int] {
    isProduct ? inputs.indices.filter { isActive[1 - $0] }.map { inputs[$0] } : []
  }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, _ in
      let (a, b) = (context.value(inputs[0], image), context.value(inputs[1], image))
      if isProduct {
        context.value(output, image).writeProduct(of: a, b, level: context.level)
      } else {
        context.value(output, image).writeSum(of: a, b, activation: .none, level: context.level)
      }
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    context.forEachImage { [self] image, _ in
      let gradient = context.gradient(output, image)
      for (position, destination) in destinations.enumerated() where destination.isWanted {
        let change = context.gradient(inputs[position], image)
        let other = isProduct ? context.value(inputs[1 - position], image) : nil
        if position == 1 && broadcasts {
          change.writePixelSums(
            of: gradient, times: other, accumulates: destination.accumulates, level: context.level)
        } else if let other {
          change.writeGradientProduct(
            of: gradient, other, accumulates: destination.accumulates, level: context.level)
        } else {
          change.writeGradientCopy(
            of: gradient, accumulates: destination.accumulates, level: context.level)
        }
      }
    }
  }
}
