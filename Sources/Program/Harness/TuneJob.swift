import Datasets
import Essentials
import Foundation
import Images
import Models
import Pipelines
import Provenance
import Recipes
import Scores
import SystemRecipes
import Systems
import Tensors

/// The options of `evalkit tune diffusionclip`.
package struct TuneOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// What images are to show; nil takes that of the edit.
  package var target: String?
  /// What images show; nil takes that of the edit, or `face`.
  package var source: String?
  /// A name of DiffusionCLIP's dictionary.
  package var edit: String?
  /// Whether the edit has the dictionary's texts as released.
  package var usesReleasedTexts = false
  /// What files are called; nil makes it of the target.
  package var name: String?
  /// Folder of what is written.
  package var output = "Results/tuned"
  /// Folder of the images that are learned from; nil draws faces of the train world.
  package var images: String?
  /// How many images are learned from.
  package var imageCount = DiffusionCLIPTuning.usualImageCount
  /// t₀; as all others below, nil takes what is usual for the model.
  package var lastTimestep: Int?
  /// Timesteps of the way up.
  package var inversionSteps: Int?
  /// Timesteps of the way down while the model learns.
  package var trainingSteps: Int?
  /// Passes over all images.
  package var passes: Int?
  /// Images of a step.
  package var batchSize: Int?
  /// Adam's learning rate in the first pass.
  package var rate: Double?
  /// What the rate is multiplied by after each pass.
  package var rateFactor: Double?
  /// Factor of CLIP's loss.
  package var clipWeight = 3.0
  /// Factor of the face's identity.
  package var identityWeight = 0.3
  /// Factor of the difference from the source.
  package var differenceWeight = 0.3

  /// The defaults.
  package init() {}
}

/// Fine-tunes DiffusionCLIP's model for one edit.
package struct TuneJob {
  private let options: TuneOptions

  /// Prepares a fine-tuning.
  package init(_ options: TuneOptions) { self.options = options }

  /// Opens the networks, and fine-tunes on images.
  ///
  /// - Returns: what was trained, how, and where it lies.
  /// - Throws: ``HarnessError`` for missing texts and images and when interrupted; errors of weights, files and training.
  package func run() throws -> String {
    let texts = try texts()
    let loader = try ModelLoader(options)
    let model = try DiffusionModel.diffusionCLIP(from: loader)
    let weights = EditingObjective.Weights(
      clip: options.clipWeight, identity: options.identityWeight,
      difference: options.differenceWeight)
    let judges = try EditingJudges(texts, isDirectional: true, weights: weights, from: loader)
    return try run(texts, model, judges)
  }

  /// Fine-tunes given networks.
  ///
  /// - Parameters:
  ///   - texts: the edit's.
  ///   - model: the original model.
  ///   - judges: CLIP and the identity network, looking for the edit.
  /// - Returns: what was trained, how, and where it lies.
  /// - Throws: as ``run()``.
  package func run(
    _ texts: EditTexts, _ model: DiffusionModel, _ judges: EditingJudges
  ) throws -> String {
    let tuning = DiffusionCLIPTuning(
      name: options.name ?? texts.fileName, texts: texts, plan: plan(for: model),
      model: model, judges: judges)
    try OutputPlace(isReplacing: options.isReplacing).checkFolder(options.output) { names in
      names.contains { $0.hasSuffix(DiffusionCLIPTuning.latentSuffix) }
    }
    try DatasetFiles.makeFolder(options.output)
    var environment = TrainingEnvironment(folder: options.output, workers: options.workers)
    environment.shouldStop = options.shouldStop
    let progress = options.progress
    environment.report = { progress(JobProgress($0)) }
    let images = try images(for: model)
    do {
      let curve = try tuning.run(on: images, in: environment)
      return summary(tuning, curve, images: images.count)
    } catch let stop as TrainingStopped { throw HarnessError(.cancelled, stop.description) }
  }

  private func texts() throws -> EditTexts {
    let texts: EditTexts?
    do {
      texts = try EditTexts.chosen(
        edit: options.edit, source: options.source, target: options.target,
        from: options.usesReleasedTexts ? .released : .corrected)
    } catch { throw HarnessError(.usage, "\(error)") }
    guard let texts else {
      throw HarnessError(.usage, "nothing to tune for; give --text, or --edit with a name")
    }
    return texts
  }

  private func plan(for model: DiffusionModel) -> DiffusionCLIPTuning.Plan {
    var plan = DiffusionCLIPTuning.Plan(for: model)
    plan.lastTimestep = options.lastTimestep ?? plan.lastTimestep
    plan.inversionSteps = options.inversionSteps ?? plan.inversionSteps
    plan.trainingSteps = options.trainingSteps ?? plan.trainingSteps
    plan.passes = options.passes ?? plan.passes
    plan.batchSize = options.batchSize ?? plan.batchSize
    plan.rate = options.rate.map { Float($0) } ?? plan.rate
    plan.rateFactor = options.rateFactor ?? plan.rateFactor
    return plan
  }

  private func images(for model: DiffusionModel) throws -> [Tensor] {
    guard let folder = options.images else {
      return try DiffusionCLIPTuning.drawnFaces(options.imageCount, for: model, options.workers)
    }
    let files = try FeatureSource.list([folder], notice: options.notice)
    guard files.count >= options.imageCount else {
      throw HarnessError(
        .usage,
        "\(folder) has \(files.count) images, but \(options.imageCount) are to be learned from; "
          + "lower --count")
    }
    return try options.workers.map(options.imageCount) { index, _ in
      let path = files[index].path
      return try model.preprocessing.apply(try ImageDecoder.rgb(contentsOf: path), named: path)
    }
  }

  private func summary(
    _ tuning: DiffusionCLIPTuning, _ curve: LossCurve, images: Int
  ) -> String {
    let losses = [curve.points.first, curve.points.last].compactMap(\.self).map {
      String(format: "%.4f", $0.loss)
    }
    return
      (["\(options.output)/\(tuning.fileName)"]
      + tuning.description(images: images).map { "  \($0.name): \($0.value)" }
      + [
        "  loss: \(losses.joined(separator: " → "))",
        "  pictures: \(options.output)/\(tuning.sheetName)",
      ])
      .joined(separator: "\n")
  }
}
