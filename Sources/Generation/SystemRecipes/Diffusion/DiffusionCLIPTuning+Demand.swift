import Essentials
import Faces
import Foundation
import Graphs
import Images
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors

extension DiffusionCLIPTuning {
  /// How many drawn faces a model is fine-tuned on unless somebody chose another number, as in the paper.
  package static let usualImageCount = 50

  /// The first photos of people whom the compact networks know, as a model reads them.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - model: what is fine-tuned.
  ///   - workers: threads that draw.
  /// - Returns: `[3, S, S]` each, values in −1…1.
  /// - Throws: nothing for faces that are drawn.
  package static func drawnFaces(
    _ count: Int, for model: DiffusionModel, _ workers: Workers
  ) throws -> [Tensor] {
    let preprocessing = model.preprocessing
    return try workers.map(count) { number, _ in
      let portrait = Portrait(World.train.scene(number), size: SyntheticTrainingSet.drawnSide)
      return try preprocessing.apply(portrait.image, named: "face \(number)")
    }
  }

  /// Fine-tunes compact models when an edit first needs one, and keeps them.
  ///
  /// Files are called by their edit and by everything that can move a bit of them, so that none passes for another's.
  /// Published models take hours, and are left to `evalkit tune`.
  ///
  /// - Parameters:
  ///   - loader: where CLIP and the identity network come from.
  ///   - environment: threads, folder and reports.
  ///   - plan: hyperparameters for any model; nil takes what is usual for compact ones and leaves others alone.
  ///   - imageCount: how many drawn faces are learned from.
  /// - Returns: the tuner.
  package static func tuner(
    from loader: ModelLoader, in environment: TrainingEnvironment, plan: Plan? = nil,
    imageCount: Int = usualImageCount
  ) -> EditTuner {
    { model in
      let isCompact = CompactNetworks.contains(model.network.network.name)
      guard let plan = plan ?? (isCompact ? Plan(for: model) : nil) else { return nil }
      let images = try drawnFaces(imageCount, for: model, environment.workers)
      @Sendable func tuning(_ texts: EditTexts) throws -> DiffusionCLIPTuning {
        let unnamed = try DiffusionCLIPTuning(
          name: texts.fileName, texts: texts, plan: plan, model: model,
          judges: EditingJudges(
            texts, isDirectional: true, weights: EditingObjective.Weights(), from: loader))
        let digest = FileDigest.sha256(of: unnamed.identity(of: images).utf8)
        return unnamed.named("\(texts.fileName)-\(digest.prefix(12))")
      }
      let example = try tuning(.example)
      return EditModels(
        fingerprint: "fine-tuned when needed, as \(example.identity(of: images))"
      ) { texts in
        let tuning = try tuning(texts)
        let path = environment.path(tuning.fileName)
        if !FileManager.default.fileExists(atPath: path) {
          try tuning.runOnDemand(on: images, in: environment)
        }
        return try model.tuned(by: path)
      }
    }
  }

  /// Runs, and leaves the last pass's weights and the pictures alone.
  private func runOnDemand(on images: [Tensor], in environment: TrainingEnvironment) throws {
    try FileManager.default.createDirectory(
      atPath: environment.folder, withIntermediateDirectories: true)
    do { _ = try run(on: images, in: environment) } catch is TrainingStopped {
      throw CancellationError()
    }
    for pass in 1..<plan.passes { unlink(environment.path(fileName(after: pass))) }
    unlink(environment.path(name + Self.latentSuffix))
  }
}
