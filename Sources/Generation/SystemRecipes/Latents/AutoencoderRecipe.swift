import Checkpoints
import Diffusion
import Faces
import Foundation
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Objectives
import Pipelines
import Recipes
import Tensors
import Training

/// The autoencoder of the compact systems that diffuse in latents.
///
/// It learns pixels and what LPIPS sees of them, and to keep latents near a normal distribution; from quarters of faces
/// first, which cost a quarter of the time. Half of these have an eye in their middle: eyes are small, and people look
/// at them first. Then the latents' scale is measured, codes are fitted to them for the system that decodes quantized
/// latents, and the decoder goes on alone, on latents with noise: a diffusion meets a face's latent only nearly, and a decoder
/// that never saw such latents paints blotches.
///
/// Source: Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", arXiv 2112.10752, section 3.1
/// and appendix G; `CompVis/latent-diffusion`, `ldm/modules/losses/contperceptual.py`.
///
/// - Deviation: no discriminator; codes are fitted behind the training, not learned in it; the decoder's second part.
package struct AutoencoderRecipe: Recipe {
  /// The network's name, and that of its file.
  package let name = CompactNetworks.autoencoder.name
  /// What it is for and what it learns.
  package let summary =
    "The autoencoder of the compact systems `collaborative` and `sca-dm`: 128-pixel faces to latents of 4×32×32 and back."
  /// The faces that it is trained on.
  package var data: String { faces.text + ", shifted by up to two pixels whenever they are seen" }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  private let decoderPlan: TrainingPlan
  /// The plan, and how large the pictures are.
  package var hyperparameters: String {
    "\(plan.description); the first \(coarseSteps) steps see a part of half the side, every second one around an eye; "
      + "then the decoder alone on latents with the noise of the first \(Self.noisyTimesteps) timesteps: "
      + decoderPlan.description
  }
  private let coarseSteps: Int
  private let faces: SyntheticTrainingSet.Plan
  /// Codes that are fitted, and latents that they are fitted to.
  private let (codes, codedFaces): (Int, Int)

  /// Chooses lengths, how many of the steps see parts of faces, batches, faces and codes.
  package init(
    steps: Int = 4800, coarseSteps: Int = 4200, decoderSteps: Int = 2400, batchSize: Int = 16,
    faces: SyntheticTrainingSet.Plan = .shared, codes: Int = CompactNetworks.codeCount,
    codedFaces: Int = 100
  ) {
    self.coarseSteps = coarseSteps
    self.faces = faces
    (self.codes, self.codedFaces) = (codes, codedFaces)
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 149, optimizer: .adamW(weightDecay: 0.01),
      schedule: .cosine(peak: 2e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 2e-5),
      maximumGradientNorm: 1, emaDecay: 0.995)
    decoderPlan = TrainingPlan(
      steps: decoderSteps, batchSize: batchSize, seed: 193, optimizer: .adamW(weightDecay: 0.01),
      schedule: .cosine(
        peak: 1e-3, warmupSteps: decoderSteps / 20, totalSteps: decoderSteps, minimum: 2e-5),
      maximumGradientNorm: 1, emaDecay: 0.995)
  }

  /// Both halves.
  package var networks: [any PublishedNetwork] { [CompactNetworks.autoencoder] }

  /// Weight of the divergence from a normal distribution, where pixels count 1 each.
  private static let divergenceWeight = 1e-6
  /// The decoder meets the noise of these timesteps: up to 0.37 of a latent's deviation.
  private static let noisyTimesteps = 70

  /// Trains both halves, measures the scale and fits the codes, then trains the decoder on.
  ///
  /// A sample is a picture of `[128, 128, 3]`, or a part `[64, 64, 3]` of it, and the noise by which its latent, a
  /// quarter as high and wide, is drawn.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let first = "\(name).first"
    let curve =
      try environment.finished(name, plan, in: first)
      ?? train(on: faces, to: first, in: environment)
    let checkpoint = try Checkpoint.open(path: environment.path(first))
    let encoder = try LoadedNetwork(
      CompactNetworks.autoencoder.encoder, checkpoint: environment.path(first))
    let latents = try encoder.map(
      min(codedFaces, faces.count), workers: environment.workers,
      input: { try Preprocessing.compact128.apply(faces.picture($0 * faces.count / codedFaces)) },
      read: { _, result in
        let moments = result(Graph.mainOutput)
        return moments.pixelValues(
          channels: CompactNetworks.autoencoder.configuration.latentChannels)
      }
    ).flatMap(\.self)
    let width = CompactNetworks.autoencoder.configuration.latentChannels
    let codes = LatentCodebook.fitted(
      to: latents, width: width, count: self.codes, workers: environment.workers)
    let scale = Float(1 / Self.deviation(of: latents))
    let graphs = try Self.graphs()
    let values = try checkpoint.bind(to: graphs.encoder.parameters + graphs.decoder.parameters)
    let decoder = try trainDecoder(
      LatentCodec(
        CompactNetworks.autoencoder, checkpoint: environment.path(first), scale: Double(scale)),
      from: values, on: faces, in: environment)
    try environment.write(
      graphs.encoder.parameters.compactMap { parameter in
        values[parameter.name].map { (parameter.name, $0) }
      } + decoder.tensors + [
        (CompactNetworks.codebookName, Tensor(shape: [self.codes, width], values: codes)),
        (LatentAutoencoder.scaleName, Tensor(shape: [1], values: [scale])),
      ], metadata: environment.metadata(plan), to: fileNames[0])
    unlink(environment.path(first))
    return [curve, decoder.curve]
  }

  private static func graphs() throws -> (encoder: Graph, decoder: Graph) {
    (
      try Graph(tracing: CompactNetworks.autoencoder.encoder),
      try Graph(tracing: CompactNetworks.autoencoder.decoder)
    )
  }

  /// The deviation of all values from their mean.
  private static func deviation(of values: [Float]) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / count).squareRoot()
  }

  /// Trains both halves and writes them.
  private func train(
    on faces: SyntheticTrainingSet, to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let (encoder, decoder) = try Self.graphs()
    let graphs = [encoder, decoder]
    let training = try TrainingSession(name, graphs: graphs, plan: plan, environment: environment)
    let side = SyntheticTrainingSet.side
    let source = SyntheticBatches<(part: Part, seed: UInt64)>(
      faces: faces, variation: Variation(shift: 2, gain: 0, offset: 0, blurring: 0, noise: 0),
      workers: environment.workers
    ) { _, labels, seed in (Part(side: side / 2, of: labels, seed: seed), seed) }
    let coarse = try Reconstruction(of: side / 2, in: training)
    let full = try Reconstruction(of: side, in: training)
    let curve = try training.run(on: source) { batch, state in
      let (pictures, seeds) = (batch.pictures, batch.targets.map(\.seed))
      guard state.step < coarseSteps else { return full.loss(of: pictures, seeds, state) }
      let parts = zip(pictures, batch.targets).map { picture, target in
        picture.cropped(rows: target.part.rows, columns: target.part.columns)
      }
      return coarse.loss(of: parts, seeds, state)
    }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) }, metadata: environment.metadata(plan, curve),
      to: file)
    training.removeCheckpoint()
    return curve
  }

  /// Trains the decoder of an autoencoder on, whose latents stay as they are.
  private func trainDecoder(
    _ codec: LatentCodec, from values: [String: Tensor], on faces: SyntheticTrainingSet,
    in environment: TrainingEnvironment
  ) throws -> (tensors: [(name: String, tensor: Tensor)], curve: LossCurve) {
    let graph = try Self.graphs().decoder
    let training = try TrainingSession(
      "\(name)-decoder", graphs: [graph], initialValues: values, plan: decoderPlan,
      environment: environment)
    let decoder = try training.program(graph, outputs: [Graph.mainOutput])
    let likeness = try Likeness(of: SyntheticTrainingSet.side, in: training)
    let source = try NoisyLatents(
      LatentSet(faces, by: codec, in: environment), timesteps: Self.noisyTimesteps,
      workers: environment.workers)
    let curve = try training.run(on: source) { samples, state in
      decoder.fill(
        samples.map { sample in
          let factor = Float(1 / (sample.level.signalRate * codec.scale))
          return Tensor(
            shape: sample.latent.shape, values: sample.latent.values.map { factor * $0 })
        })
      decoder.forward(
        count: samples.count, parameters: state.parameters, buffers: state.statistics)
      let loss = likeness.measure(
        decoder,
        samples.map { faces.picture($0.face, isMirrored: $0.isMirrored) })
      decoder.backward(into: state.gradients)
      return loss
    }
    let tensors = training.tensors(of: graph)
    training.removeCheckpoint()
    return (tensors, curve)
  }

  /// A square of a picture: anywhere, or around a pixel of an eye or of the glasses before it.
  private struct Part {
    let rows, columns: Range<Int>

    private static let eyes: Set<UInt8> = [Label.leftEye, Label.rightEye, Label.glasses]

    init(side: Int, of labels: Raster, seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let room = (rows: labels.height - side, columns: labels.width - side)
      var (row, column) = (
        random.nextIndex(below: room.rows + 1), random.nextIndex(below: room.columns + 1)
      )
      if random.nextIndex(below: 2) == 1 {
        let eyes = labels.samples.indices.filter { Self.eyes.contains(labels.samples[$0]) }
        if !eyes.isEmpty {
          let pixel = eyes[random.nextIndex(below: eyes.count)]
          row = min(max(pixel / labels.width - side / 2, 0), room.rows)
          column = min(max(pixel % labels.width - side / 2, 0), room.columns)
        }
      }
      rows = row..<row + side
      columns = column..<column + side
    }
  }

  /// What pictures of one size are worth: their pixels, and what LPIPS sees of them.
  private struct Likeness {
    private let perceptual: PerceptualLoss

    init(of side: Int, in training: TrainingSession) throws {
      perceptual = try PerceptualLoss(
        size: side, capacity: training.plan.batchSize, workers: training.workers)
    }

    /// The loss of what a decoder made, whose gradients it sets.
    func measure(_ decoder: GradientProgram, _ pictures: [Raster]) -> Double {
      let (made, slopes) = (
        decoder.values(of: Graph.mainOutput), decoder.gradients(of: Graph.mainOutput)
      )
      let pixels = ValueLoss.absolute.measure(
        made, targets: pictures.flatMap(\.signedValues), addingTo: slopes)
      return pixels + perceptual.measure(made, wanted: pictures, addingTo: slopes, weight: 1)
    }
  }

  /// Both halves for pictures of one size.
  private struct Reconstruction {
    private let encoder, decoder: GradientProgram
    private let likeness: Likeness

    init(of side: Int, in training: TrainingSession) throws {
      let autoencoder = CompactNetworks.autoencoder
      let encoding = try Graph(tracing: autoencoder.encoder, inputShape: [3, side, side])
      encoder = try training.program(encoding, outputs: [Graph.mainOutput])
      let moments = encoding.shape(of: Graph.mainOutput) ?? []
      decoder = try training.program(
        Graph(
          tracing: autoencoder.decoder,
          inputShape: [autoencoder.configuration.latentChannels] + moments.dropFirst()),
        outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
      likeness = try Likeness(of: side, in: training)
    }

    /// Adds all gradients of a batch.
    func loss(of pictures: [Raster], _ seeds: [UInt64], _ state: TrainingState) -> Double {
      let count = pictures.count
      encoder.fill(pictures)
      encoder.forward(count: count, parameters: state.parameters, buffers: state.statistics)
      let moments = encoder.values(of: Graph.mainOutput)
      let posteriors = seeds.enumerated().map { image, seed in
        let own = moments.image(image, of: count)
        return LatentPosterior(
          moments: own.pixelPlanes, shape: [own.channels / 2, own.rows, own.columns], seed: seed)
      }
      decoder.fill(posteriors.map(\.sample))
      decoder.forward(count: count, parameters: state.parameters, buffers: state.statistics)
      let seen = likeness.measure(decoder, pictures)
      decoder.backward(into: state.gradients)
      let share =
        AutoencoderRecipe.divergenceWeight / Double(count * pictures[0].samples.count)
      let latentSlopes = decoder.gradients(ofInput: Graph.mainInput)
      var divergence = 0.0
      for image in posteriors.indices {
        let (part, gradient) = posteriors[image].gradient(
          latentSlopes.image(image, of: count).pixelPlanes, divergenceWeight: share)
        divergence += share * part
        let own = moments.image(image, of: count)
        encoder.gradients(of: Graph.mainOutput).image(image, of: count).map.fill(
          from: Tensor(shape: [own.channels, own.rows, own.columns], values: gradient),
          level: .current)
      }
      encoder.backward(into: state.gradients)
      return seen + divergence
    }
  }

  /// Measures what reconstructions keep.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try AutoencoderEvaluation(file: environment.path(fileNames[0]), workers: environment.workers)
      .metrics()
  }

  /// Faces and their reconstructions.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try AutoencoderEvaluation(file: environment.path(fileNames[0]), workers: environment.workers)
      .pictures()
  }
}

extension MapView {
  /// All values, one channel's behind the other's.
  fileprivate var pixelPlanes: [Float] { planar(shape: [channels, rows, columns]).values }
}
