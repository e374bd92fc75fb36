import Diffusion
import Gradients
import Graphs
import Kernels
import Models
import Objectives
import Pipelines
import Tensors

/// A way down by DDIM steps that gradients flow back through, in the memory of a single step.
///
/// Going down, the image before each step is kept and nothing else; going back, each step's network runs again on it
/// before its gradients are computed. With `x' = a·x + b·p(x)` a step passes on `a·g + (∂p/∂x)ᵀ b·g`.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, section 3.2; Chen et al., "Training Deep Nets with Sublinear Memory
/// Cost", arXiv 1604.06174.
package final class DifferentiableGeneration {
  private let model: DiffusionModel
  private let steps: [DiffusionStep]
  private let program: GradientProgram
  private let parameters: ParameterBlock
  private let statistics: ParameterBlock
  private let learns: Bool
  private let workers: Workers
  private let sampler = DDIMSampler()
  /// The images before each step, the first of them latents.
  private var path: [[Tensor]] = []

  /// Prepares the steps of a model.
  ///
  /// - Parameters:
  ///   - model: whose network it is.
  ///   - steps: for example those of `Timesteps.descending(on:)`.
  ///   - learned: what the network holds in place of the model's own weights, and may change from run to run; nil
  ///     takes the model's, whose gradients are not wanted.
  ///   - statistics: what it holds beside `learned`.
  ///   - capacity: images of the largest batch.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: `GraphError`.
  package init(
    _ model: DiffusionModel, over steps: [DiffusionStep], learned: ParameterBlock? = nil,
    statistics: ParameterBlock = ParameterBlock([]), capacity: Int, workers: Workers
  ) throws(GraphError) {
    let graph = try Graph(tracing: model.network.network)
    program = try GradientProgram(
      graph, capacity: capacity,
      settings: GradientSettings(
        parameters: Set(learned?.specifications.map(\.name) ?? []), inputs: ["image"],
        batchNorms: .evaluation, arithmetic: model.network.arithmetic),
      workers: workers)
    self.model = model
    self.steps = steps
    parameters =
      if let learned { learned } else { try program.pack(from: model.network.parameters) }
    self.statistics = statistics
    learns = learned != nil
    self.workers = workers
  }

  /// Bytes of values and gradients: those of one step.
  package var byteCount: Int { program.byteCount }

  /// The images that the steps make of latents.
  ///
  /// - Parameter latents: `[C, S, S]`, at most as many as the capacity.
  /// - Returns: `[C, S, S]` each.
  /// - Throws: `GraphError` for latents of another shape and predictions that are not finite.
  package func images(of latents: [Tensor]) throws -> [Tensor] {
    path = [latents]
    for (index, step) in steps.enumerated() {
      let samples = path[index]
      try forward(samples, step, repacks: index == 0 && learns)
      let predictions = try predictions(samples.count)
      path.append(
        workers.map(samples.count) { [sampler] image, _ in
          sampler.next(
            samples[image], predictions[image], gradient: nil, noise: nil, step: step)
        })
    }
    return path[steps.count]
  }

  /// Takes gradients by the images that were made last back to the latents and the parameters.
  ///
  /// - Parameters:
  ///   - gradients: by each image.
  ///   - parameterGradients: what the parameters' gradients are added to; nil if they are not wanted.
  /// - Returns: gradients by each latent.
  /// - Throws: `GraphError`.
  /// - Precondition: ``images(of:)`` came before, and the parameters have not changed since.
  package func backward(
    _ gradients: [Tensor], into parameterGradients: ParameterBlock? = nil
  ) throws -> [Tensor] {
    var gradients = gradients
    for (index, step) in steps.enumerated().reversed() {
      // The last step's network has not run on anything else since.
      if index < steps.count - 1 { try forward(path[index], step, repacks: false) }
      gradients = passBack(gradients, through: step, into: parameterGradients)
    }
    return gradients
  }

  private func forward(_ samples: [Tensor], _ step: DiffusionStep, repacks: Bool) throws {
    let timestep = Tensor(shape: [1], values: [Float(step.timestep)])
    try program.fill("image", with: samples)
    try program.fill("timestep", with: samples.map { _ in timestep })
    program.forward(
      count: samples.count, parameters: parameters, buffers: statistics, repacks: repacks)
  }

  private func predictions(_ count: Int) throws -> [Prediction] {
    let results = program.values(of: Graph.mainOutput)
    if let index = results.map.firstNonFinite {
      throw GraphError.notFinite(
        network: program.graph.network, output: Graph.mainOutput, index: index)
    }
    return (0..<count).map { image in
      let result = results.image(image, of: count).map
      return Prediction(
        model.kind,
        result.channels(from: 0, count: model.imageShape[0]).planar(shape: model.imageShape))
    }
  }

  private func passBack(
    _ gradients: [Tensor], through step: DiffusionStep, into parameterGradients: ParameterBlock?
  ) -> [Tensor] {
    let factors = sampler.factors(of: step, kind: model.kind)
    let (ofSample, ofPrediction) = (Float(factors.ofSample), Float(factors.ofPrediction))
    let target = program.gradients(of: Graph.mainOutput)
    for (image, gradient) in gradients.enumerated() {
      // Where the variance lies has no gradient: the way down does not read it.
      target.image(image, of: gradients.count).map
        .channels(from: 0, count: model.imageShape[0])
        .fill(from: gradient.mapped { ofPrediction * $0 })
    }
    program.backward(into: parameterGradients)
    let received = program.gradients(ofInput: "image")
    return gradients.enumerated().map { image, gradient in
      let through = received.image(image, of: gradients.count).planar(shape: gradient.shape)
      return gradient.merged(with: through) { ofSample * $0 + $1 }
    }
  }
}

extension Tensor {
  /// A function of each value.
  func mapped(_ function: (Float) -> Float) -> Tensor {
    Tensor(shape: shape, values: values.map(function))
  }

  /// A function of the values of two tensors in the same places.
  ///
  /// - Precondition: both have one shape.
  func merged(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(shape == other.shape, "\(shape) and \(other.shape) differ")
    return Tensor(shape: shape, values: zip(values, other.values).map(function))
  }
}
