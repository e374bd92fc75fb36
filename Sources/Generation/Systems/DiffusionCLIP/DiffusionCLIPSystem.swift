import Checkpoints
import Diffusion
import Graphs
import Images
import Models
import Networks
import Objectives
import Pipelines
import Tensors

/// DiffusionCLIP as one of the systems.
package struct DiffusionCLIPSystem: GenerationSystem {
  /// As `builtin:ID` spells it.
  package let id = "diffusionclip"
  /// As its paper calls it.
  package let title = "DiffusionCLIP"
  /// What it does.
  package let summary =
    "Inverts an image with a diffusion model and generates it anew with a copy that CLIP's loss has fine-tuned"
  /// Where it is from.
  package let source =
    "Kim, Kwon and Ye, DiffusionCLIP: Text-Guided Diffusion Models for Robust Image Manipulation, CVPR 2022, "
    + "arXiv 2110.02711"

  private let modelRoles: [WeightRole]
  private let model: @Sendable (SystemContext) throws -> DiffusionModel

  /// A system on a diffusion model in pixels.
  ///
  /// - Parameters:
  ///   - modelRoles: the roles of the networks that `model` opens.
  ///   - model: opens the original model.
  package init(
    modelRoles: [WeightRole], model: @escaping @Sendable (SystemContext) throws -> DiffusionModel
  ) {
    self.modelRoles = modelRoles
    self.model = model
  }

  /// The system on the suite's U-Net.
  package init() {
    self.init(modelRoles: [.unet]) { try .diffusionCLIP(from: $0.loader) }
  }

  /// The image, and where neither texts nor weights say for all of them what it becomes, the texts of its edit.
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    editsDiffer(options) ? [.image, .edit] : [.image]
  }

  /// CLIP and the identity network are read where latents are optimized or models fine-tuned.
  package func roles(for options: SystemOptions) -> [WeightRole] {
    let mode = mode(options)
    let isTuning =
      mode.takesOneModel && options["weights"] == nil && options["models"] == nil
    return modelRoles + (isTuning || mode == .optimize ? [.clipDirectional, .id] : [])
  }

  /// Refuses both of a model for all edits and one for each.
  ///
  /// - Throws: ``SystemError``.
  package func check(_ options: SystemOptions) throws {
    if mode(options).takesOneModel, options["weights"] != nil, options["models"] != nil {
      throw refusal(
        "'weights' names the model of all edits, 'models' one for each; give one of both")
    }
  }

  private typealias Mode = DiffusionCLIPPlan.Mode

  private func mode(_ options: SystemOptions) -> Mode {
    options["mode"].flatMap(Mode.init(rawValue:)) ?? .reconstruct
  }

  /// Whether each image has an edit of its own.
  private func editsDiffer(_ options: SystemOptions) -> Bool {
    let mode = mode(options)
    return mode == .optimize
      ? options["text"] == nil && options["edit"] == nil
      : mode.takesOneModel && options["weights"] == nil
  }

  /// Opens the original model, the fine-tuned ones, and, to optimize latents, their judges.
  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    try check(options)
    let original = try model(context)
    if editsDiffer(options) { return try editing(options, original, context) }
    let tuned = try (options["weights"] ?? "").split(separator: ",").map {
      try original.tuned(by: String($0))
    }
    let texts = mode(options) == .optimize ? try optimizedTexts(options) : nil
    return try pipeline(options, original, tuned: tuned, texts: texts, context)
  }

  private func pipeline(
    _ options: SystemOptions, _ original: DiffusionModel, tuned: [DiffusionModel],
    texts: EditTexts?, _ context: SystemContext
  ) throws -> DiffusionCLIPPipeline {
    try DiffusionCLIPPipeline(
      models: [original] + tuned, plan: try plan(options, tuned: tuned.count),
      optimization: try texts.map { try optimization(options, $0, context) },
      preprocessing: original.preprocessing)
  }

  /// A pipeline for each edit.
  private func editing(
    _ options: SystemOptions, _ original: DiffusionModel, _ context: SystemContext
  ) throws -> EditingPipeline {
    if mode(options) == .optimize {
      // One edit stands for all: nothing but the texts differs.
      let example = try pipeline(options, original, tuned: [], texts: .example, context)
      return EditingPipeline(
        fingerprint: "for each edit, as \(example.fingerprint)", imageSize: example.imageSize
      ) { texts in
        try pipeline(options, original, tuned: [], texts: texts, context)
      }
    }
    let plan = try plan(options, tuned: 1)
    let models = try editModels(options, original, context)
    return EditingPipeline(
      fingerprint: ["diffusionclip 1", plan.fingerprint, original.fingerprint, models.fingerprint]
        .joined(separator: " | "), imageSize: original.imageShape[1]
    ) { texts in
      try pipeline(options, original, tuned: [try models.model(texts)], texts: nil, context)
    }
  }

  private func editModels(
    _ options: SystemOptions, _ original: DiffusionModel, _ context: SystemContext
  ) throws -> EditModels {
    if let folder = options["models"] { return try .files(in: folder, tunedFrom: original) }
    if let models = try context.tuner?(original) { return models }
    throw refusal(
      "mode '\(mode(options).rawValue)' needs fine-tuned models; give the file of one as 'weights', or a "
        + "folder with one for each edit as 'models' (see 'evalkit tune diffusionclip')")
  }

  /// What options mean for a number of fine-tuned models.
  ///
  /// - Throws: ``SystemError`` for options that do not go together, `DiffusionError` for steps and weights.
  func plan(_ options: SystemOptions, tuned: Int) throws -> DiffusionCLIPPlan {
    let mode = mode(options)
    if mode == .mix, tuned == 0 {
      throw refusal(
        "mode 'mix' needs the files of fine-tuned models; give them as 'weights'")
    }
    if mode.takesOneModel, tuned > 1 {
      throw refusal("mode '\(mode.rawValue)' takes one fine-tuned model, not \(tuned); use 'mix'")
    }
    if !mode.needsTunedModels, tuned > 0 {
      throw refusal("mode '\(mode.rawValue)' runs the original model; leave 'weights' out")
    }
    return try DiffusionCLIPPlan(
      mode: mode, lastTimestep: try options.requiredInteger("t0", of: self),
      inversionSteps: try options.requiredInteger("inversion-steps", of: self),
      generationSteps: try options.requiredInteger("generation-steps", of: self),
      rounds: try options.requiredInteger("rounds", of: self),
      roundSteps: try options.requiredInteger("round-steps", of: self),
      mixture: try mixture(options, mode, tuned: tuned))
  }

  private func mixture(
    _ options: SystemOptions, _ mode: Mode, tuned: Int
  ) throws -> MixingPlan? {
    switch mode {
    case .reconstruct, .unseen, .optimize: return nil
    case .edit, .unseenEdit:
      return try MixingPlan(ratio: try options.requiredNumber("ratio", of: self))
    case .mix:
      let even = "0:" + [String](repeating: "1", count: tuned).joined(separator: ",")
      let text = options["mixture"] ?? even
      guard let mixture = try DiffusionCLIPPlan.mixture(parsing: text, models: tuned) else {
        throw SystemError.invalidValue(
          system: id, option: "mixture", value: text,
          "a weight for each model from a timestep on, as '300:1,0;0:0.3,0.7'")
      }
      return mixture
    }
  }

  /// The texts that options give for all images.
  private func optimizedTexts(_ options: SystemOptions) throws -> EditTexts? {
    let dictionary = options["dictionary"].flatMap(EditDictionary.init(rawValue:)) ?? .corrected
    return try EditTexts.chosen(
      edit: options["edit"], source: options["source"], target: options["text"], from: dictionary)
  }

  private func optimization(
    _ options: SystemOptions, _ texts: EditTexts, _ context: SystemContext
  ) throws -> LatentOptimization {
    let judges = try EditingJudges(
      texts, isDirectional: options["objective"] == "directional",
      weights: EditingObjective.Weights(
        clip: try options.requiredNumber("clip-weight", of: self),
        identity: try options.requiredNumber("identity-weight", of: self),
        difference: try options.requiredNumber("difference-weight", of: self)),
      from: context.loader)
    return LatentOptimization(
      judges: judges, steps: try options.requiredInteger("optimizing-steps", of: self),
      iterations: try options.requiredInteger("iterations", of: self),
      rate: Float(try options.requiredNumber("rate", of: self)))
  }

  private func refusal(_ reason: String) -> SystemError { .conflict(system: id, reason: reason) }
}

extension DiffusionModel {
  /// The U-Net of a suite, by default the published one of CelebA-HQ, with the repository's ᾱ in Float32.
  ///
  /// - Throws: as `ModelLoader.unet(default:)` and `DiffusionModel.init(ofPixels:precision:)`.
  package static func diffusionCLIP(from loader: ModelLoader) throws -> DiffusionModel {
    try DiffusionModel(
      ofPixels: try loader.unet(default: DDPMUNet().name), precision: .single)
  }

  /// The same model with the weights of a file that was fine-tuned from it.
  ///
  /// - Throws: errors of files and weights; ``SystemError`` for a file that says it was tuned from another model.
  package func tuned(by path: String) throws -> DiffusionModel {
    let prefix = "unet: "
    let note = try Checkpoint.open(path: path).notes.first { $0.hasPrefix(prefix) }
    if let note, note.dropFirst(prefix.count) != network.weights.identity {
      throw SystemError.conflict(
        system: "diffusionclip",
        reason: "\(path) was fine-tuned from the model \(note.dropFirst(prefix.count)), but this "
          + "one is \(network.weights.identity)")
    }
    let tuned = try LoadedNetwork(
      network.network, checkpoint: OpenCheckpoint(path), arithmetic: network.arithmetic)
    return DiffusionModel(
      tuned, kind: kind, imageShape: imageShape, learnsVariance: learnsVariance,
      schedule: schedule)
  }

  /// How RGB images reach the model: compact ones as their training reduced them, published ones by Lanczos' filter.
  ///
  /// Source: `gwang-kim/DiffusionCLIP`, `diffusionclip.py`, whose `Image.ANTIALIAS` is Lanczos.
  package var preprocessing: Preprocessing {
    let side = imageShape[1]
    let steps: [PixelStep] =
      CompactNetworks.contains(network.network.name) && side < CompactNetworks.imageSize
      ? [
        .resize(width: CompactNetworks.imageSize, height: CompactNetworks.imageSize, .bicubic),
        .resize(width: side, height: side, .bicubic),
      ] : [.resize(width: side, height: side, .lanczos)]
    return Preprocessing(
      name: "diffusionclip-\(side)", pixelSteps: steps,
      tensorSteps: [.divide(by: 127.5), .scale(by: 1, offset: -1)])
  }
}
