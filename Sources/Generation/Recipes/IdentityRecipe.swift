import Faces
import Gradients
import Graphs
import Images
import Models
import Networks
import Tensors
import Training

/// The identity network: learns to bring photos of a person together and other persons apart.
package struct IdentityRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = CompactNetworks.iResNet.name
  /// What it is for and what it learns.
  package let summary =
    "Face embeddings for ID: trained on persons in changing pose, light, expression and dress, to find a "
    + "person's other photo among those of others and, with the additive angular margin, its centre."
  /// The faces that it is trained on.
  package var data: String { faces.text }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  /// The plan in words, and what a sample is.
  package var hyperparameters: String { "\(plan.description); a sample is two photos of a person" }
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses length, batches and faces of the training.
  ///
  /// - Parameters:
  ///   - steps: of the whole training.
  ///   - batchSize: persons of a batch; each shows two of its photos.
  ///   - faces: who is learned from, at least two photos each.
  package init(
    steps: Int = 2400, batchSize: Int = 64, faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 103, optimizer: .adamW(weightDecay: 0.05),
      schedule: .cosine(peak: 2e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 1e-5),
      maximumGradientNorm: 5, emaDecay: 0.995)
  }

  /// Where the face's part of a picture begins, as in `Preprocessing.compactFace96`.
  private static let origin = (row: 17, column: 15)

  /// Trains the network on two photos of each person of a batch.
  ///
  /// A photo is `[128, 128, 3]`, of which the network sees 96×96 pixels; its result is an embedding of 128 values.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let trunk = CompactNetworks.iResNet
    let graph = try Graph(tracing: HeadedNetwork(trunk: trunk, isNormalized: true))
    let losses = EmbeddingLosses(plan, people: faces.plan.people)
    let training = try TrainingSession(
      name, graphs: [graph], lossParameters: losses.parameters(seed: plan.seed), plan: plan,
      environment: environment)
    let program = try training.program(
      graph, outputs: [HeadedNetwork.unit], capacity: 2 * plan.batchSize)
    let curve = try training.run(on: photoPairs(of: faces, environment.workers)) { batch, state in
      program.fill(batch.pictures, rows: Self.origin.row, columns: Self.origin.column)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, buffers: state.statistics)
      let loss = losses.measure(
        program.values(of: HeadedNetwork.unit), of: batch.targets, in: state,
        addingTo: program.gradients(of: HeadedNetwork.unit), workers: training.workers)
      program.backward(into: state.gradients)
      return loss
    }
    try environment.write(
      training.tensors(of: try Graph(tracing: trunk)), metadata: environment.metadata(plan),
      to: fileNames[0])
    training.removeCheckpoint()
    return [curve]
  }

  /// Batches of two varied photos a person, whose targets are the persons' numbers.
  private func photoPairs(of faces: SyntheticTrainingSet, _ workers: Workers) -> PhotoPairs {
    PhotoPairs(
      photos: SyntheticBatches(
        faces: faces, variation: Variation(gain: 0.06, offset: 5), workers: workers
      ) { sample, _, _ in Int32(sample / faces.plan.photos) })
  }

  // MARK: Evaluation

  /// Persons that are evaluated, four pairs each.
  private static let people = 750
  private static let photos = 4

  /// The accuracy of verification on persons of the test world, 0…1, and the mean cosines, −1…1.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let network = try LoadedNetwork(
      CompactNetworks.iResNet, checkpoint: environment.path(fileNames[0]))
    let threshold = Self.bestThreshold(
      try cosines(network, .validation, people: 250, environment.workers))
    let pairs = try cosines(network, .test, people: Self.people, environment.workers)
    let right = pairs.count { ($0.cosine >= threshold) == $0.isSame }
    let (same, other) = (pairs.filter(\.isSame), pairs.filter { !$0.isSame })
    func meanCosine(_ pairs: [ComparedPhotos]) -> Double {
      pairs.reduce(0) { $0 + $1.cosine } / Double(pairs.count)
    }
    let data =
      "\(pairs.count) pairs of photos of \(Self.people) persons of the test world, half of them of one "
      + "person in another pose, light, expression and dress; threshold "
      + "\(Double(Int(threshold * 1000)) / 1000) from the validation world"
    return [
      HeldOutMetric(
        name: "verification accuracy", value: Double(right) / Double(pairs.count), minimum: 0.98,
        data: data),
      HeldOutMetric(
        name: "mean cosine, one person", value: meanCosine(same), minimum: nil, data: data),
      HeldOutMetric(
        name: "mean cosine, two persons", value: meanCosine(other), minimum: nil, data: data),
    ]
  }

  /// Two photos whose embeddings were compared.
  private struct ComparedPhotos {
    let cosine: Double
    let isSame: Bool
  }

  /// Cosines of four pairs of a person: two of their own photos, two with another person's.
  private func cosines(
    _ network: LoadedNetwork, _ world: World, people: Int, _ workers: Workers
  ) throws -> [ComparedPhotos] {
    let plan = {
      var plan = SyntheticTrainingSet.Plan(people: people, photos: Self.photos)
      (plan.world, plan.seed) = (world, 2)
      return plan
    }()
    let vectors = try network.vectors(plan.count, workers: workers) { sample in
      try Preprocessing.compactFace96.apply(
        Portrait(plan.scene(sample), size: SyntheticTrainingSet.drawnSide).image)
    }.map(\.unitVector)
    var random = SplitMix64(seed: 11)
    return (0..<people).flatMap { person in
      let own = person * Self.photos
      return (0..<4).map { number in
        let isSame = number < 2
        let other = (person + 1 + random.nextIndex(below: people - 1)) % people
        let first = vectors[own + number]
        let second =
          isSame
          ? vectors[own + number + 2]
          : vectors[other * Self.photos + random.nextIndex(below: Self.photos)]
        return ComparedPhotos(cosine: first.dot(second), isSame: isSame)
      }
    }
  }

  /// The threshold that is right most often, in the middle of the two cosines around it.
  private static func bestThreshold(_ pairs: [ComparedPhotos]) -> Double {
    let sorted = pairs.sorted { ($0.cosine, $0.isSame ? 1 : 0) < ($1.cosine, $1.isSame ? 1 : 0) }
    // Below the first cosine everything counts as one person.
    var right = sorted.count(where: \.isSame)
    var best = (right: right, threshold: -1.0)
    for (index, pair) in sorted.enumerated() {
      right += pair.isSame ? -1 : 1
      let next = index + 1 < sorted.count ? sorted[index + 1].cosine : 1
      if right > best.right { best = (right, (pair.cosine + next) / 2) }
    }
    return best.threshold
  }
}

/// Two photos of every person of a batch: the first ones of all, then the second ones in the same order.
private struct PhotoPairs: BatchSource {
  let photos: SyntheticBatches<Int32>

  var sampleCount: Int { photos.faces.plan.people }

  func batch(_ request: BatchRequest) throws -> SyntheticBatches<Int32>.Batch {
    var random = SplitMix64(seed: request.seed)
    let count = photos.faces.plan.photos
    let pairs = request.samples.map { person in
      let first = random.nextIndex(below: count)
      let second = (first + 1 + random.nextIndex(below: count - 1)) % count
      return (person * count + first, person * count + second)
    }
    return try photos.batch(
      BatchRequest(
        step: request.step, samples: pairs.map(\.0) + pairs.map(\.1), seed: request.seed))
  }
}
