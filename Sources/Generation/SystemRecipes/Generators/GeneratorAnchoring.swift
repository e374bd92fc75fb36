import Gradients
import Graphs
import Kernels
import Networks
import Objectives
import Recipes
import Tensors
import Training

/// The first part of a generator's training: faces through an encoder's codes and back.
struct GeneratorAnchoring {
  /// Of the part, for messages and its checkpoint.
  let name: String
  /// The networks.
  let parts: GeneratorParts
  /// Steps and hyperparameters.
  let plan: TrainingPlan

  /// Weight of codes' mean square, which keeps them where random vectors lead.
  static let codeWeight = 1e-3

  /// Trains synthesis and encoder and writes them.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func run(
    on faces: SyntheticTrainingSet, to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graphs = [parts.synthesis, parts.encoder]
    let training = try TrainingSession(
      name, graphs: graphs,
      initialValues: graphs.reduce(into: [:]) { values, graph in
        values.merge(parts.firstValues(of: graph, seed: plan.seed)) { first, _ in first }
      }, plan: plan, environment: environment)
    let finding = try FoundFaces(parts, count: plan.batchSize, training)
    let synthesis = try training.program(
      parts.synthesis, outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
    let source = MirroredFaces(
      faces: faces, size: parts.generator.configuration.size, workers: environment.workers)
    let curve = try training.run(on: source) { samples, state in
      let pictures = samples.map(\.picture)
      finding.forward(pictures, into: synthesis.input(count: samples.count), first: 0, state)
      synthesis.forward(count: samples.count, parameters: state.parameters)
      let loss = finding.measure(
        synthesis.values(of: Graph.mainOutput), wanted: pictures,
        addingTo: synthesis.gradients(of: Graph.mainOutput), weight: 1)
      synthesis.backward(into: state.gradients)
      let squares = finding.backward(
        synthesis.gradients(ofInput: nil), first: 0, codeWeight: Self.codeWeight, state)
      return loss + squares
    }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) }, metadata: environment.metadata(plan, curve),
      to: file)
    training.removeCheckpoint()
    return curve
  }
}

/// Faces that an encoder finds codes of, and how far what is made of the codes is from them.
final class FoundFaces {
  private let encoder: GradientProgram
  private let perceptual: PerceptualLoss
  private let codeCount: Int

  /// Prepares the encoder for batches.
  ///
  /// - Parameters:
  ///   - parts: whose encoder it is.
  ///   - count: faces of the largest batch.
  ///   - training: in which it learns.
  /// - Throws: errors of the embedded files of LPIPS.
  init(_ parts: GeneratorParts, count: Int, _ training: TrainingSession) throws {
    encoder = try training.program(parts.encoder, outputs: [Graph.mainOutput], capacity: count)
    let sizes = parts.generator.configuration
    perceptual = try PerceptualLoss(
      size: sizes.size, capacity: count, workers: training.workers)
    codeCount = sizes.codeCount
  }

  /// Finds codes.
  ///
  /// - Parameters:
  ///   - pictures: the faces.
  ///   - codes: where they go.
  ///   - first: the image that gets the first face's.
  ///   - state: of the training.
  func forward(_ pictures: [Raster], into codes: MapView, first: Int, _ state: TrainingState) {
    encoder.fill(pictures)
    encoder.forward(count: pictures.count, parameters: state.parameters)
    codes.copyCodes(from: encoder.values(of: Graph.mainOutput), count: codeCount, first: first)
  }

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

  /// Takes the codes' gradients back to the encoder's parameters.
  ///
  /// - Parameters:
  ///   - codes: gradients of all codes.
  ///   - first: the image whose codes the first face has.
  ///   - codeWeight: factor on the codes' mean square.
  ///   - state: of the training.
  /// - Returns: the weighted mean square.
  func backward(
    _ codes: MapView, first: Int, codeWeight: Double, _ state: TrainingState
  ) -> Double {
    let (found, slopes) = (
      encoder.values(of: Graph.mainOutput), encoder.gradients(of: Graph.mainOutput)
    )
    let squares = ValueLoss.squared.measure(
      found, targets: [Float](repeating: 0, count: found.pixels * found.channels),
      addingTo: slopes, weight: codeWeight)
    codes.addCodes(to: slopes, count: codeCount, first: first)
    encoder.backward(into: state.gradients)
    return codeWeight * squares
  }
}
