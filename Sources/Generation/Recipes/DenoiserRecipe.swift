import Diffusion
import Faces
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Objectives
import Tensors
import Training

/// The built-in method `denoise`: learns to remove noise from portraits, given their label map and caption.
package struct DenoiserRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = CompactNetworks.denoiser.name
  /// What it is for and what it learns.
  package let summary =
    "The built-in method `denoise`: a small denoising diffusion that follows label map and caption; a "
    + "method to be measured, not to measure with."
  /// The faces that it is trained on.
  package var data: String { faces.text + ", each with a caption" }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses length, batches and faces of the training.
  package init(steps: Int = 800, batchSize: Int = 16, faces: SyntheticTrainingSet.Plan = .shared) {
    self.faces = faces
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 113, optimizer: .adamW(weightDecay: 0.01),
      schedule: .cosine(peak: 2e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 1e-5),
      maximumGradientNorm: 1, emaDecay: 0.99)
  }

  private struct Target: Sendable {
    let labels: [UInt8]
    let attributes: [Float]
    let seed: UInt64
  }

  /// Trains the U-Net to predict the picture `x₀` from a noisy one.
  ///
  /// A sample is the input `[35, 128, 128]` of `CompactDenoiser` with values in about −1…1; the loss is the mean squared
  /// error of the picture `[3, 128, 128]` in −1…1.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let network = CompactNetworks.denoiser
    let graph = try Graph(tracing: network)
    let training = try TrainingSession(name, graphs: [graph], plan: plan, environment: environment)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let seen = environment.workers.map(faces.count) { sample, _ in faces.traits(sample) }
    let source = SyntheticBatches<Target>(
      faces: faces, variation: Variation(shift: 2, gain: 0, offset: 0, blurring: 0, noise: 0),
      workers: environment.workers
    ) { sample, labels, seed in
      var random = SplitMix64(seed: seed)
      let caption = MultiModalCaption.text(
        seen[sample], index: random.nextIndex(below: MultiModalCaption.count), seed: random.next())
      return Target(
        labels: labels.samples,
        attributes: DrawingAttributes.values(of: CaptionReading(caption)), seed: random.next())
    }
    let curve = try training.run(on: source) { batch, state in
      let samples = environment.workers.map(batch.pictures.count) { index, _ in
        Self.sample(batch.pictures[index], batch.targets[index])
      }
      try program.fill(named: samples.map(\.inputs))
      program.forward(
        count: samples.count, parameters: state.parameters, buffers: state.statistics)
      let loss = ValueLoss.squared.measure(
        program.values(of: Graph.mainOutput), targets: samples.flatMap(\.picture),
        addingTo: program.gradients(of: Graph.mainOutput))
      program.backward(into: state.gradients)
      return loss
    }
    try environment.write(
      training.tensors(of: graph), metadata: environment.metadata(plan), to: fileNames[0])
    training.removeCheckpoint()
    return [curve]
  }

  /// A noisy picture as the network's input, planar, and the picture itself, interleaved; both in −1…1.
  private static func sample(_ picture: Raster, _ target: Target) -> (
    inputs: [String: Tensor], picture: [Float]
  ) {
    var random = SplitMix64(seed: target.seed)
    // Half of all pictures are nothing but noise, which is where a method begins.
    let t = max(0.05, min(1, 2 * Double(random.nextUnit())))
    let level = NoiseLevel.cosine(at: t)
    let x0 = picture.signedPlanes
    let noisy = level.noised(x0, with: SeededNoise(seed: random.next()).initial(x0.shape))
    return (
      CompactDenoiser.inputs(
        picture: noisy.values, labels: target.labels, attributes: target.attributes,
        noise: Float(level.noiseRate)),
      picture.samples.map { Float($0) / 127.5 - 1 }
    )
  }

  // MARK: Evaluation

  private static let evaluatedFaces = 200

  /// The mean squared error of faces that the network makes from noise alone, values in −1…1.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let network = try LoadedNetwork(
      CompactNetworks.denoiser, checkpoint: environment.path(fileNames[0]))
    let portraits = environment.workers.map(Self.evaluatedFaces) { number, _ in
      let scene = World.test.scene(number, seed: 6)
      let portrait = Portrait(scene, size: SyntheticTrainingSet.drawnSide)
      let (picture, labels) = SyntheticTrainingSet.reduced(portrait)
      let caption = MultiModalCaption.text(
        FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      return (picture: picture, labels: labels, caption: CaptionReading(caption))
    }
    let inputs: @Sendable (Int) -> [String: Tensor] = { index in
      var numbers = NormalNumbers(seed: UInt64(index))
      return CompactDenoiser.inputs(
        picture: portraits[index].picture.planes.values.map { _ in numbers.next() },
        labels: portraits[index].labels.samples,
        attributes: DrawingAttributes.values(of: portraits[index].caption), noise: 1)
    }
    let errors = try network.map(
      portraits.count, workers: environment.workers, named: inputs
    ) { index, result in
      let found = result(Graph.mainOutput)
      let sum = found.withValues { values in
        portraits[index].picture.samples.enumerated().reduce(0.0) { sum, sample in
          let value = values[sample.offset / 3 * found.pixelStride + sample.offset % 3]
          let difference = Double(value) - (Double(sample.element) / 127.5 - 1)
          return sum + difference * difference
        }
      }
      return sum / Double(portraits[index].picture.samples.count)
    }
    return [
      HeldOutMetric(
        name: "mean squared error of a face from noise alone",
        value: errors.reduce(0, +) / Double(errors.count), minimum: nil,
        data: "\(errors.count) faces of the test world, values in −1…1")
    ]
  }
}
