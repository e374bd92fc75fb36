import Kernels
import Tensors

/// Functions of one value.
final class FunctionRule: Rule {
  /// Which one.
  enum Function: Sendable {
    case relu, sigmoid, quickGELU, gelu

    var derivative: Derivative {
      switch self {
      case .relu: .relu
      case .sigmoid: .sigmoid
      case .quickGELU: .quickGELU
      case .gelu: .gelu
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

  var kept: [Int] { [reference] }

  func forward(_ context: RuleContext) {
    context.forEachImage { [self] image, _ in
      let (x, y) = (context.value(inputs[0], image), context.value(output, image))
      switch function {
      case .relu: y.writeActivation(.relu, of: x, level: context.level)
      case .sigmoid: y.writeSigmoid(of: x, level: context.level)
      case .quickGELU: y.writeActivation(.quickGELU, of: x, level: context.level)
      case .gelu: y.writeActivation(.gelu, of: x, level: context.level)
      }
    }
  }

  func backward(_ context: RuleContext, targets: [GradientTarget]) {
    guard targets[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writeGradient(
        function.derivative, at: context.value(reference, image),
        of: context.gradient(output, image), accumulates: targets[0].accumulates,
        level: context.level)
    }
  }
}

/// PReLU with a slope for each channel.
final class PReLURule: Rule {
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

  var kept: [Int] { inputs }

  func forward(_ context: RuleContext) {
    let slopes = Array(UnsafeBufferPointer(start: context.weights(weight), count: channels))
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeActivation(
        .prelu(slopes), of: context.value(inputs[0], image), level: context.level)
    }
  }

  func backward(_ context: RuleContext, targets: [GradientTarget]) {
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
    guard targets[0].isWanted else { return }
    context.forEachImage { [self] image, _ in
      context.gradient(inputs[0], image).writePReLUGradient(
        slopes: context.weights(weight), at: context.value(inputs[0], image),
        of: context.gradient(output, image), accumulates: targets[0].accumulates,
        level: context.level)
    }
  }
}

/// `x · scale[c] + shift[c]` with constants.
final class AffineRule: Rule {
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

  func forward(_ context: RuleContext) {
    context.forEachImage { [self] image, _ in
      context.value(output, image).writeAffine(
        of: context.value(inputs[0], image), scale: scale, shift: shift, level: context.level)
    }
  }

  func backward(_ context: RuleContext, targets: [GradientTarget]) {
    guard targets[0].isWanted else { return }
    context.forEachImage { [self] image, scratch in
      let target = context.gradient(inputs[0], image)
      target.writeGradientProduct(
        of: context.gradient(output, image), scratch.pixel(scale),
        accumulates: targets[0].accumulates, level: context.level)
    }
  }
}

/// Sums and products of two maps, the second of which may be one pixel used everywhere.
final class CombinationRule: Rule {
  let inputs: [Int]
  let output: Int
  private let isProduct: Bool
  /// Whether the second map is one pixel beside a larger first.
  private let broadcasts: Bool

  init(isProduct: Bool, inputs: [Int], output: Int, broadcasts: Bool) {
    self.isProduct = isProduct
    self.inputs = inputs
    self.output = output
    self.broadcasts = broadcasts
  }

  var kept: [Int] { isProduct ? inputs : [] }

  func forward(_ context: RuleContext) {
    context.forEachImage { [self] image, _ in
      let (a, b) = (context.value(inputs[0], image), context.value(inputs[1], image))
      if isProduct {
        context.value(output, image).writeProduct(of: a, b, level: context.level)
      } else {
        context.value(output, image).writeSum(of: a, b, activation: .none, level: context.level)
      }
    }
  }

  func backward(_ context: RuleContext, targets: [GradientTarget]) {
    context.forEachImage { [self] image, _ in
      let gradient = context.gradient(output, image)
      for (position, target) in targets.enumerated() where target.isWanted {
        let change = context.gradient(inputs[position], image)
        let other = isProduct ? context.value(inputs[1 - position], image) : nil
        if position == 1 && broadcasts {
          reduce(gradient, other, into: change, target, level: context.level)
        } else if let other {
          change.writeGradientProduct(
            of: gradient, other, accumulates: target.accumulates, level: context.level)
        } else {
          change.writeGradientCopy(
            of: gradient, accumulates: target.accumulates, level: context.level)
        }
      }
    }
  }

  /// `db[c] (+)= Σ_p dy[p, c] · a[p, c]`, or without the factor for a sum.
  private func reduce(
    _ gradient: FeatureMap, _ factor: FeatureMap?, into target: FeatureMap,
    _ kind: GradientTarget, level: CPULevel
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: target.channels) { sums in
      guard let sums = sums.baseAddress else { return }
      sums.initialize(repeating: 0, count: target.channels)
      if let factor {
        gradient.addSums(to: nil, products: sums, of: .all(factor), level: level)
      } else {
        gradient.addSums(to: sums, level: level)
      }
      for channel in 0..<target.channels {
        target.base[channel] =
          Float(sums[channel]) + (kind.accumulates ? target.base[channel] : 0)
      }
    }
  }
}
