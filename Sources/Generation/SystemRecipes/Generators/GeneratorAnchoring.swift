import Gradients
import Graphs
import Kernels
import Networks
import Objectives
import Recipes
import Tensors
import Training

/// The first part of a generator's training: faces through an encoder's vectors and back.
///
/// A face's vector is drawn from a distribution that the encoder gives and that is held near a normal one, so that random
/// vectors make faces too. Every second face's codes differ besides from layer to layer, by what the encoder says.
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", arXiv 1312.6114; Tov et al., "Designing an Encoder for
/// StyleGAN Image Manipulation", arXiv 2102.02766, for codes that differ.
struct GeneratorAnchoring {
  /// Of the part, for messages and its checkpoint.
  let name: String
  /// The networks.
  let parts: GeneratorParts
  /// Steps and hyperparameters.
  let plan: TrainingPlan

  /// Trains mapping, synthesis and encoder and writes them.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func run(
    on faces: SyntheticTrainingSet, to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graphs = [parts.mapping, parts.synthesis, parts.encoder]
    let training = try TrainingSession(
      name, graphs: graphs,
      initialValues: graphs.reduce(into: [:]) { values, graph in
        values.merge(parts.firstValues(of: graph, seed: plan.seed)) { first, _ in first }
      }, plan: plan, environment: environment)
    let finding = try FoundFaces(parts, count: plan.batchSize, training)
    let mapping = try training.program(
      parts.mapping, outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
    let synthesis = try training.program(
      parts.synthesis, outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
    let codeCount = parts.generator.configuration.codeCount
    let source = MirroredFaces(
      faces: faces, size: parts.generator.configuration.size, workers: environment.workers)
    let curve = try training.run(on: source) { samples, state in
      let pictures = samples.map(\.picture)
      let count = samples.count
      mapping.fill(finding.vectors(of: pictures, seeds: samples.map(\.seed), state))
      mapping.forward(count: count, parameters: state.parameters)
      let codes = synthesis.input(count: count)
      codes.copyCodes(from: mapping.values(of: Graph.mainOutput), count: codeCount, first: 0)
      finding.addOffsets(to: codes, first: 0)
      synthesis.forward(count: count, parameters: state.parameters)
      let loss = finding.measure(
        synthesis.values(of: Graph.mainOutput), wanted: pictures,
        addingTo: synthesis.gradients(of: Graph.mainOutput), weight: 1)
      synthesis.backward(into: state.gradients)
      let slopes = synthesis.gradients(ofInput: nil)
      slopes.addCodes(
        to: mapping.gradients(of: Graph.mainOutput), count: codeCount, first: 0)
      mapping.backward(into: state.gradients)
      let held = finding.backward(
        vectors: mapping.gradients(ofInput: nil), codes: slopes, first: 0, state)
      return loss + held
    }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) }, metadata: environment.metadata(plan, curve),
      to: file)
    training.removeCheckpoint()
    return curve
  }
}

/// Faces that an encoder finds vectors and codes of, and how far what is made of them is from them.
final class FoundFaces {
  private let encoder: GradientProgram
  private let perceptual: PerceptualLoss
  private let layout: EncodedFace
  private var posteriors: [LatentPosterior] = []

  /// Weights of the divergence from a normal distribution, and of the mean square by which codes differ.
  private static let (divergenceWeight, offsetWeight) = (2e-4, 1e-2)

  /// Prepares the encoder for batches.
  ///
  /// - Parameters:
  ///   - parts: whose encoder it is.
  ///   - count: faces of the largest batch.
  ///   - training: in which it learns.
  /// - Throws: errors of the embedded files of LPIPS.
  init(_ parts: GeneratorParts, count: Int, _ training: TrainingSession) throws {
    encoder = try training.program(parts.encoder, outputs: [Graph.mainOutput], capacity: count)
    layout = EncodedFace(parts.generator.configuration)
    perceptual = try PerceptualLoss(
      size: parts.generator.configuration.size, capacity: count, workers: training.workers)
  }

  /// Draws vectors of faces from the encoder's distributions.
  ///
  /// - Parameters:
  ///   - pictures: the faces.
  ///   - seeds: one a face.
  ///   - state: of the training.
  /// - Returns: `[D]` each.
  func vectors(of pictures: [Raster], seeds: [UInt64], _ state: TrainingState) -> [Tensor] {
    encoder.fill(pictures)
    encoder.forward(count: pictures.count, parameters: state.parameters)
    let found = encoder.values(of: Graph.mainOutput)
    posteriors = seeds.enumerated().map { image, seed in
      LatentPosterior(
        moments: Array(found.image(image, of: seeds.count).pixelValues()[layout.moments]),
        shape: [layout.width], seed: seed)
    }
    return posteriors.map(\.sample)
  }

  /// Adds to every second face's codes by what they differ from layer to layer.
  ///
  /// - Parameters:
  ///   - codes: of all images, `[N·L, 1, D]`.
  ///   - first: the image that is the first face.
  func addOffsets(to codes: MapView, first: Int) {
    let found = encoder.values(of: Graph.mainOutput)
    for image in posteriors.indices where Self.differs(image) {
      codes.rows(layout.rows(of: first + image)).add(
        found.rows(image..<image + 1).pixelValues()[layout.offsets])
    }
  }

  private static func differs(_ image: Int) -> Bool { !image.isMultiple(of: 2) }

  /// Measures pixels and what LPIPS sees of them.
  ///
  /// - Parameters:
  ///   - made: `[N·S, S, 3]`.
  ///   - wanted: the faces.
  ///   - gradient: shaped like `made`; it is added to.
  ///   - weight: factor on the gradient.
  /// - Returns: the loss, not weighted.
  func measure(
    _ made: MapView, wanted: [Raster], addingTo gradient: MapView, weight: Double
  ) -> Double {
    ValueLoss.absolute.measure(
      made, targets: wanted.flatMap(\.signedValues),
      addingTo: gradient, weight: weight)
      + perceptual.measure(made, wanted: wanted, addingTo: gradient, weight: weight)
  }

  /// Takes gradients back to the encoder's parameters.
  ///
  /// - Parameters:
  ///   - vectors: gradients by the vectors of all images, `[N, 1, D]`.
  ///   - codes: by their codes, `[N·L, 1, D]`.
  ///   - first: the image that is the first face.
  ///   - state: of the training.
  /// - Returns: what holds vectors near a normal distribution and codes near each other, weighted.
  func backward(
    vectors: MapView, codes: MapView, first: Int, _ state: TrainingState
  ) -> Double {
    let (found, slopes) = (
      encoder.values(of: Graph.mainOutput), encoder.gradients(of: Graph.mainOutput)
    )
    let count = Double(posteriors.count)
    var loss = 0.0
    for (image, posterior) in posteriors.enumerated() {
      let share = Self.divergenceWeight / count
      let (divergence, ofMoments) = posterior.gradient(
        vectors.rows(first + image..<first + image + 1).pixelValues(), divergenceWeight: share)
      loss += share * divergence
      var gradient = ofMoments
      if Self.differs(image) {
        let offsets = found.rows(image..<image + 1).pixelValues()[layout.offsets]
        let ofCodes = codes.rows(layout.rows(of: first + image)).pixelValues()
        let held = Self.offsetWeight / (count * Double(offsets.count))
        loss += held * offsets.reduce(0) { $0 + Double($1) * Double($1) }
        gradient += zip(offsets, ofCodes).map { $1 + Float(2 * held) * $0 }
      }
      slopes.rows(image..<image + 1).add(gradient[...])
    }
    encoder.backward(into: state.gradients)
    return loss
  }
}
