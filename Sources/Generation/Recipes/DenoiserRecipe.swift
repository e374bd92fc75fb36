import Faces
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors
import Training

/// The built-in method `denoise`: learns to take noise off portraits whose label map and caption it is told.
package struct DenoiserRecipe: Recipe {
  package let name = CompactNetworks.denoiser.name
  package let purpose =
    "The built-in method `denoise`: a small denoising diffusion that follows label map and caption; a "
    + "method to be measured, not to measure with."
  package var material: String { faces.text + ", each with a caption" }
  package let plan: TrainingPlan
  private let faces: StudyFaces.Plan

  /// Chooses length, batches and faces of the training.
  package init(steps: Int = 800, batchSize: Int = 16, faces: StudyFaces.Plan = .shared) {
    self.faces = faces
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 113, rule: .adamW(decay: 0.01),
      schedule: .cosine(peak: 2e-3, warmUp: steps / 20, steps: steps, final: 1e-5),
      greatestNorm: 1, averageDecay: 0.99)
  }

  private struct Target: Sendable {
    let labels: [UInt8]
    let attributes: [Float]
    let seed: UInt64
  }

  package func train(_ kitchen: Kitchen) throws -> [LossCurve] {
    let faces = try kitchen.faces(self.faces)
    let network = CompactNetworks.denoiser
    let graph = try Graph(tracing: network)
    let training = try Apprenticeship(name, graphs: [graph], plan: plan, kitchen: kitchen)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let seen = kitchen.workers.map(faces.count) { sample, _ in faces.traits(sample) }
    let source = StudyBatches<Target>(
      faces: faces, variation: Variation(shift: 2, gain: 0, offset: 0, blurring: 0, noise: 0),
      workers: kitchen.workers
    ) { sample, labels, seed in
      var random = SplitMix64(seed: seed)
      let caption = MultiModalCaption.text(
        seen[sample], index: random.nextIndex(below: MultiModalCaption.count), seed: random.next())
      return Target(
        labels: labels.samples,
        attributes: DrawingAttributes.values(of: CaptionReading(caption)), seed: random.next())
    }
    let curve = try training.run(on: source) { batch, state in
      let samples = kitchen.workers.map(batch.pictures.count) { index, _ in
        Self.sample(batch.pictures[index], batch.targets[index])
      }
      program.fill(samples.map(\.input))
      program.forward(
        count: samples.count, parameters: state.parameters, statistics: state.statistics)
      let loss = ValueLoss.squared.measure(
        program.values(of: Graph.mainOutput), targets: samples.flatMap(\.picture),
        addingTo: program.gradients(of: Graph.mainOutput))
      program.backward(into: state.gradients)
      return loss
    }
    try kitchen.write(
      training.tensors(of: graph), note: kitchen.note(plan), to: fileNames[0])
    training.finish()
    return [curve]
  }

  /// A noisy picture as the network's input, and the picture itself, interleaved.
  private static func sample(_ picture: Raster, _ target: Target) -> (
    input: Tensor, picture: [Float]
  ) {
    var random = SplitMix64(seed: target.seed)
    // Half of all pictures are nothing but noise, which is where a method begins.
    let moment = max(0.05, min(1, 2 * Double(random.nextUnit())))
    let (share, noise) = (
      CompactDenoiser.pictureShare(at: moment), CompactDenoiser.noiseShare(at: moment)
    )
    var numbers = NormalNumbers(seed: random.next())
    let clean = picture.planes.values.map { $0 / 127.5 - 1 }
    let noisy = clean.map { share * $0 + noise * numbers.next() }
    return (
      CompactDenoiser.input(
        picture: noisy, labels: target.labels, attributes: target.attributes, noise: noise),
      picture.samples.map { Float($0) / 127.5 - 1 }
    )
  }

  // MARK: Judging

  private static let judgedFaces = 200

  package func figures(_ kitchen: Kitchen) throws -> [Figure] {
    let network = try LoadedNetwork(
      CompactNetworks.denoiser, checkpoint: kitchen.path(fileNames[0]))
    let portraits = kitchen.workers.map(Self.judgedFaces) { number, _ in
      let scene = World.test.scene(number, seed: 6)
      let portrait = Portrait(scene, size: StudyFaces.drawnSide)
      let (picture, labels) = StudyFaces.reduced(portrait)
      let caption = MultiModalCaption.text(
        FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      return (picture: picture, labels: labels, caption: CaptionReading(caption))
    }
    let errors = try network.map(portraits.count, workers: kitchen.workers) { index in
      var numbers = NormalNumbers(seed: UInt64(index))
      return CompactDenoiser.input(
        picture: portraits[index].picture.planes.values.map { _ in numbers.next() },
        labels: portraits[index].labels.samples,
        attributes: DrawingAttributes.values(of: portraits[index].caption), noise: 1)
    } read: { index, result in
      let found = result(Graph.mainOutput)
      var sum = 0.0
      for (place, sample) in portraits[index].picture.samples.enumerated() {
        let value = found.base[place / 3 * found.pixelStride + place % 3]
        let difference = Double(value) - (Double(sample) / 127.5 - 1)
        sum += difference * difference
      }
      return sum / Double(portraits[index].picture.samples.count)
    }
    return [
      Figure(
        name: "mean squared error of a face from noise alone",
        value: errors.reduce(0, +) / Double(errors.count), floor: nil,
        material: "\(errors.count) faces of the test world, values in −1…1")
    ]
  }
}
