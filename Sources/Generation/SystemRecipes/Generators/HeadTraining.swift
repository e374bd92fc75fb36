import Gradients
import Graphs
import Kernels
import Networks
import Objectives
import Recipes
import Systems
import Tensors
import Training
import Volumes

/// The training of a generator of heads, and of an encoder that finds a head's code in its front.
struct HeadTraining {
  /// Of the training, for messages and its checkpoint.
  let name: String
  /// Steps and hyperparameters.
  let plan: TrainingPlan
  /// How many steps see pictures of half the side.
  let coarseSteps: Int
  /// Whose heads.
  let heads: SyntheticTrainingSet.Plan
  /// From how many sides each is seen beside its front.
  let sides: Int

  /// What finds codes: reads `[3, 64, 64]`, gives `[D]`.
  static let encoder = PrefixedNetwork(
    part: CompactDiscriminator(
      name: "encoder", for: StyleGAN2.compact.configuration,
      outputs: CompactNetworks.headPlanes.configuration.codeWidth), prefix: "encoder")

  /// Weights of LPIPS and of the cover beside the pixels' absolute error.
  private static let (perceptualWeight, coverWeight) = (0.5, 0.2)

  /// Trains all networks and writes them.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func run(to file: String, in environment: TrainingEnvironment) throws -> LossCurve {
    let graphs = [
      try Graph(tracing: CompactNetworks.headPlanes.mapping),
      try Graph(tracing: CompactNetworks.headPlanes.synthesis),
      try Graph(tracing: CompactNetworks.headDecoder),
      try Graph(tracing: Self.encoder),
    ]
    var initial = graphs[0].equalizedValues(seed: plan.seed, rate: StyleGAN2Mapping.rate)
    for graph in graphs.dropFirst() {
      initial.merge(graph.equalizedValues(seed: plan.seed)) { first, _ in first }
    }
    let training = try TrainingSession(
      name, graphs: graphs, initialValues: initial, plan: plan, environment: environment)
    let step = try Step(graphs, plan.batchSize, training)
    let source = try TurnedHeads(
      heads, sides: sides, coarseSteps: coarseSteps, in: environment)
    let curve = try training.run(on: source) { samples, state in step.loss(samples, state) }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) }, metadata: environment.metadata(plan, curve),
      to: file)
    training.removeCheckpoint()
    return curve
  }

  /// What one step computes.
  private struct Step {
    private let encoder, mapping, synthesis: GradientProgram
    private let renderer: PlaneRenderer
    /// Of pictures of either size.
    private let perceptual: [Int: PerceptualLoss]
    private let sizes = CompactNetworks.headPlanes.configuration

    init(_ graphs: [Graph], _ batchSize: Int, _ training: TrainingSession) throws {
      encoder = try training.program(graphs[3], outputs: [Graph.mainOutput])
      mapping = try training.program(
        graphs[0], outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
      synthesis = try training.program(
        graphs[1], outputs: [Graph.mainOutput], inputs: [Graph.mainInput])
      renderer = try PlaneRenderer(
        CompactNetworks.headDecoder, weights: [String: Tensor](),
        learned: training.state.parameters, settings: HeadGenerator.settings, views: batchSize,
        workers: training.workers)
      perceptual = try Dictionary(
        uniqueKeysWithValues: [HeadGenerator.side / 2, HeadGenerator.side].map { side in
          (
            side,
            try PerceptualLoss(size: side, capacity: batchSize, workers: training.workers)
          )
        })
    }

    /// Adds all gradients of a batch.
    func loss(_ samples: [TurnedHeads.Sample], _ state: TrainingState) -> Double {
      let count = samples.count
      encoder.fill(samples.map(\.front))
      encoder.forward(count: count, parameters: state.parameters)
      mapping.input(count: count).copyCodes(
        from: encoder.values(of: Graph.mainOutput), count: 1, first: 0)
      mapping.forward(count: count, parameters: state.parameters)
      synthesis.input(count: count).copyCodes(
        from: mapping.values(of: Graph.mainOutput), count: sizes.codeCount, first: 0)
      synthesis.forward(count: count, parameters: state.parameters)
      let planes = synthesis.values(of: Graph.mainOutput)
      let views = samples.enumerated().map { index, sample in
        PlaneRenderer.View(
          planes: planes.image(index, of: count),
          rays: HeadGenerator.rays(of: sample.view, side: sample.picture.width),
          places: .seeded(sample.seed))
      }
      let (loss, changes) = judge(renderer.render(views), samples)
      let slopes = synthesis.gradients(of: Graph.mainOutput)
      renderer.addGradients(
        of: changes, views, to: (0..<count).map { slopes.image($0, of: count) },
        parameters: state.gradients)
      synthesis.backward(into: state.gradients)
      synthesis.gradients(ofInput: nil).addCodes(
        to: mapping.gradients(of: Graph.mainOutput), count: sizes.codeCount, first: 0)
      mapping.backward(into: state.gradients)
      mapping.gradients(ofInput: nil).addCodes(
        to: encoder.gradients(of: Graph.mainOutput), count: 1, first: 0)
      encoder.backward(into: state.gradients)
      return loss
    }

    /// The loss of pictures and covers, and what it means for renderings.
    private func judge(
      _ renderings: [PlaneRenderer.Rendering], _ samples: [TurnedHeads.Sample]
    ) -> (loss: Double, changes: [PlaneRenderer.Rendering]) {
      let side = samples[0].picture.width
      let pictures = HeadPictures(renderings, side: side)
      var loss = ValueLoss.absolute.measure(
        pictures.values, targets: samples.flatMap(\.picture.signedValues),
        addingTo: pictures.gradients)
      let seen = perceptual[side]?.measure(
        pictures.values, wanted: samples.map(\.picture), addingTo: pictures.gradients,
        weight: HeadTraining.perceptualWeight)
      loss += HeadTraining.perceptualWeight * (seen ?? 0)
      let pixels = renderings[0].opacities.count
      let share = HeadTraining.coverWeight / Double(samples.count * pixels)
      var opacities: [[Float]] = []
      for (rendering, sample) in zip(renderings, samples) {
        let covers = (0..<pixels).map { pixel in
          CoverLoss(
            Double(rendering.opacities[pixel]), wanted: Double(sample.cover.samples[pixel]) / 255)
        }
        loss += covers.reduce(0) { $0 + share * $1.loss }
        opacities.append(covers.map { Float(share * $0.slope) })
      }
      return (loss, pictures.changes(opacities: opacities))
    }
  }
}

/// The cross entropy of a pixel's cover, `−a ln o − (1 − a) ln(1 − o)`, whose logarithms do not leave a thousandth from 0 and 1.
private struct CoverLoss {
  let loss: Double
  /// By `o`.
  let slope: Double

  init(_ opacity: Double, wanted: Double) {
    let held = min(max(opacity, 1e-3), 1 - 1e-3)
    loss =
      -wanted * Elementary.logarithm(held) - (1 - wanted) * Elementary.logarithm(1 - held)
    slope = (held - wanted) / (held * (1 - held))
  }
}
