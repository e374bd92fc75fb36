import Gradients
import Graphs
import Kernels
import Networks
import Recipes
import Tensors
import Training

/// The second part of a generator's training: pairs of a real and a made face, of which a critic says which looks more
/// real, while faces are found as before.
///
/// Source: Huang et al., arXiv 2501.05441, equations 2 to 4.
struct GeneratorSharpening {
  /// Of the part, for messages and its checkpoint.
  let name: String
  /// The networks.
  let parts: GeneratorParts
  /// Steps and hyperparameters.
  let plan: TrainingPlan

  /// Weight of the critic's squared gradient on real and on made faces.
  static let penaltyWeight = 1.0
  /// Steps from one penalty to the next, which counts for all of them.
  static let penaltyInterval = 8
  /// Weight of found faces, and their share of a batch.
  private static let (foundWeight, foundShare) = (0.25, 4)

  /// Trains all networks and writes those that stay, and the encoder.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func run(
    on faces: SyntheticTrainingSet, from learned: [String: Tensor], to file: String,
    in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let training = try TrainingSession(
      name, graphs: [parts.mapping, parts.synthesis, parts.encoder, parts.critic],
      initialValues: learned.merging(parts.firstValues(of: parts.critic, seed: plan.seed)) {
        first, _ in first
      }, plan: plan, environment: environment)
    let step = try Step(parts, plan.batchSize, training)
    let source = MirroredFaces(
      faces: faces, size: parts.generator.configuration.size, workers: environment.workers)
    let curve = try training.run(on: source) { samples, state in step.loss(samples, state) }
    try environment.write(
      [parts.mapping, parts.synthesis, parts.encoder].flatMap { training.tensors(of: $0) },
      metadata: environment.metadata(plan, curve), to: file)
    training.removeCheckpoint()
    return curve
  }

  /// What one step computes.
  private struct Step {
    private let sizes: StyleGAN2.Configuration
    private let mapping, synthesis, critic: GradientProgram
    private let finding: FoundFaces

    init(_ parts: GeneratorParts, _ batchSize: Int, _ training: TrainingSession) throws {
      sizes = parts.generator.configuration
      let found = Self.foundCount(of: batchSize)
      mapping = try training.program(
        parts.mapping, outputs: [Graph.mainOutput], inputs: [Graph.mainInput],
        capacity: batchSize + found)
      synthesis = try training.program(
        parts.synthesis, outputs: [Graph.mainOutput], inputs: [Graph.mainInput],
        capacity: batchSize + found)
      critic = try training.program(
        parts.critic, outputs: [Graph.mainOutput], inputs: [Graph.mainInput],
        capacity: 2 * batchSize)
      finding = try FoundFaces(parts, count: found, training)
    }

    private static func foundCount(of batch: Int) -> Int { max(1, batch / foundShare) }

    /// Adds all gradients of a batch.
    ///
    /// - Returns: the critic's loss of pairs, without penalties.
    func loss(_ samples: [MirroredFaces.Sample], _ state: TrainingState) -> Double {
      let count = samples.count
      let shown = samples.prefix(Self.foundCount(of: count))
      let wanted = shown.map(\.picture)
      // Made faces lie before found ones.
      let vectors =
        samples.map { NormalNumbers(seed: $0.seed).tensor([sizes.codeWidth], deviation: 1) }
        + finding.vectors(of: wanted, seeds: shown.map { $0.seed ^ 1 }, state)
      mapping.fill(vectors)
      mapping.forward(count: vectors.count, parameters: state.parameters)
      let codes = synthesis.input(count: vectors.count)
      codes.copyCodes(
        from: mapping.values(of: Graph.mainOutput), count: sizes.codeCount, first: 0)
      finding.addOffsets(to: codes, first: count)
      synthesis.forward(count: vectors.count, parameters: state.parameters)

      let (made, slopes) = (
        synthesis.values(of: Graph.mainOutput), synthesis.gradients(of: Graph.mainOutput)
      )
      let madeRows = 0..<count * sizes.size
      let foundRows = count * sizes.size..<(count + wanted.count) * sizes.size
      _ = finding.measure(
        made.rows(foundRows), wanted: wanted, addingTo: slopes.rows(foundRows),
        weight: GeneratorSharpening.foundWeight)
      let loss = judge(samples.map(\.picture), made.rows(madeRows), slopes.rows(madeRows), state)
      synthesis.backward(into: state.gradients)

      let codeSlopes = synthesis.gradients(ofInput: nil)
      codeSlopes.addCodes(
        to: mapping.gradients(of: Graph.mainOutput), count: sizes.codeCount, first: 0)
      mapping.backward(into: state.gradients)
      _ = finding.backward(
        vectors: mapping.gradients(ofInput: nil), codes: codeSlopes, first: count, state)
      return loss
    }

    /// The critic's side: its gradients, and those of the made faces by which the generator learns.
    private func judge(
      _ real: [Raster], _ made: MapView, _ slopes: MapView, _ state: TrainingState
    ) -> Double {
      let count = real.count
      let madeRows = count * sizes.size..<2 * count * sizes.size
      critic.fill(real)
      critic.input(count: 2 * count).rows(madeRows).copyValues(from: made)
      critic.forward(count: 2 * count, parameters: state.parameters)
      let scores = critic.values(of: Graph.mainOutput).pixelValues().map(Double.init)
      let pairs = (0..<count).map { PairLoss(real: scores[$0], made: scores[count + $0]) }
      critic.gradients(of: Graph.mainOutput).setAll { image, _ in
        image < count
          ? Float(-pairs[image].slope / Double(count))
          : Float(pairs[image - count].slope / Double(count))
      }
      critic.backward(into: state.gradients)
      let found = critic.gradients(ofInput: nil).rows(madeRows)
      let values = found.pixelValues()
      let pixels = sizes.size * sizes.size
      slopes.setAll { pixel, channel in
        pairs[pixel / pixels].generatorRatio * values[pixel * found.channels + channel]
      }
      if state.step.isMultiple(of: GeneratorSharpening.penaltyInterval) {
        // Both halves of the batch have a mean of their own, so the mean over all counts twice.
        _ = GradientPenalty.add(
          critic, count: 2 * count,
          weight: 2 * GeneratorSharpening.penaltyWeight
            * Double(GeneratorSharpening.penaltyInterval),
          parameters: state.parameters, to: state.gradients)
      }
      return pairs.reduce(0) { $0 + $1.loss } / Double(count)
    }
  }
}

/// What a critic says of a real and a made face: `f = log(1 + e^(made − real))` for itself, and the same with the two
/// exchanged for the generator.
package struct PairLoss {
  /// `made − real`, held where the exponential is a number.
  private let difference: Double

  /// Two scores of a critic.
  package init(real: Double, made: Double) { difference = min(max(made - real, -60), 60) }

  /// `f`, the critic's.
  package var loss: Double { max(difference, 0) + Elementary.logarithm(ofOnePlus: falling) }
  /// `f` by the made face's score; by the real one's it is its negative.
  package var slope: Double { 1 / (1 + Elementary.exponential(-difference)) }
  /// The generator's loss by the made face's score, divided by ``slope``: `−(1 − slope) / slope`.
  package var generatorRatio: Float { Float(-Elementary.exponential(-difference)) }

  private var falling: Double { Elementary.exponential(-abs(difference)) }
}
