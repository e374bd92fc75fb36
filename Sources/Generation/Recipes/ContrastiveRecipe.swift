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
import Tensors
import Texts
import Training

/// CLIP's pair of towers: learns which caption belongs to which picture.
package struct ContrastiveRecipe: Recipe {
  /// The image tower's name; the text tower is in the same file.
  package var name: String { images.name }
  /// What it is for and what it learns.
  package let summary: String
  /// The faces that it is trained on.
  package var data: String {
    faces.text
      + ", each with ten captions in Multi-Modal-CelebA-HQ's style, four in CelebA-Dialog's and "
      + "short prompts"
  }
  /// Steps and hyperparameters of the first part.
  package let plan: TrainingPlan
  private let refinement: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan
  private let images: CompactCLIPImage
  private let texts: CLIPTextTransformer
  /// The least share of captions that are to find their picture first.
  private let minimumRetrieval: Double

  /// The towers of the compact suite.
  package init(
    steps: Int = 1400, refiningSteps: Int = 1600, batchSize: Int = 64,
    faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.init(
      towers: (CompactNetworks.clip, CompactNetworks.clipText),
      summary:
        "Image and text embeddings for CLIP scores, directions and retrieval: trained to match "
        + "captions with pictures, and to name the attributes besides.",
      seeds: (109, 131), minimumRetrieval: 0.6, steps: steps, refiningSteps: refiningSteps,
      batchSize: batchSize,
      faces: faces)
  }

  /// A smaller pair of towers from other first values, on other batches: they judge what the first pair guided, which any
  /// network that was followed overrates.
  package static func judge(
    steps: Int = 1400, refiningSteps: Int = 1600, batchSize: Int = 64,
    faces: SyntheticTrainingSet.Plan = .shared
  ) -> ContrastiveRecipe {
    ContrastiveRecipe(
      towers: (CompactNetworks.judge, CompactNetworks.judgeText),
      summary:
        "A second pair of compact CLIP towers, which judges the images that the first pair guided.",
      // Two thirds of the first pair's values find a little less.
      seeds: (211, 223), minimumRetrieval: 0.55, steps: steps, refiningSteps: refiningSteps,
      batchSize: batchSize,
      faces: faces)
  }

  private init(
    towers: (images: CompactCLIPImage, texts: CLIPTextTransformer), summary: String,
    seeds: (UInt64, UInt64), minimumRetrieval: Double, steps: Int, refiningSteps: Int,
    batchSize: Int, faces: SyntheticTrainingSet.Plan
  ) {
    self.minimumRetrieval = minimumRetrieval
    (images, texts) = towers
    self.summary = summary
    self.faces = faces
    func plan(_ steps: Int, peak: Float, seed: UInt64) -> TrainingPlan {
      TrainingPlan(
        steps: steps, batchSize: batchSize, seed: seed, optimizer: .adamW(weightDecay: 0.05),
        schedule: .cosine(peak: peak, warmupSteps: steps / 20, totalSteps: steps, minimum: 1e-5),
        maximumGradientNorm: 2, emaDecay: 0.995)
    }
    self.plan = plan(steps, peak: 2e-3, seed: seeds.0)
    refinement = plan(refiningSteps, peak: 1e-3, seed: seeds.1)
  }

  /// Both plans in words.
  package var hyperparameters: String { "\(plan.description); then \(refinement.description)" }

  /// Weight of the attributes' loss: captions name some of them at random, so a tower that learns from
  /// captions alone finds the lesser ones late.
  private static let traitWeight = 15.0

  private struct Target: Sendable {
    let tokens: Tensor
    let traits: [Float]
  }

  /// Trains both towers in two parts, the second with a lower learning rate, and writes them with the vocabulary.
  ///
  /// A sample is a picture of `[96, 96, 3]` and the 77 tokens of a caption drawn for it.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let first = "\(name).first"
    let firstCurve =
      try environment.finished(name, plan, in: first)
      ?? train(name, plan, on: faces, from: nil, to: first, in: environment)
    let graphs = try networks.map { try Graph(tracing: $0) }
    let learned = try Checkpoint.open(path: environment.path(first))
      .bind(to: graphs.flatMap(\.parameters), ignoring: [CompactVocabulary.tensorName])
    let refinedCurve = try train(
      "\(name)-refinement", refinement, on: faces, from: learned, to: fileNames[0], in: environment)
    unlink(environment.path(first))
    return [firstCurve, refinedCurve]
  }

  /// The towers.
  package var networks: [any PublishedNetwork] { [images, texts] }

  /// One part of the training.
  ///
  /// - Parameters:
  ///   - part: its name, for messages and checkpoints.
  ///   - plan: steps and hyperparameters.
  ///   - faces: what is learned from.
  ///   - learned: what the part before ended with; nil draws first values.
  ///   - file: name of the file that is written.
  ///   - environment: threads, folder and reports.
  /// - Returns: the loss curve.
  /// - Throws: as ``train(in:)``.
  private func train(
    _ part: String, _ plan: TrainingPlan, on faces: SyntheticTrainingSet,
    from learned: [String: Tensor]?, to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let (imageGraph, textGraph) = try graphs()
    let loss = ContrastiveLoss(name: "logit_scale", width: 128, capacity: plan.batchSize)
    let temperature = Tensor(shape: [], values: [ContrastiveLoss.initialTemperature])
    let training = try TrainingSession(
      part, graphs: [imageGraph, textGraph], lossParameters: [(loss.parameter, temperature)],
      initialValues: learned, plan: plan, environment: environment)
    let images = try training.program(imageGraph, outputs: ["traits", HeadedNetwork.unit])
    let texts = try training.program(textGraph, outputs: [HeadedNetwork.unit])
    let seen = environment.workers.map(faces.count) { sample, _ in faces.traits(sample) }
    let reader = try TokenReader(captionsOf: seen)
    let source = batches(faces, seen, reader, environment.workers)
    let curve = try training.run(on: source) { batch, state in
      Self.step(images, texts, loss, on: batch, state, workers: training.workers)
    }
    let graphs = try networks.map { try Graph(tracing: $0) }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) } + [reader.vocabulary?.tensor].compactMap(\.self),
      metadata: environment.metadata(plan, learned == nil ? curve : nil), to: file)
    training.removeCheckpoint()
    return curve
  }

  /// The image tower with a reader of the attributes, and the text tower, both with results at unit length.
  private func graphs() throws -> (image: Graph, text: Graph) {
    let image = HeadedNetwork(
      trunk: self.images, heads: [("traits", SyntheticTrainingSet.traitCount)],
      isNormalized: true)
    let text = HeadedNetwork(trunk: self.texts, isNormalized: true)
    return (try Graph(tracing: image), try Graph(tracing: text))
  }

  /// Runs both towers on a batch and adds the gradients of both losses; returns the losses' sum.
  private static func step(
    _ images: GradientProgram, _ texts: GradientProgram, _ loss: ContrastiveLoss,
    on batch: SyntheticBatches<Target>.Batch, _ state: TrainingState, workers: Workers
  ) -> Double {
    images.fill(batch.pictures)
    texts.fill(batch.targets.map(\.tokens))
    for program in [images, texts] {
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, buffers: state.statistics)
    }
    let unit = HeadedNetwork.unit
    let measured = loss.measure(
      images: images.values(of: unit), texts: texts.values(of: unit),
      parameters: state.parameters,
      addingTo: (images.gradients(of: unit), texts.gradients(of: unit), state.gradients),
      workers: workers)
    let traits = ValueLoss.binaryCrossEntropy.measure(
      images.values(of: "traits"), targets: batch.targets.flatMap(\.traits),
      addingTo: images.gradients(of: "traits"), weight: traitWeight)
    images.backward(into: state.gradients)
    texts.backward(into: state.gradients)
    return measured.loss + traitWeight * traits
  }

  /// Pictures at the tower's size, each with a caption drawn for it.
  private func batches(
    _ faces: SyntheticTrainingSet, _ seen: [FaceTraits], _ reader: TokenReader,
    _ workers: Workers
  ) -> SyntheticBatches<Target> {
    SyntheticBatches(
      faces: faces, variation: Variation(gain: 0.06, offset: 5),
      side: CompactNetworks.clipSize, workers: workers
    ) { sample, _, seed in
      let caption = SyntheticCaptions.text(seen[sample], seed: seed)
      return Target(tokens: try reader.input(of: caption), traits: seen[sample].values)
    }
  }

  // MARK: Evaluation

  private static let galleryCount = 10
  private static let gallerySize = 100

  /// A portrait of 256 pixels and what is said of it.
  private struct CaptionedPicture: Sendable {
    let picture: Raster
    let caption: String
  }

  /// How often a caption of the test world finds its own picture among 100, first or among the first five; 0…1.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let path = environment.path(fileNames[0])
    let reader = try TokenReader(file: path)
    let images = try LoadedNetwork(self.images, checkpoint: path)
    let texts = try LoadedNetwork(self.texts, checkpoint: path)
    let ranks = try Self.galleries(environment.workers).flatMap { gallery in
      let pictures = try images.vectors(gallery.count, workers: environment.workers) {
        try Preprocessing.compact96.apply(gallery[$0].picture)
      }.map(\.unitVector)
      let captions = try texts.vectors(gallery.count, workers: environment.workers) {
        try reader.input(of: gallery[$0].caption)
      }.map(\.unitVector)
      return Self.ranks(of: captions, among: pictures)
    }
    let data =
      "\(ranks.count) captions, each among the pictures of \(Self.gallerySize) faces of the test "
      + "world whose captions differ"
    func share(_ limit: Int) -> Double { Double(ranks.count { $0 < limit }) / Double(ranks.count) }
    return [
      HeldOutMetric(
        name: "retrieval, top 1", value: share(1), minimum: minimumRetrieval, data: data),
      HeldOutMetric(name: "retrieval, top 5", value: share(5), minimum: 0.9, data: data),
    ]
  }

  /// Faces of the test world in galleries within which no two captions are the same.
  private static func galleries(_ workers: Workers) -> [[CaptionedPicture]] {
    let candidates = workers.map(galleryCount * gallerySize * 5 / 4) { number, _ in
      let scene = World.test.scene(number, seed: 4)
      let portrait = Portrait(scene, size: SyntheticTrainingSet.drawnSide)
      let caption = MultiModalCaption.text(
        FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      return CaptionedPicture(picture: portrait.image, caption: caption)
    }
    var next = 0
    return (0..<galleryCount).map { _ in
      // Whoever repeats a caption is passed over.
      var gallery: [CaptionedPicture] = []
      while gallery.count < gallerySize, next < candidates.count {
        let candidate = candidates[next]
        next += 1
        if !gallery.contains(where: { $0.caption == candidate.caption }) {
          gallery.append(candidate)
        }
      }
      return gallery
    }
  }

  /// How many pictures are nearer to each caption than its own, which has the same index; unit vectors.
  private static func ranks(of captions: [[Float]], among pictures: [[Float]]) -> [Int] {
    captions.enumerated().map { index, caption in
      let own = caption.dot(pictures[index])
      return pictures.count { caption.dot($0) > own }
    }
  }
}
