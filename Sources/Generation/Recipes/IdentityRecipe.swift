import Faces
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors
import Training

/// The identity network: learns to bring photos of a person together and other persons apart.
package struct IdentityRecipe: Recipe {
  package let name = CompactNetworks.iResNet.name
  package let purpose =
    "Face embeddings for ID: trained on persons in changing pose, light, expression and dress, to find a "
    + "person's other photo among those of others and, with the additive angular margin, its centre."
  package var material: String { faces.text }
  package let plan: TrainingPlan
  package var rules: String { "\(plan.description); a sample is two photos of a person" }
  private let faces: StudyFaces.Plan

  /// Chooses length, batches and faces of the training.
  ///
  /// - Parameters:
  ///   - steps: of the whole training.
  ///   - batchSize: persons of a batch; each shows two of its photos.
  ///   - faces: who is learned from, at least two photos each.
  package init(
    steps: Int = 2400, batchSize: Int = 64, faces: StudyFaces.Plan = .shared
  ) {
    self.faces = faces
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 103, rule: .adamW(decay: 0.05),
      schedule: .cosine(peak: 2e-3, warmUp: steps / 20, steps: steps, final: 1e-5),
      greatestNorm: 5, averageDecay: 0.995)
  }

  /// Where the face's part of a picture begins, as in `Preprocessing.compactFace96`.
  private static let origin = (row: 17, column: 15)
  private static let embeddingWidth = 128

  package func train(_ kitchen: Kitchen) throws -> [LossCurve] {
    let faces = try kitchen.faces(self.faces)
    let trunk = CompactNetworks.iResNet
    let graph = try Graph(tracing: HeadedNetwork(trunk: trunk, isNormalized: true))
    let (pairs, pictures) = (plan.batchSize, 2 * plan.batchSize)
    let matching = ContrastiveLoss(
      name: "scale", width: Self.embeddingWidth, capacity: pairs)
    let margin = AngularMargin(
      name: "centres", classes: faces.plan.people, width: Self.embeddingWidth, capacity: pictures,
      scale: 24, margin: 0.25)
    // Short centres, since a step turns long ones by little.
    let centres = NormalNumbers(seed: plan.seed).tensor(margin.parameter.shape, deviation: 0.02)
    let scale = Tensor(shape: [], values: [ContrastiveLoss.initialTemperature])
    let training = try Apprenticeship(
      name, graphs: [graph], others: [(margin.parameter, centres), (matching.parameter, scale)],
      plan: plan, kitchen: kitchen)
    let program = try training.program(
      graph, outputs: [HeadedNetwork.unit], capacity: pictures)
    let ignored = AlignedMemory.zeros(pictures * Self.embeddingWidth)
    let source = PhotoPairs(
      photos: StudyBatches(
        faces: faces, variation: Variation(gain: 0.06, offset: 5), workers: kitchen.workers
      ) { sample, _, _ in Int32(sample / faces.plan.photos) })
    let curve = try training.run(on: source) { batch, state in
      program.fill(batch.pictures, rows: Self.origin.row, columns: Self.origin.column)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, statistics: state.statistics)
      let (embeddings, gradients) = (
        program.values(of: HeadedNetwork.unit), program.gradients(of: HeadedNetwork.unit)
      )
      let matched = matching.measure(
        images: embeddings.half(0), texts: embeddings.half(1), parameters: state.parameters,
        addingTo: (gradients.half(0), gradients.half(1), state.gradients),
        workers: training.workers)
      // Centres follow the embeddings before they lead them: what a centre that knows nobody yet asks
      // for would be noise.
      let leads = state.step >= plan.steps / 3
      let marked = margin.measure(
        embeddings, targets: batch.targets, parameters: state.parameters,
        addingTo: leads ? gradients : ignored.rows(embeddings.pixels, width: embeddings.channels),
        gradients: state.gradients, workers: training.workers)
      program.backward(into: state.gradients)
      return matched.loss + marked.loss
    }
    try kitchen.write(
      training.tensors(of: try Graph(tracing: trunk)), note: kitchen.note(plan),
      to: fileNames[0])
    training.finish()
    return [curve]
  }

  // MARK: Judging

  /// Persons that are judged, four pairs each.
  private static let people = 750
  private static let photos = 4

  package func figures(_ kitchen: Kitchen) throws -> [Figure] {
    let network = try LoadedNetwork(
      CompactNetworks.iResNet, checkpoint: kitchen.path(fileNames[0]))
    let threshold = Self.bestThreshold(
      try cosines(network, .validation, people: 250, kitchen.workers))
    let judged = try cosines(network, .test, people: Self.people, kitchen.workers)
    let right = judged.count { ($0.cosine >= threshold) == $0.isSame }
    let (same, other) = (judged.filter(\.isSame), judged.filter { !$0.isSame })
    func mean(_ pairs: [JudgedPair]) -> Double {
      pairs.reduce(0) { $0 + $1.cosine } / Double(pairs.count)
    }
    let material =
      "\(judged.count) pairs of photos of \(Self.people) persons of the test world, half of them of one "
      + "person in another pose, light, expression and dress; threshold "
      + "\(Double(Int(threshold * 1000)) / 1000) from the validation world"
    return [
      Figure(
        name: "verification accuracy", value: Double(right) / Double(judged.count), floor: 0.98,
        material: material),
      Figure(name: "mean cosine, one person", value: mean(same), floor: nil, material: material),
      Figure(name: "mean cosine, two persons", value: mean(other), floor: nil, material: material),
    ]
  }

  private struct JudgedPair {
    let cosine: Double
    let isSame: Bool
  }

  /// Cosines of four pairs of a person: two of its own photos, two with another person's.
  private func cosines(
    _ network: LoadedNetwork, _ world: World, people: Int, _ workers: Workers
  ) throws -> [JudgedPair] {
    let plan = {
      var plan = StudyFaces.Plan(people: people, photos: Self.photos)
      (plan.world, plan.seed) = (world, 2)
      return plan
    }()
    let vectors = try network.vectors(plan.count, workers: workers) { sample in
      try Preprocessing.compactFace96.apply(
        Portrait(plan.scene(sample), size: StudyFaces.drawnSide).image)
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
        return JudgedPair(cosine: first.dot(second), isSame: isSame)
      }
    }
  }

  /// The threshold that is right most often, in the middle of the two cosines around it.
  private static func bestThreshold(_ pairs: [JudgedPair]) -> Double {
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
  let photos: StudyBatches<Int32>

  var sampleCount: Int { photos.faces.plan.people }

  func batch(_ request: BatchRequest) throws -> StudyBatches<Int32>.Batch {
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

extension FeatureMap {
  /// The first or the second half of the rows `[2N, D]`.
  fileprivate func half(_ number: Int) -> FeatureMap {
    let count = pixels / 2
    return FeatureMap(
      base: base + number * count * pixelStride, rows: count, columns: 1, channels: channels,
      pixelStride: pixelStride)
  }
}
