import Diffusion
import Faces
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

/// The compact suite's guide: learns to see in a noisy face what the compact CLIP sees in the clean one.
///
/// Source: Liu et al., "More Control for Free! Image Synthesis with Semantic Diffusion Guidance", WACV 2023,
/// arXiv 2112.05744, section 3.2 (equation 11); hyperparameters of the paper but for the learning rate and batches,
/// which suit a smaller network.
package struct GuideRecipe: Recipe {
  /// The network's name, and that of its file.
  package let name = CompactNetworks.guide.name
  /// What it is for and what it learns.
  package let summary =
    "Guides SDG: the compact CLIP's image tower for noisy faces of 64 pixels, trained to tell which clean "
    + "face a noisy one was; no captions are needed."
  /// The faces that it is trained on.
  package var data: String { faces.text + ", with noise of timesteps drawn evenly" }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses length, batches and faces of the training.
  package init(
    steps: Int = 1700, batchSize: Int = 128, faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 137, optimizer: .adamW(weightDecay: 1e-3),
      schedule: .cosine(peak: 1e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 1e-5),
      maximumGradientNorm: 2, emaDecay: 0.99)
  }

  /// The embedding at unit length, which the loss reads.
  private struct UnitGuide: Network {
    let guide = CompactNetworks.guide
    var name: String { guide.name }
    var inputs: [NetworkInput] { guide.inputs }

    func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
      let embedding = guide.describe(scope, inputs)
      _ = embedding.l2Normalized().tapped(HeadedNetwork.unit)
      return embedding
    }
  }

  /// Trains the guide against the compact CLIP of the program, which stays as it is.
  ///
  /// A sample is a noisy picture `[3, 64, 64]`, its timestep, and the embedding `[128]` of the clean picture.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let graph = try Graph(tracing: UnitGuide())
    let training = try TrainingSession(
      name, graphs: [graph], initialValues: try Self.firstValues(of: graph), plan: plan,
      environment: environment)
    let program = try training.program(graph, outputs: [HeadedNetwork.unit])
    let tower = try Self.tower()
    let loss = ContrastiveLoss(name: "logit_scale", width: Self.width, capacity: plan.batchSize)
    let temperature = ParameterBlock([loss.parameter])
    try temperature.fill(from: [loss.parameter.name: Tensor(shape: [], values: [.log100])])
    let source = SyntheticBatches<UInt64>(
      faces: faces, variation: Variation(shift: 2, gain: 0, offset: 0, blurring: 0, noise: 0),
      workers: environment.workers
    ) { _, _, seed in seed }
    let schedule = try NoiseSchedule.linear()
    let curve = try training.run(on: source) { batch, state in
      let noisy = try environment.workers.map(batch.pictures.count) { index, _ in
        try Self.noisy(batch.pictures[index], seed: batch.targets[index], on: schedule)
      }
      let clean = try Self.embeddings(of: batch.pictures, by: tower, environment.workers)
      try program.fill(named: noisy)
      program.forward(
        count: noisy.count, parameters: state.parameters, buffers: state.statistics)
      let measured = loss.measure(
        images: program.values(of: HeadedNetwork.unit), texts: clean, parameters: temperature,
        addingTo: (program.gradients(of: HeadedNetwork.unit), clean.zeroed, nil),
        workers: environment.workers)
      program.backward(into: state.gradients)
      return measured.loss
    }
    try environment.write(
      training.tensors(of: graph), metadata: environment.metadata(plan), to: fileNames[0])
    training.removeCheckpoint()
    return [curve]
  }

  private static let width = 128

  /// The compact CLIP's image tower of the program.
  private static func tower() throws -> LoadedNetwork {
    try LoadedNetwork(ofProgram: CompactNetworks.clip)
  }

  /// What the guide begins with: the tower's tensors where shapes agree, and scales and shifts of zero, so that at
  /// first no timestep changes anything.
  private static func firstValues(of graph: Graph) throws -> [String: Tensor] {
    let tower = try tower()
    let shapes = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: CompactNetworks.clip).parameters.map {
        ($0.name, $0.shape)
      })
    var values: [String: Tensor] = [:]
    for parameter in graph.parameters
    where !parameter.isCounter && shapes[parameter.name] == parameter.shape {
      values[parameter.name] = try tower.tensor(named: parameter.name)
    }
    for parameter in graph.parameters where parameter.name.hasPrefix("emb_layers.") {
      values[parameter.name] = Tensor(shape: parameter.shape)
    }
    return values
  }

  /// Embeddings of clean pictures at unit length, `[N, 128]`.
  private static func embeddings(
    of pictures: [Raster], by tower: LoadedNetwork, _ workers: Workers
  ) throws -> MapView {
    let vectors = try tower.vectors(pictures.count, workers: workers) {
      try Preprocessing.compact96.apply(pictures[$0])
    }
    return MapView(
      copying: vectors.flatMap(\.unitVector), rows: pictures.count, columns: 1, channels: width)
  }

  /// A picture of 128 pixels, halved, with noise of a timestep.
  private static func noisy(
    _ picture: Raster, seed: UInt64, on schedule: NoiseSchedule, at timestep: Int? = nil
  ) throws -> [String: Tensor] {
    var random = SplitMix64(seed: seed)
    let drawn = random.nextIndex(below: schedule.count)
    let timestep = timestep ?? drawn
    let side = CompactNetworks.guide.imageSize
    let image = picture.resized(width: side, height: side, filter: .bicubic).signedPlanes
    let noise = SeededNoise(seed: random.next()).initial(image.shape)
    return [
      "image": try schedule.level(at: timestep).noised(image, with: noise),
      "timestep": Tensor(shape: [1], values: [Float(timestep)]),
    ]
  }

  // MARK: Evaluation

  private static let galleryCount = 10
  private static let gallerySize = 100
  private static let timesteps = [0, 200, 400, 600, 800, 950]

  /// How often a noisy face of the test world is nearest to its own clean embedding among 100, and how far both agree.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let guide = try LoadedNetwork(
      CompactNetworks.guide, checkpoint: environment.path(fileNames[0]))
    let count = Self.galleryCount * Self.gallerySize
    let pictures = environment.workers.map(count) { number, _ in
      let portrait = Portrait(
        World.test.scene(number, seed: 8), size: SyntheticTrainingSet.drawnSide)
      return SyntheticTrainingSet.reduced(portrait).picture
    }
    let clean = try Self.tower().vectors(count, workers: environment.workers) {
      try Preprocessing.compact96.apply(pictures[$0])
    }.map(\.unitVector)
    let schedule = try NoiseSchedule.linear()
    let found = try Self.timesteps.map { timestep in
      let noisy = try guide.map(
        count, workers: environment.workers,
        named: { index in
          try Self.noisy(pictures[index], seed: UInt64(index), on: schedule, at: timestep)
        },
        read: { _, result in result(Graph.mainOutput).planar(shape: [Self.width]).values.unitVector
        })
      return Self.agreement(of: noisy, with: clean)
    }
    return Self.metrics(found, count: count)
  }

  /// Mean cosine of pairs, and the share of those that are nearest in their gallery.
  private static func agreement(
    of noisy: [[Float]], with clean: [[Float]]
  ) -> (cosine: Double, retrieval: Double) {
    let cosines = noisy.indices.map { noisy[$0].dot(clean[$0]) }
    let nearest = noisy.indices.count { index in
      let start = index / gallerySize * gallerySize
      return (start..<start + gallerySize).allSatisfy {
        $0 == index || noisy[index].dot(clean[$0]) < cosines[index]
      }
    }
    let count = Double(noisy.count)
    return (cosines.reduce(0, +) / count, Double(nearest) / count)
  }

  private static func metrics(
    _ found: [(cosine: Double, retrieval: Double)], count: Int
  ) -> [HeldOutMetric] {
    let data =
      "\(count) faces of the test world with noise, each among the clean embeddings of \(gallerySize)"
    let perTimestep = zip(timesteps, found).flatMap { timestep, found in
      [
        HeldOutMetric(
          name: "retrieval at timestep \(timestep), top 1", value: found.retrieval,
          minimum: timestep == 0 ? 0.5 : nil, data: data),
        HeldOutMetric(
          name: "agreement at timestep \(timestep), mean cosine", value: found.cosine,
          minimum: nil, data: data),
      ]
    }
    let falls = zip(found, found.dropFirst()).map { $0.cosine - $1.cosine }
    return perTimestep + [
      HeldOutMetric(
        name: "smallest fall of agreement from one timestep to the next",
        value: falls.min() ?? 0, minimum: 0, data: data)
    ]
  }
}

extension MapView {
  /// As large, all zeros.
  fileprivate var zeroed: MapView {
    MapView(
      copying: [Float](repeating: 0, count: pixels * channels), rows: rows, columns: columns,
      channels: channels)
  }
}

extension Float {
  /// The temperature of logits that are a hundred cosines.
  fileprivate static let log100 = Float(Elementary.logarithm(100))
}
