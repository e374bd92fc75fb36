import Graphs
import Kernels
import Tensors

/// Group norm with an image's scale and shift, and a SiLU behind it if there is one.
final class GroupNormStep: DifferentiableStep {
  /// What is normalized; behind it scale and shift, if there are any.
  let inputs: [Int]
  let output: Int
  private let norm: GroupNorm
  private let names: (weight: String, bias: String)?
  private let channels: Int
  private let isSiLU: Bool

  init(
    _ norm: GroupNorm, names: (weight: String, bias: String)?, channels: Int, inputs: [Int],
    output: Int, isSiLU: Bool
  ) {
    self.norm = norm
    self.names = names
    self.channels = channels
    self.inputs = inputs
    self.output = output
    self.isSiLU = isSiLU
  }

  var savedForBackward: [Int] { inputs }

  private func parameters(_ context: StepContext) -> GroupNorm.Parameters {
    GroupNorm.Parameters(
      weight: names.map { UnsafePointer(context.weights($0.weight)) },
      bias: names.map { UnsafePointer(context.weights($0.bias)) })
  }

  private func modulation(_ context: StepContext, _ image: Int) -> GroupNorm.Modulation? {
    guard inputs.count > 1 else { return nil }
    return GroupNorm.Modulation(
      scale: context.value(inputs[1], image), shift: context.value(inputs[2], image))
  }

  func forward(_ context: StepContext) {
    context.forEachImage { [self] image, scratch in
      context.value(output, image).writeGroupNorm(
        of: context.value(inputs[0], image), norm, parameters: parameters(context),
        modulation: modulation(context, image), activation: isSiLU ? .silu : .none,
        level: context.level, scratch: scratch.kernels)
    }
  }

  func backward(_ context: StepContext, destinations: [GradientDestination]) {
    let weight = context.gradient(of: names?.weight)
    let bias = context.gradient(of: names?.bias)
    let learns = weight != nil || bias != nil
    // One walk serves the input, the modulation and the parameters.
    let sums = context.sumOverShards(2 * channels) { [self] images, sums, scratch in
      for image in images {
        var targets = FeatureMap.GroupNormTargets()
        if learns { targets.parameters = (sums, sums + channels) }
        if destinations[0].isWanted {
          targets.input = context.gradient(inputs[0], image)
          targets.accumulatesInput = destinations[0].accumulates
        }
        if inputs.count > 1 {
          targets.scale = target(1, destinations, context, image)
          targets.shift = target(2, destinations, context, image)
        }
        context.gradient(output, image).addGroupNormGradient(
          input: context.value(inputs[0], image), norm, parameters: parameters(context),
          modulation: modulation(context, image), isSiLU: isSiLU, to: targets,
          level: context.level, scratch: scratch)
      }
    }
    weight?.add(sums[..<channels])
    bias?.add(sums[channels...])
  }

  /// A modulation's gradient, ready to be added to.
  private func target(
    _ position: Int, _ destinations: [GradientDestination], _ context: StepContext, _ image: Int
  ) -> FeatureMap? {
    guard destinations[position].isWanted else { return nil }
    let target = context.gradient(inputs[position], image)
    // Where one node is both scale and shift, the first clearing serves both.
    if !destinations[position].accumulates { target.clear() }
    return target
  }
}
