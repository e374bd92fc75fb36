import Faces
import Gradients
import Graphs
import Images
import Metrics
import Models
import Networks
import Objectives
import Tensors
import Training

/// FID's extractor: learns who is on a picture and what can be said of them.
package struct InceptionRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = CompactNetworks.inception.name
  /// What it is for and what it learns.
  package let summary =
    "Features for FID and KID: trained to report persons and their attributes apart."
  /// The faces that it is trained on.
  package var data: String { faces.text }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses length, batches and faces of the training.
  package init(
    steps: Int = 1000, batchSize: Int = 48, faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 101, optimizer: .adamW(weightDecay: 0.02),
      schedule: .cosine(peak: 3e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 1e-5),
      maximumGradientNorm: 5, emaDecay: 0.995)
  }

  /// Weight of the attributes' loss; that of the persons' loss is 0.3.
  private static let traitWeight = 15.0

  private struct Target: Sendable {
    let person: Int32
    let traits: [Float]
  }

  /// Trains the network with two linear heads on its features, persons and attributes, which are dropped in the end.
  ///
  /// A sample is a picture of `[128, 128, 3]`, its person's number and its attributes, 0 or 1 each.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let photos = faces.plan.photos
    let trunk = CompactNetworks.inception
    let graph = try Graph(
      tracing: HeadedNetwork(
        trunk: trunk,
        heads: [("traits", SyntheticTrainingSet.traitCount), ("people", faces.plan.people)]))
    let training = try TrainingSession(name, graphs: [graph], plan: plan, environment: environment)
    let program = try training.program(graph, outputs: ["traits", "people"])
    let traits = environment.workers.map(faces.count) { sample, _ in faces.traits(sample).values }
    let source = SyntheticBatches<Target>(
      faces: faces, variation: Variation(), workers: environment.workers
    ) { sample, _, _ in
      Target(person: Int32(sample / photos), traits: traits[sample])
    }
    let curve = try training.run(on: source) { batch, state in
      program.fill(batch.pictures)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, buffers: state.statistics)
      let people = CrossEntropy(smoothing: 0.1).measure(
        program.values(of: "people"), targets: batch.targets.map(\.person),
        addingTo: program.gradients(of: "people"), weight: 0.3, workers: training.workers)
      let traits = ValueLoss.binaryCrossEntropy.measure(
        program.values(of: "traits"), targets: batch.targets.flatMap(\.traits),
        addingTo: program.gradients(of: "traits"), weight: Self.traitWeight)
      program.backward(into: state.gradients)
      return 0.3 * people.loss + Self.traitWeight * traits
    }
    try environment.write(
      training.tensors(of: try Graph(tracing: trunk)), metadata: environment.metadata(plan),
      to: fileNames[0])
    training.removeCheckpoint()
    return [curve]
  }

  // MARK: Evaluation

  /// Images of a set whose distance is measured.
  private static let setSize = 600

  /// Whether FID grows with each of five kinds of disturbance in five levels: 1 or 0 each.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let network = try LoadedNetwork(
      CompactNetworks.inception, checkpoint: environment.path(fileNames[0]))
    let pictures = environment.workers.map(Self.setSize) { number, _ in
      Portrait(World.test.scene(number, seed: 1), size: SyntheticTrainingSet.drawnSide).image
    }
    func features(_ picture: @Sendable (Int) throws -> Raster) throws -> FeatureMatrix {
      let vectors = try network.vectors(pictures.count, workers: environment.workers) {
        try Preprocessing.compact128.apply(try picture($0))
      }
      return try FeatureMatrix(
        rows: vectors.count, columns: vectors[0].count, values: vectors.flatMap(\.self))
    }
    let real = try features { pictures[$0] }
    return try SetDisturbance.allCases.flatMap { kind in
      let distances = try (1...5).map { level in
        try FrechetDistance.between(
          real, try features { try kind.apply(level, to: $0, of: pictures) },
          workers: environment.workers
        ).value
      }
      let grows = zip([0] + distances, distances).allSatisfy { $0 < $1 }
      let text = distances.map { "\(Double(Int($0 * 1000)) / 1000)" }.joined(separator: ", ")
      return [
        HeldOutMetric(
          name: "FID grows with \(kind.rawValue)", value: grows ? 1 : 0, minimum: 1,
          data: "\(pictures.count) faces of the test world; \(text)")
      ]
    }
  }
}

/// What is done to a set of pictures, in five levels.
enum SetDisturbance: String, CaseIterable {
  case blur, noise
  case jpeg = "JPEG"
  case colorShift = "a colour shift"
  case identityCollapse = "identity collapse"

  /// A picture of the disturbed set.
  ///
  /// - Parameters:
  ///   - level: 1…5.
  ///   - index: which picture.
  ///   - pictures: the whole set.
  /// - Returns: a picture of the same size.
  /// - Throws: `ImageError` if a JPEG just made cannot be read.
  func apply(_ level: Int, to index: Int, of pictures: [Raster]) throws -> Raster {
    let picture = pictures[index]
    return switch self {
    case .blur: try Distortion.blur.apply(strength: Double(level) * 0.75, to: picture, seed: 0)
    case .noise:
      try Distortion.noise.apply(
        strength: Double(level) * 7, to: picture, seed: UInt64(index))
    case .jpeg:
      try Distortion.jpeg.apply(strength: Double(level) * 18, to: picture, seed: 0)
    case .colorShift:
      try Distortion.color.apply(strength: Double(level) * 0.08, to: picture, seed: 0)
    // At each level fewer persons remain.
    case .identityCollapse: pictures[index % (pictures.count >> level)]
    }
  }
}
