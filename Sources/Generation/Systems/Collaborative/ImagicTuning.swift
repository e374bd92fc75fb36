import Diffusion
import Gradients
import Graphs
import Kernels
import Models
import Tensors
import Training

/// Teaches a denoiser one image: first the condition that the image itself would have, then the network.
///
/// Source: Kawar et al., "Imagic: Text-Based Real Image Editing with Diffusion Models", CVPR 2023, arXiv 2210.09276,
/// section 3.2; `ziqihuangg/Collaborative-Diffusion`, `editing/imagic_edit_text.py` and `imagic_edit_mask.py`.
package struct ImagicTuning: Equatable, Sendable {
  /// Steps of the first stage, in which the condition moves.
  package var conditionSteps = 500
  /// Adam's learning rate there.
  package var conditionRate: Float = 1e-3
  /// Steps of the second stage, in which the network moves.
  package var networkSteps = 1000
  /// Adam's learning rate there.
  package var networkRate: Float = 1e-6

  /// The released code's.
  package init() {}

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    "imagic=\(conditionSteps)x\(conditionRate),\(networkSteps)x\(networkRate)"
  }

  /// What is taught, and how it is asked.
  struct Task {
    /// Inputs `latent`, `timestep` and those of the condition.
    let network: LoadedNetwork
    /// What its result is.
    let kind: Prediction.Kind
    /// The levels of noise.
    let schedule: NoiseSchedule
    /// The image's latent.
    let latent: Tensor
    /// The condition that the image is edited towards, where the first stage begins.
    let target: [String: Tensor]
    /// Of timesteps and noise.
    let seed: UInt64
  }

  /// What came of it.
  struct Outcome {
    /// The network that knows the image.
    let network: LoadedNetwork
    /// The condition that the image has.
    let condition: [String: Tensor]

    /// The condition on the way from the image's own to a target: `α·target + (1 − α)·own`.
    func blended(with target: [String: Tensor], amount: Double) -> [String: Tensor] {
      let share = Float(amount)
      return condition.mapValues { $0 }.merging(target) { own, wanted in
        var blended = own
        for place in blended.values.indices {
          blended.values[place] = share * wanted.values[place] + (1 - share) * own.values[place]
        }
        return blended
      }
    }
  }

  /// Runs both stages.
  ///
  /// - Throws: `GraphError`; `CancellationError` when asked to stop.
  func run(_ task: Task, workers: Workers, shouldStop: () -> Bool) throws -> Outcome {
    let graph = try Graph(tracing: task.network.network)
    let parameters = try task.network.parameterBlock(of: graph)
    var random = SplitMix64(seed: task.seed)
    let names = task.target.keys.sorted()
    let moving = try MovingTensors(
      names.compactMap { task.target[$0] }, rate: conditionRate, workers: workers)
    func condition() -> [String: Tensor] {
      Dictionary(uniqueKeysWithValues: zip(names, moving.tensors))
    }
    let first = try Learner(
      graph, parameters: [], inputs: Set(names), task: task, workers: workers)
    for _ in 0..<conditionSteps {
      if shouldStop() { throw CancellationError() }
      try first.step(condition(), parameters: parameters, into: nil, &random)
      try moving.update(
        with: names.map { name in
          first.program.gradients(ofInput: name).planar(shape: task.target[name]?.shape ?? [])
        })
    }
    let own = condition()
    let second = try Learner(
      graph, parameters: Set(parameters.specifications.map(\.name)), inputs: [], task: task,
      workers: workers)
    let gradients = parameters.zeroed()
    let optimizer = Optimizer(.adam(), of: parameters, workers: workers)
    for _ in 0..<networkSteps {
      if shouldStop() { throw CancellationError() }
      gradients.clear()
      try second.step(own, parameters: parameters, into: gradients, &random)
      optimizer.update(with: gradients, rate: networkRate)
    }
    return Outcome(
      network: LoadedNetwork(
        network: task.network.network, weights: task.network.weights,
        arithmetic: task.network.arithmetic, parameters: parameters.tensors),
      condition: own)
  }

  /// A network with its gradients on the noisy image.
  private struct Learner {
    let program: GradientProgram
    private let task: Task
    private let buffers = ParameterBlock([])

    init(
      _ graph: Graph, parameters: Set<String>, inputs: Set<String>, task: Task, workers: Workers
    ) throws {
      self.task = task
      program = try GradientProgram(
        graph, capacity: 1,
        settings: GradientSettings(
          parameters: parameters, inputs: inputs, batchNorms: .evaluation,
          arithmetic: task.network.arithmetic),
        workers: workers)
    }

    /// One sample of the noise's mean squared error and its gradients.
    func step(
      _ condition: [String: Tensor], parameters: ParameterBlock, into gradients: ParameterBlock?,
      _ random: inout SplitMix64
    ) throws {
      let timestep = random.nextIndex(below: task.schedule.count)
      let level = try task.schedule.level(at: timestep)
      let noise = SeededNoise(seed: random.next()).initial(task.latent.shape)
      let noisy = level.noised(task.latent, with: noise)
      let wanted = Prediction(.noise, noise).converted(to: task.kind, in: noisy, at: level).values
      try program.fill(
        named: [
          condition.merging([
            "latent": noisy, "timestep": Tensor(shape: [1], values: [Float(timestep)]),
          ]) { $1 }
        ])
      program.forward(count: 1, parameters: parameters, buffers: buffers)
      let found = program.values(of: Graph.mainOutput).planar(shape: wanted.shape)
      let factor = 2 / Float(wanted.count)
      program.gradients(of: Graph.mainOutput).map.fill(
        from: Tensor(
          shape: wanted.shape,
          values: zip(found.values, wanted.values).map { factor * ($0 - $1) }), level: .current)
      program.backward(into: gradients)
    }
  }
}
