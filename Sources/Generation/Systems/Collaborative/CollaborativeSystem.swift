import Checkpoints
import Diffusion
import Images
import Models
import Networks
import Pipelines
import Tensors
import Terms

/// Collaborative Diffusion: two latent diffusion models, one by label map and one by text, that make an image together.
package struct CollaborativeSystem: GenerationSystem {
  /// On the command line.
  package let id = "collaborative"
  /// The paper's name.
  package let title = "Collaborative Diffusion"
  /// One line on what it does.
  package let summary =
    "mixes a diffusion by label map and one by text, pixel by pixel and step by step"
  /// The paper.
  package let source =
    "Huang et al., \"Collaborative Diffusion for Multi-Modal Face Generation and Editing\", CVPR 2023, arXiv 2304.10530"

  private typealias Mixing = CollaborativePipeline.Mixing
  private static let edit = "edit"

  /// The system.
  package init() {}

  /// Its options.
  package let options: [SystemOption] = [
    .mode(
      Mixing.allCases.map { SystemOption.Choice($0.rawValue, $0.summary) } + [
        SystemOption.Choice(
          edit,
          "edits an image towards label map and text: both models are taught it first (Imagic)")
      ]),
    SystemOption(
      "reweighting",
      "what follows the networks that weigh: the released code's second weighting, or none as in the paper",
      .choice([
        SystemOption.Choice("released", "the label map matters more while there is much noise"),
        SystemOption.Choice("none", "shares are used as they are"),
      ]), standard: "released"),
    SystemOption(
      "show", "what the picture is",
      .choice([
        SystemOption.Choice("face", "the face"),
        SystemOption.Choice("influence", "the label map's shares at sixteen of the steps"),
      ]), standard: "face"),
    SystemOption(
      "steps", "steps of the 1000 that are taken; a divisor of 1000 below it", .integer(1...999),
      standard: "50"),
    SystemOption(
      "amount", "how far an edit goes: 0 is the image, 1 label map and text; 1 unless given",
      .number(-1...3), standard: nil),
    SystemOption(
      "condition-steps", "steps in which an edit finds the image's own condition; 500 unless given",
      .integer(1...100_000), standard: nil),
    SystemOption(
      "network-steps", "steps in which an edit teaches a model the image; 1000 unless given",
      .integer(1...100_000), standard: nil),
    SystemOption(
      "network-rate", "learning rate of those steps; 1e-6 unless given", .number(0...1),
      standard: nil),
  ]

  private static let editingOptions = [
    "amount", "condition-steps", "network-steps", "network-rate",
  ]

  /// Label map and text, and the image that is edited.
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    options["mode"] == Self.edit ? [.labels, .text, .image] : [.labels, .text]
  }

  /// The system's file.
  package func roles(for options: SystemOptions) -> [WeightRole] { [.collaborative] }

  /// Refuses steps that do not divide 1000, and options of edits where nothing is edited.
  ///
  /// - Throws: ``SystemError``.
  package func check(_ options: SystemOptions) throws {
    let steps = options.integer("steps") ?? 50
    guard 1000 % steps == 0 else {
      throw SystemError.conflict(
        system: id,
        reason:
          "\(steps) steps do not divide the 1000 of training, which latent diffusion's sampler "
          + "needs; take 40, 50, 100 or 200")
    }
    for name in Self.editingOptions where options["mode"] != Self.edit && options[name] != nil {
      throw SystemError.conflict(
        system: id, reason: "'\(name)' belongs to mode=\(Self.edit); leave it out")
    }
  }

  /// What options say.
  package func settings(for options: SystemOptions) -> CollaborativePipeline.Settings {
    var settings = CollaborativePipeline.Settings()
    settings.mixing = options["mode"].flatMap(Mixing.init(rawValue:)) ?? .full
    settings.isReweighted = options["reweighting"] != "none"
    settings.showsInfluence = options["show"] == "influence"
    settings.steps = options.integer("steps") ?? settings.steps
    return settings
  }

  /// Reads the weights.
  ///
  /// - Throws: `UnavailableMetric` for missing weights, ``SystemError``, errors of files and weights.
  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    try check(options)
    let isCompact =
      context.loader.suite.roles[.collaborative]?.network == CompactNetworks.collaborativeName
    let model: CollaborativeModel =
      try isCompact ? .compact(from: context.loader) : .published(from: context.loader)
    guard options["mode"] == Self.edit else {
      return try CollaborativePipeline(
        settings(for: options), model: model, groupSize: isCompact ? 16 : 2)
    }
    var tuning = ImagicTuning()
    tuning.conditionSteps = options.integer("condition-steps") ?? tuning.conditionSteps
    tuning.networkSteps = options.integer("network-steps") ?? tuning.networkSteps
    tuning.networkRate = options.number("network-rate").map(Float.init) ?? tuning.networkRate
    return try CollaborativeEditing(
      settings(for: options), tuning: tuning, amount: options.number("amount") ?? 1, model: model)
  }
}

extension CollaborativePipeline.Mixing {
  /// What the mode does, in a line.
  fileprivate var summary: String {
    switch self {
    case .full: "two small networks say how much each condition matters where and when"
    case .composable: "both conditions count half (Composable Diffusion)"
    case .withoutSpace: "as full, but the same share for all pixels of a step"
    case .withoutTime: "as full, but the same shares in all steps"
    case .map: "the label map's model alone"
    case .text: "the text's model alone"
    }
  }
}

extension CollaborativeModel {
  /// Names of the parts of the system's file.
  private enum Part {
    static let mapDenoiser = "model.seg_mask_unet.diffusion_model"
    static let textDenoiser = "model.text_unet.diffusion_model"
    static let mapDiffuser = "model.seg_mask_confidence_predictor.diffusion_model"
    static let textDiffuser = "model.text_confidence_predictor.diffusion_model"
    static let mapEncoder = "cond_stage_model.seg_mask_cond_stage_model"
    static let textEncoder = "cond_stage_model.text_cond_stage_model"
    static let firstStage = "first_stage_model"
  }

  private static func branches(
    of file: CompositeFile, map: (LatentUNet, LatentUNet), text: (LatentUNet, LatentUNet)
  ) throws -> (map: Branch, text: Branch) {
    func diffuser(_ network: LatentUNet, _ part: String) throws -> LoadedNetwork? {
      file.holds(part) ? try file.network(network, part: part) : nil
    }
    return (
      try Branch(
        denoiser: file.network(map.0, part: Part.mapDenoiser),
        diffuser: diffuser(map.1, Part.mapDiffuser)),
      try Branch(
        denoiser: file.network(text.0, part: Part.textDenoiser),
        diffuser: diffuser(text.1, Part.textDiffuser))
    )
  }

  /// The published networks, all in one file or each condition's in its own; images have 512 pixels where the
  /// autoencoder reduces by 8, else 256.
  ///
  /// - Throws: `UnavailableMetric` if it is missing; errors of files and weights.
  package static func published(from loader: ModelLoader) throws -> CollaborativeModel {
    let file = try loader.collaborative(of: LatentUNet.collaborativeBranch.name)
    let map = LatentUNet.collaborativeMapBranch
    let (mapBranch, textBranch) = try branches(
      of: file, map: (map, LatentUNet.collaborativeMapDiffuser),
      text: (.collaborativeBranch, .collaborativeDiffuser))
    let stage = try loader.firstStage()
    let (autoencoder, scale) = publishedAutoencoder(
      hasFourthLevel: (stage ?? file).holds(
        "\(stage == nil ? "\(Part.firstStage)." : "")encoder.down.3"))
    func half(_ network: any PublishedNetwork) throws -> LoadedNetwork {
      try stage?.network(network, part: "") ?? file.network(network, part: Part.firstStage)
    }
    return try CollaborativeModel(
      map: mapBranch, text: textBranch,
      mapEncoder: try file.network(MaskEncoder.collaborative, part: Part.mapEncoder),
      texts: try TextContext(
        file.network(BERTEmbedder.collaborative, part: Part.textEncoder)),
      codec: LatentCodec(
        encoder: try half(autoencoder.encoder), decoder: try half(autoencoder.decoder),
        configuration: autoencoder.configuration, scale: scale),
      kind: .noise, conflicts: file.conflicts)
  }

  /// The autoencoder of a published version, and what its latents are multiplied by.
  ///
  /// Source: `ziqihuangg/Collaborative-Diffusion`, `configs/256_codiff_mask_text.yaml` and `512_codiff_mask_text.yaml`,
  /// `scale_factor`.
  ///
  /// - Parameter hasFourthLevel: whether the file's encoder halves a third time.
  /// - Returns: that of 512 pixels, or else of 256.
  package static func publishedAutoencoder(
    hasFourthLevel: Bool
  ) -> (autoencoder: LatentAutoencoder, scale: Double) {
    hasFourthLevel ? (.kl8, 0.141) : (.kl4, 0.058)
  }

  /// The compact networks; texts are read by the compact CLIP.
  ///
  /// - Throws: `UnavailableMetric` if a file is missing; errors of files and weights.
  package static func compact(from loader: ModelLoader) throws -> CollaborativeModel {
    try compact(
      loader.composite(
        .collaborative, of: CompactNetworks.collaborativeName, layout: .collaborative),
      texts: .compact(from: loader), codec: .compact(from: loader))
  }

  /// The compact networks of a file.
  ///
  /// - Parameters:
  ///   - file: of the layout that the published one has.
  ///   - texts: what reads texts.
  ///   - codec: the autoencoder.
  /// - Returns: the networks.
  /// - Throws: `CheckpointError`, `BindingError`.
  package static func compact(
    _ file: CompositeFile, texts: TextContext, codec: LatentCodec
  ) throws -> CollaborativeModel {
    let (mapBranch, textBranch) = try branches(
      of: file, map: (CompactNetworks.mapBranch, CompactNetworks.mapDiffuser),
      text: (CompactNetworks.textBranch, CompactNetworks.textDiffuser))
    return try CollaborativeModel(
      map: mapBranch, text: textBranch,
      mapEncoder: try file.network(CompactNetworks.mapEncoder, part: Part.mapEncoder),
      texts: texts, codec: codec, kind: .velocity)
  }
}

extension TextContext {
  /// The compact CLIP's tokens.
  ///
  /// - Parameters:
  ///   - loader: where the network comes from.
  ///   - count: how many tokens of a text are read.
  /// - Returns: what reads texts.
  /// - Throws: `UnavailableMetric` if weights are missing; other errors if they are unusable.
  static func compact(
    from loader: ModelLoader, tokens count: Int = CompactNetworks.textTokens
  ) throws -> TextContext {
    let tower = try loader.clip(
      .guidingCLIP, network: CompactNetworks.clip.name, preprocessing: .pillow,
      isReadingTexts: true, isTruncating: true
    ).text
    guard let tower else {
      throw SystemError.conflict(
        system: "compact networks", reason: "they read texts by the compact CLIP")
    }
    return try TextContext(
      tower.network, vocabulary: tower.vocabulary, count: count)
  }
}

extension LatentCodec {
  /// The compact autoencoder.
  ///
  /// - Parameters:
  ///   - loader: where the file comes from.
  ///   - model: how the file is read.
  /// - Returns: the autoencoder.
  /// - Throws: `UnavailableMetric` if the file is missing; errors of files and weights.
  static func compact(
    from loader: ModelLoader, as model: LatentAutoencoder = CompactNetworks.autoencoder
  ) throws -> LatentCodec {
    guard let file = try loader.firstStage() else {
      throw SystemError.conflict(
        system: "collaborative",
        reason: "the compact networks need their autoencoder as 'first-stage'")
    }
    return LatentCodec(
      encoder: try file.network(model.encoder, part: ""),
      decoder: try file.network(model.decoder, part: ""), configuration: model.configuration,
      scale: try file.number(LatentAutoencoder.scaleName) ?? 1)
  }
}
