import Checkpoints
import Faces
import Foundation
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors
import Texts
import Training

/// CLIP's pair of towers: learns which caption belongs to which picture.
package struct ContrastiveRecipe: Recipe {
  package let name = CompactNetworks.clip.name
  package let purpose =
    "Image and text embeddings for CLIP scores, directions and retrieval: trained to match captions "
    + "with pictures, and to name the attributes besides."
  package var material: String {
    faces.text
      + ", each with ten captions in Multi-Modal-CelebA-HQ's style, four in CelebA-Dialog's and "
      + "short prompts"
  }
  package let plan: TrainingPlan
  private let refinement: TrainingPlan
  private let faces: StudyFaces.Plan

  /// Chooses length, batches and faces of the training.
  package init(
    steps: Int = 1400, refiningSteps: Int = 1600, batchSize: Int = 64,
    faces: StudyFaces.Plan = .shared
  ) {
    self.faces = faces
    func plan(_ steps: Int, peak: Float, seed: UInt64) -> TrainingPlan {
      TrainingPlan(
        steps: steps, batchSize: batchSize, seed: seed, rule: .adamW(decay: 0.05),
        schedule: .cosine(peak: peak, warmUp: steps / 20, steps: steps, final: 1e-5),
        greatestNorm: 2, averageDecay: 0.995)
    }
    self.plan = plan(steps, peak: 2e-3, seed: 109)
    refinement = plan(refiningSteps, peak: 1e-3, seed: 131)
  }

  package var rules: String { "\(plan.description); then \(refinement.description)" }

  /// Share of the attributes' loss: captions name some of them at random, so a tower that learns from
  /// captions alone finds the lesser ones late.
  private static let traitShare = 15.0

  private struct Target: Sendable {
    let tokens: Tensor
    let traits: [Float]
  }

  package func train(_ kitchen: Kitchen) throws -> [LossCurve] {
    let faces = try kitchen.faces(self.faces)
    let first = "\(name).first"
    let firstCurve =
      try kitchen.finished(name, plan, in: first)
      ?? train(name, plan, on: faces, from: nil, to: first, kitchen)
    let graphs = try Self.towers.map { try Graph(tracing: $0) }
    let learned = try Checkpoint.open(path: kitchen.path(first))
      .bind(to: graphs.flatMap(\.parameters), ignoring: [CompactVocabulary.tensorName])
    let refinedCurve = try train(
      "\(name)-refinement", refinement, on: faces, from: learned, to: fileNames[0], kitchen)
    unlink(kitchen.path(first))
    return [firstCurve, refinedCurve]
  }

  private static let towers: [any PublishedNetwork] = [
    CompactNetworks.clip, CompactNetworks.clipText,
  ]

  /// One part of the training.
  private func train(
    _ part: String, _ plan: TrainingPlan, on faces: StudyFaces, from learned: [String: Tensor]?,
    to file: String, _ kitchen: Kitchen
  ) throws -> LossCurve {
    let imageGraph = try Graph(
      tracing: HeadedNetwork(
        trunk: CompactNetworks.clip, heads: [("traits", StudyFaces.traitCount)],
        isNormalized: true))
    let textGraph = try Graph(
      tracing: HeadedNetwork(trunk: CompactNetworks.clipText, isNormalized: true))
    let loss = ContrastiveLoss(name: "logit_scale", width: 128, capacity: plan.batchSize)
    let temperature = Tensor(shape: [], values: [ContrastiveLoss.initialTemperature])
    let training = try Apprenticeship(
      part, graphs: [imageGraph, textGraph], others: [(loss.parameter, temperature)],
      beginning: learned, plan: plan, kitchen: kitchen)
    let images = try training.program(imageGraph, outputs: ["traits", HeadedNetwork.unit])
    let texts = try training.program(textGraph, outputs: [HeadedNetwork.unit])
    let seen = kitchen.workers.map(faces.count) { sample, _ in faces.traits(sample) }
    let reader = try TokenReader(captionsOf: seen)
    let source = batches(faces, seen, reader, kitchen)
    let curve = try training.run(on: source) { batch, state in
      images.fill(batch.pictures)
      texts.fill(batch.targets.map(\.tokens))
      for program in [images, texts] {
        program.forward(
          count: batch.pictures.count, parameters: state.parameters,
          statistics: state.statistics)
      }
      let measured = loss.measure(
        images: images.values(of: HeadedNetwork.unit), texts: texts.values(of: HeadedNetwork.unit),
        parameters: state.parameters,
        addingTo: (
          images.gradients(of: HeadedNetwork.unit), texts.gradients(of: HeadedNetwork.unit),
          state.gradients
        ), workers: training.workers)
      let traits = ValueLoss.binaryCrossEntropy.measure(
        images.values(of: "traits"), targets: batch.targets.flatMap(\.traits),
        addingTo: images.gradients(of: "traits"), share: Self.traitShare)
      images.backward(into: state.gradients)
      texts.backward(into: state.gradients)
      return measured.loss + Self.traitShare * traits
    }
    let graphs = try Self.towers.map { try Graph(tracing: $0) }
    try kitchen.write(
      graphs.flatMap { training.tensors(of: $0) } + [reader.vocabulary?.tensor].compactMap(\.self),
      note: kitchen.note(plan, learned == nil ? curve : nil), to: file)
    training.finish()
    return curve
  }

  /// Pictures at the tower's size, each with a caption drawn for it.
  private func batches(
    _ faces: StudyFaces, _ seen: [FaceTraits], _ reader: TokenReader, _ kitchen: Kitchen
  ) -> StudyBatches<Target> {
    StudyBatches(
      faces: faces, variation: Variation(gain: 0.06, offset: 5),
      side: CompactNetworks.clipSize, workers: kitchen.workers
    ) { sample, _, seed in
      let caption = StudyCaptions.text(seen[sample], seed: seed)
      return Target(tokens: try reader.input(of: caption), traits: seen[sample].values)
    }
  }

  // MARK: Judging

  private static let galleries = 10
  private static let gallerySize = 100

  package func figures(_ kitchen: Kitchen) throws -> [Figure] {
    let path = kitchen.path(fileNames[0])
    let reader = try TokenReader(file: path)
    let (image, text) = (CompactNetworks.clip, CompactNetworks.clipText)
    let images = try LoadedNetwork(image, checkpoint: path)
    let texts = try LoadedNetwork(text, checkpoint: path)
    let candidates = kitchen.workers.map(Self.galleries * Self.gallerySize * 5 / 4) { number, _ in
      let scene = World.test.scene(number, seed: 4)
      let portrait = Portrait(scene, size: StudyFaces.drawnSide)
      let caption = MultiModalCaption.text(
        FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      return (picture: portrait.image, caption: caption)
    }
    var ranks: [Int] = []
    var next = 0
    for _ in 0..<Self.galleries {
      // Captions of a gallery differ; whoever repeats one is passed over.
      var gallery: [(picture: Raster, caption: String)] = []
      while gallery.count < Self.gallerySize, next < candidates.count {
        let candidate = candidates[next]
        next += 1
        if !gallery.contains(where: { $0.caption == candidate.caption }) {
          gallery.append(candidate)
        }
      }
      let shown = gallery
      let pictures = try images.vectors(shown.count, workers: kitchen.workers) {
        try Preprocessing.compact96.apply(shown[$0].picture)
      }.map(\.unitVector)
      let captions = try texts.vectors(shown.count, workers: kitchen.workers) {
        try reader.input(of: shown[$0].caption)
      }.map(\.unitVector)
      for (index, caption) in captions.enumerated() {
        let own = caption.dot(pictures[index])
        ranks.append(pictures.count { caption.dot($0) > own })
      }
    }
    let material =
      "\(ranks.count) captions, each among the pictures of \(Self.gallerySize) faces of the test "
      + "world whose captions differ"
    func share(_ limit: Int) -> Double { Double(ranks.count { $0 < limit }) / Double(ranks.count) }
    return [
      Figure(name: "retrieval, top 1", value: share(1), floor: 0.6, material: material),
      Figure(name: "retrieval, top 5", value: share(5), floor: 0.9, material: material),
    ]
  }
}

extension FaceTraits {
  /// One value a trait in the order of `Trait.allCases`, then whether it is a woman.
  var values: [Float] {
    Trait.allCases.map { traits.contains($0) ? 1 : 0 } + [isWoman ? 1 : 0]
  }
}
