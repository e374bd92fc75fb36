import Checkpoints
import Faces
import Foundation
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Objectives
import Recipes
import Tensors
import Training

/// The autoencoder of the compact systems that diffuse in latents.
///
/// It learns pixels and what LPIPS sees of them, and to keep latents near a normal distribution. Then the latents' scale
/// is measured, and codes are fitted to them for the system that decodes quantized latents.
///
/// Source: Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", arXiv 2112.10752, section 3.1
/// and appendix G; `CompVis/latent-diffusion`, `ldm/modules/losses/contperceptual.py`.
///
/// - Deviation: no discriminator; codes are fitted behind the training, not learned in it.
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
  private let faces: SyntheticTrainingSet.Plan
  /// Codes that are fitted, and latents that they are fitted to.
  private let (codes, codedFaces): (Int, Int)

  /// Chooses length, batches, faces and codes.
  package init(
    steps: Int = 1750, batchSize: Int = 16, faces: SyntheticTrainingSet.Plan = .shared,
    codes: Int = CompactNetworks.codeCount, codedFaces: Int = 100
  ) {
    self.faces = faces
    (self.codes, self.codedFaces) = (codes, codedFaces)
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 149, optimizer: .adamW(weightDecay: 0.01),
      schedule: .cosine(peak: 2e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 2e-5),
      maximumGradientNorm: 1, emaDecay: 0.995)
  }

  /// Both halves.
  package var networks: [any PublishedNetwork] { [CompactNetworks.autoencoder] }

  /// Weight of the divergence from a normal distribution, where pixels count 1 each.
  private static let divergenceWeight = 1e-6

  /// Trains both halves, then measures the scale and fits the codes.
  ///
  /// A sample is a picture of `[128, 128, 3]` and the noise by which its latent `[4, 32, 32]` is drawn.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try environment.trainingSet(self.faces)
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
    let graphs = try Self.graphs()
    let values = try checkpoint.bind(to: graphs.flatMap(\.parameters))
    try environment.write(
      graphs.flatMap(\.parameters).compactMap { parameter in
        values[parameter.name].map { (parameter.name, $0) }
      } + [
        (CompactNetworks.codebookName, Tensor(shape: [self.codes, width], values: codes)),
        (
          LatentAutoencoder.scaleName,
          Tensor(shape: [1], values: [Float(1 / Self.deviation(of: latents))])
        ),
      ], metadata: environment.metadata(plan), to: fileNames[0])
    unlink(environment.path(first))
    return [curve]
  }

  private static func graphs() throws -> [Graph] {
    [
      try Graph(tracing: CompactNetworks.autoencoder.encoder),
      try Graph(tracing: CompactNetworks.autoencoder.decoder),
    ]
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
    let graphs = try Self.graphs()
    let training = try TrainingSession(name, graphs: graphs, plan: plan, environment: environment)
    let encoder = try training.program(graphs[0], outputs: [Graph.mainOutput])
    let decoder = try training.program(
      graphs[1], outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
    let perceptual = try PerceptualLoss(
      size: SyntheticTrainingSet.side, capacity: plan.batchSize, workers: environment.workers)
    let source = SyntheticBatches<UInt64>(
      faces: faces, variation: Variation(shift: 2, gain: 0, offset: 0, blurring: 0, noise: 0),
      workers: environment.workers
    ) { _, _, seed in seed }
    let curve = try training.run(on: source) { batch, state in
      let count = batch.pictures.count
      encoder.fill(batch.pictures)
      encoder.forward(count: count, parameters: state.parameters, buffers: state.statistics)
      let moments = encoder.values(of: Graph.mainOutput)
      let posteriors = batch.targets.enumerated().map { image, seed in
        LatentPosterior(moments.image(image, of: count), seed: seed)
      }
      decoder.fill(posteriors.map(\.sample))
      decoder.forward(count: count, parameters: state.parameters, buffers: state.statistics)
      let (made, slopes) = (
        decoder.values(of: Graph.mainOutput), decoder.gradients(of: Graph.mainOutput)
      )
      let pixels = ValueLoss.absolute.measure(
        made, targets: batch.pictures.flatMap(\.signedValues),
        addingTo: slopes)
      let seen = perceptual.measure(made, wanted: batch.pictures, addingTo: slopes, weight: 1)
      decoder.backward(into: state.gradients)
      let share =
        Self.divergenceWeight / Double(count * batch.pictures[0].samples.count)
      let latentSlopes = decoder.gradients(ofInput: Graph.mainInput)
      var divergence = 0.0
      for image in posteriors.indices {
        let (part, gradient) = posteriors[image].gradient(
          latentSlopes.image(image, of: count), divergenceWeight: share)
        divergence += share * part
        encoder.gradients(of: Graph.mainOutput).image(image, of: count).map
          .fill(from: gradient, level: .current)
      }
      encoder.backward(into: state.gradients)
      return pixels + seen + divergence
    }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) }, metadata: environment.metadata(plan, curve),
      to: file)
    training.removeCheckpoint()
    return curve
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

/// The normal distribution of a latent while an autoencoder is trained, and the latent that is drawn from it.
struct LatentPosterior {
  private let mean: [Float]
  private let logVariance: [Float]
  private let noise: [Float]
  /// `[Z, s, s]`.
  let sample: Tensor

  /// Draws a latent.
  ///
  /// - Parameters:
  ///   - moments: `[s·s, 2 Z]` of one image.
  ///   - seed: of the noise.
  init(_ moments: MapView, seed: UInt64) {
    let channels = moments.channels / 2
    let shape = [channels, moments.rows, moments.columns]
    let all = moments.planar(shape: [2 * channels, moments.rows, moments.columns]).values
    let count = all.count / 2
    mean = Array(all[..<count])
    // The reference's bounds; `DiagonalGaussianDistribution`.
    logVariance = all[count...].map { min(max($0, -30), 20) }
    var numbers = NormalNumbers(seed: seed)
    noise = mean.map { _ in numbers.next() }
    var values = mean
    for index in values.indices {
      values[index] += Float(Elementary.exponential(Double(logVariance[index]) / 2)) * noise[index]
    }
    sample = Tensor(shape: shape, values: values)
  }

  /// The divergence from a normal distribution, and the gradient by the moments.
  ///
  /// - Parameters:
  ///   - slopes: by the drawn latent, `[s·s, Z]`.
  ///   - divergenceWeight: of the divergence in the loss.
  /// - Returns: the divergence, and `[2 Z, s, s]`.
  func gradient(
    _ slopes: MapView, divergenceWeight: Double
  ) -> (divergence: Double, gradient: Tensor) {
    let bySample = slopes.planar(shape: sample.shape).values
    var (ofMean, ofVariance) = (bySample, bySample)
    var divergence = 0.0
    for index in mean.indices {
      let variance = Elementary.exponential(Double(logVariance[index]))
      let deviation = variance.squareRoot()
      let (mean, slope) = (Double(mean[index]), Double(bySample[index]))
      divergence += (mean * mean + variance - 1 - Double(logVariance[index])) / 2
      ofMean[index] = Float(slope + divergenceWeight * mean)
      ofVariance[index] = Float(
        slope * Double(noise[index]) * deviation / 2 + divergenceWeight * (variance - 1) / 2)
    }
    let shape = [2 * sample.shape[0]] + sample.shape.dropFirst()
    return (divergence, Tensor(shape: shape, values: ofMean + ofVariance))
  }
}
