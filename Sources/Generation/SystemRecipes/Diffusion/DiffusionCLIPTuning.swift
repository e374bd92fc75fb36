import Checkpoints
import Diffusion
import Essentials
import Gradients
import Graphs
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors
import Training

/// Fine-tunes a diffusion model for one edit, by the direction between two texts in CLIP's space.
///
/// The latents of some images are found with the original model once. Then, pass after pass, each image is generated
/// from its latent in a few steps, and all parameters follow the gradient through all of them.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, section 3.1 and algorithm 1; `gwang-kim/DiffusionCLIP`,
/// `diffusionclip.py`, `clip_finetune`.
package struct DiffusionCLIPTuning {
  /// How long and by which hyperparameters.
  package struct Plan: Equatable, Sendable {
    /// t₀, the last timestep on the way up.
    package var lastTimestep = 500
    /// Timesteps of the way up.
    package var inversionSteps = 40
    /// Timesteps of the way down while the model learns.
    package var trainingSteps = 6
    /// How often every image is seen.
    package var passes = 5
    /// Images of a step; the repository takes 1.
    package var batchSize = 1
    /// Adam's learning rate in the first pass.
    package var rate: Float = 4e-6
    /// What the rate is multiplied by after each pass.
    package var rateFactor = 1.3

    /// The repository's, with the paper's learning rate.
    package init() {}

    /// What is usual for a model: a small one takes a larger rate and several images at once.
    package init(for model: DiffusionModel) {
      guard CompactNetworks.contains(model.network.network.name) else { return }
      (batchSize, rate) = (4, 8e-5)
    }

    var text: String {
      "t0 \(lastTimestep), \(inversionSteps) steps up, \(trainingSteps) down, \(passes) passes of "
        + "batches of \(batchSize), rate \(rate) times \(rateFactor) a pass"
    }
  }

  /// What files are called.
  package let name: String
  /// Hyperparameters.
  package let plan: Plan
  private let model: DiffusionModel
  private let judges: EditingJudges
  private let texts: EditTexts

  /// Describes a fine-tuning.
  ///
  /// - Parameters:
  ///   - name: what files are called.
  ///   - texts: the edit's, which the judges look for.
  ///   - plan: hyperparameters.
  ///   - model: the original model.
  ///   - judges: CLIP, the identity network and the losses.
  package init(
    name: String, texts: EditTexts, plan: Plan, model: DiffusionModel, judges: EditingJudges
  ) {
    self.name = name
    self.texts = texts
    self.plan = plan
    self.model = model
    self.judges = judges
  }

  /// The same under another name.
  func named(_ name: String) -> DiffusionCLIPTuning {
    DiffusionCLIPTuning(name: name, texts: texts, plan: plan, model: model, judges: judges)
  }

  /// The file of the weights that the last pass ends with.
  package var fileName: String { "\(name).safetensors" }
  /// The file of pictures: each image, its reconstruction and its edit, a row an image.
  package var sheetName: String { "\(name).png" }

  /// What ends the name of the file that keeps the images' latents.
  package static let latentSuffix = ".latents.safetensors"

  /// The file of the weights after an earlier pass, counted from 1.
  package func fileName(after pass: Int) -> String {
    pass == plan.passes ? fileName : "\(name).pass-\(pass).safetensors"
  }

  /// Fine-tunes the model on images and writes its weights after every pass; a call after an interruption resumes.
  ///
  /// No byte depends on workers or interruptions.
  ///
  /// - Parameters:
  ///   - images: `[3, S, S]`, values in −1…1, of the domain that the model knows; seen in this order.
  ///   - environment: threads, folder and reports.
  /// - Returns: the loss curve.
  /// - Throws: ``TrainingStopped``, `TrainingError`; errors of files, graphs and steps.
  package func run(
    on images: [Tensor], in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let identity = self.identity(of: images)
    let latents = try LatentFile(
      path: environment.path(name + Self.latentSuffix), key: latentKey(of: images)
    ).latents(of: images, by: model, plan, in: environment)
    let graph = try Graph(tracing: model.network.network)
    let training = try TrainingSession(
      "\(name)-\(FileDigest.sha256(of: identity.utf8).prefix(12))", graphs: [graph],
      initialValues: try model.network.parameterBlock(of: graph).tensors,
      plan: trainingPlan(images: images.count), environment: environment)
    let step = try TuningStep(
      model, judges, plan, training, images: images, latents: latents, environment.workers)
    let perPass = stepsPerPass(images: images.count)
    func finish(_ pass: Int) throws {
      try environment.write(
        training.tensors(of: graph), metadata: metadata(images.count, pass: pass),
        to: fileName(after: pass))
      try step.sheet().write(to: environment.path(sheetName))
    }
    let source = TuningBatches(
      images: images.count, batchSize: plan.batchSize, stepsPerPass: perPass)
    let curve = try training.run(on: source) { batch, state in
      // What a pass ends with is what the next one begins with.
      if state.step > 0, state.step.isMultiple(of: perPass) { try finish(state.step / perPass) }
      return try step.run(batch, state)
    }
    try finish(plan.passes)
    training.removeCheckpoint()
    return curve
  }

  private func stepsPerPass(images: Int) -> Int {
    (images + plan.batchSize - 1) / plan.batchSize
  }

  private func trainingPlan(images: Int) -> TrainingPlan {
    let perPass = stepsPerPass(images: images)
    return TrainingPlan(
      steps: plan.passes * perPass, batchSize: plan.batchSize, seed: 0, optimizer: .adam(),
      schedule: .stepwise(first: plan.rate, factor: plan.rateFactor, interval: perPass))
  }

  private static func digest(of images: [Tensor]) -> String {
    let digests = images.map { image in
      FileDigest.sha256(of: image.values.withUnsafeBytes { Array($0) })
    }
    return FileDigest.sha256(of: digests.joined().utf8)
  }

  private func latentKey(of images: [Tensor]) -> String {
    "\(model.fingerprint) t0=\(plan.lastTimestep) steps=\(plan.inversionSteps) "
      + "images=\(Self.digest(of: images))"
  }

  /// Everything that can move a bit of the result, so that a checkpoint is resumed by the same training only.
  func identity(of images: [Tensor]) -> String {
    "\(plan.text); \(latentKey(of: images)); \(judges.fingerprint)"
  }

  /// What was trained and how, by name.
  package func description(images: Int) -> [(name: String, value: String)] {
    [
      ("source", texts.source), ("target", texts.target), ("plan", plan.text),
      ("images", "\(images)"), ("unet", model.network.weights.identity),
      ("clip", judges.clip.network.weights.identity),
      ("identity", judges.identity?.network.weights.identity ?? "none"),
      ("losses", judges.weights.text),
    ]
  }

  private func metadata(_ images: Int, pass: Int) -> [String: String] {
    var metadata = [
      "system": "diffusionclip", "pass": "\(pass)", "objective": judges.fingerprint,
    ]
    for (name, value) in description(images: images) { metadata[name] = value }
    return metadata
  }
}

/// Which images a step sees: all in their order, pass after pass, the last batch of a pass smaller where they do not
/// divide.
private struct TuningBatches: BatchSource {
  let images: Int
  let batchSize: Int
  let stepsPerPass: Int

  var sampleCount: Int { images }

  func batch(_ request: BatchRequest) -> Range<Int> {
    let start = request.step % stepsPerPass * batchSize
    return start..<min(start + batchSize, images)
  }
}

/// The latents of a training's images, kept in a file so that a resumed training need not find them again.
private struct LatentFile {
  let path: String
  /// Everything that the latents depend on.
  let key: String

  func latents(
    of images: [Tensor], by model: DiffusionModel, _ plan: DiffusionCLIPTuning.Plan,
    in environment: TrainingEnvironment
  ) throws -> [Tensor] {
    if let stored = try stored(images.count) { return stored }
    let process = DiffusionCLIPProcess(
      [model], upTo: plan.lastTimestep, workers: environment.workers,
      shouldStop: environment.shouldStop)
    var latents: [Tensor] = []
    while latents.count < images.count {
      environment.report(
        .preparing("finding latents", done: latents.count, total: images.count))
      let group = images[latents.count..<min(latents.count + 8, images.count)]
      do {
        latents += try process.inverted(Array(group), steps: plan.inversionSteps)
      } catch is CancellationError { throw TrainingStopped() }
    }
    try SafetensorsFile.write(
      latents.enumerated().map { (name: "\($0.offset)", tensor: $0.element) },
      metadata: ["key": key], to: path)
    return latents
  }

  /// The file's latents; nil if there is none of this key.
  private func stored(_ count: Int) throws -> [Tensor]? {
    guard PathKind(at: path) != nil else { return nil }
    let file = try Checkpoint.open(path: path)
    guard file.notes.contains("key: \(key)") else { return nil }
    let tensors = (0..<count).compactMap { file["\($0)"] }
    return tensors.count == count ? try tensors.map { try $0.tensor() } : nil
  }
}
