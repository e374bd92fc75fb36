import Checkpoints
import Diffusion
import Essentials
import Images
import Models
import Networks
import Pipelines
import Tensors
import Terms

/// SCA-DM: faces of a label map in the style of images, class by class.
package struct SCADMSystem: GenerationSystem {
  /// On the command line.
  package let id = "sca-dm"
  /// The paper's name.
  package let title = "SCA-DM"
  /// One line on what it does.
  package let summary = "makes the face of a label map, with a style of its own for each class"
  /// The paper.
  package let source =
    "Ergasti et al., \"Controllable Face Synthesis with Semantic Latent Diffusion Models\", ICPR 2024, arXiv 2403.12743"

  private typealias Style = SCADMPipeline.Style

  /// The system.
  package init() {}

  /// Its options.
  package let options: [SystemOption] = [
    .mode(Style.allCases.map { SystemOption.Choice($0.rawValue, $0.summary) }),
    SystemOption(
      "classes", "classes whose style changes, by name or number, joined by '+'; all unless given",
      .text, standard: nil),
    SystemOption(
      "amount", "how far 'interpolate' goes towards the reference", .number(0...1), standard: nil),
    SystemOption("reference", "file of the image whose style is taken", .text, standard: nil),
    SystemOption(
      "reference-labels", "file of the reference's label map", .text, standard: nil),
    SystemOption("scale", "guidance; see 'convention'", .number(0...100), standard: "1"),
    SystemOption(
      "convention", "what 'scale' multiplies",
      .choice([
        SystemOption.Choice("code", "ε_u + s·(ε_c − ε_u), so that 1 is no guidance"),
        SystemOption.Choice("paper", "ε_c + s·(ε_c − ε_u), equation 4, so that 0 is none"),
      ]), standard: "code"),
    SystemOption(
      "sampler", "how a step is taken",
      .choice([
        SystemOption.Choice("ddim", "DDIM without noise; steps divide 1000"),
        SystemOption.Choice("ddpm", "ancestral sampling, up to all 1000 steps"),
      ]), standard: "ddim"),
    SystemOption("steps", "steps of the 1000 that are taken", .integer(1...1000), standard: "200"),
    SystemOption(
      "weights", "which of the U-Net's weights a published file's are",
      .choice([
        SystemOption.Choice("averaged", "averages over the training, as the released sampler"),
        SystemOption.Choice("raw", "those of the last step, as the released demonstration"),
      ]), standard: "averaged"),
    SystemOption(
      "attention", "what a pixel reads of the codes",
      .choice([
        SystemOption.Choice("masked", "that of its own class"),
        SystemOption.Choice("all", "all of them, which needs weights trained so"),
      ]), standard: "masked"),
  ]

  /// The label map, and the image where its style is read.
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    let style = options["mode"].flatMap(Style.init(rawValue:)) ?? .reconstruct
    return style == .noise || style == .swap ? [.labels] : [.labels, .image]
  }

  /// The system's file.
  package func roles(for options: SystemOptions) -> [WeightRole] { [.scadm] }

  /// Refuses steps that do not divide 1000, and options of other modes.
  ///
  /// - Throws: ``SystemError``.
  package func check(_ options: SystemOptions) throws {
    let settings = try settings(for: options)
    if !settings.isAncestral, 1000 % settings.steps != 0 || settings.steps == 1000 {
      throw refusal(
        "\(settings.steps) steps do not divide the 1000 of training, which latent diffusion's DDIM needs; take "
          + "50, 100 or 200, or sampler=ddpm")
    }
    if settings.style != .interpolate, options["amount"] != nil {
      throw refusal("'amount' belongs to 'interpolate'; leave it out")
    }
    if options["classes"] != nil, [.reconstruct, .noise, .swap].contains(settings.style) {
      throw refusal("'\(settings.style.rawValue)' takes all classes alike; leave 'classes' out")
    }
    guard (options["reference"] == nil) == (options["reference-labels"] == nil) else {
      throw refusal("a reference needs both 'reference' and 'reference-labels'")
    }
    try settings.style.check(hasReference: options["reference"] != nil)
  }

  private func refusal(_ reason: String) -> SystemError { .conflict(system: id, reason: reason) }

  /// What options say.
  ///
  /// - Throws: ``SystemError`` for an unknown class.
  package func settings(for options: SystemOptions) throws -> SCADMPipeline.Settings {
    var settings = SCADMPipeline.Settings()
    settings.style = options["mode"].flatMap(Style.init(rawValue:)) ?? .reconstruct
    settings.amount = options.number("amount") ?? settings.amount
    let scale = options.number("scale") ?? 1
    settings.scale =
      options["convention"] == "paper" ? .beyondConditional(scale) : .fromUnconditional(scale)
    settings.isAncestral = options["sampler"] == "ddpm"
    settings.steps = options.integer("steps") ?? settings.steps
    settings.classes = try Set(
      (options["classes"] ?? "").split(separator: "+").map { try classIndex(String($0)) })
    return settings
  }

  private func classIndex(_ text: String) throws -> Int {
    let order = LabelOrder.celebAMaskHQ
    if let index = order.index(of: text) { return index }
    throw SystemError.invalidValue(
      system: id, option: "classes", value: text,
      "classes among \(order.classes.joined(separator: ", "))")
  }

  /// Reads the weights, and the reference where there is one.
  ///
  /// - Throws: `UnavailableMetric` for missing weights, ``SystemError``, errors of files and weights.
  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    try check(options)
    let settings = try settings(for: options)
    let isMasked = options["attention"] != "all"
    let isCompact = context.loader.suite.roles[.scadm]?.network == CompactNetworks.scadm().name
    let model: SCADMModel =
      isCompact
      ? try .compact(from: context.loader, isMasked: isMasked)
      : try .published(
        from: context.loader, isMasked: isMasked,
        weights: options["weights"] == "raw" ? .raw : .averaged)
    return try SCADMPipeline(
      settings, model: model, reference: try reference(options), groupSize: isCompact ? 16 : 2)
  }

  private func reference(_ options: SystemOptions) throws -> SCADMPipeline.Reference? {
    guard let image = options["reference"], let labels = options["reference-labels"] else {
      return nil
    }
    return SCADMPipeline.Reference(
      image: try ImageDecoder.rgb(contentsOf: image),
      labels: try ImageDecoder.labelMap(contentsOf: labels),
      digest: try "\(FileDigest.sha256(ofFile: image)),\(FileDigest.sha256(ofFile: labels))")
  }
}

extension SCADMPipeline.Style {
  /// What the mode does, in a line.
  fileprivate var summary: String {
    switch self {
    case .reconstruct: "every class in the style of the image itself"
    case .noise: "every class in a style that the diffusion draws"
    case .swap: "every class in the style of the reference"
    case .partial: "some classes in the style of the reference, the others in the image's"
    case .mixed: "some classes in a drawn style, the others in the image's"
    case .interpolate: "some classes between the styles of image and reference"
    }
  }
}

extension SCADMModel {
  private static let unetPart = "model.diffusion_model"
  private static let encoderPart = "cond_stage_model"
  private static let stagePart = "first_stage_model"

  /// The published networks, all in one file.
  ///
  /// - Throws: `UnavailableMetric` if it is missing; errors of files and weights.
  package static func published(
    from loader: ModelLoader, isMasked: Bool, weights: TrainedWeights
  ) throws -> SCADMModel {
    let file = try loader.composite(
      .scadm, of: SCADMUNet.published.name, layout: .latentDiffusion)
    let unet = SCADMUNet.published
    var configuration = unet.configuration
    configuration.isMasked = isMasked
    let autoencoder = LatentAutoencoder.vq4
    let stage = try loader.firstStage()
    func half(_ network: any PublishedNetwork) throws -> LoadedNetwork {
      try stage?.network(network, part: "") ?? file.network(network, part: stagePart)
    }
    return try SCADMModel(
      file.network(
        SCADMUNet(name: unet.name, summary: unet.summary, configuration), part: unetPart,
        weights: weights),
      encoder: file.network(SCADMStyleEncoder.published, part: encoderPart),
      codec: LatentCodec(
        encoder: half(autoencoder.encoder), decoder: half(autoencoder.decoder),
        configuration: autoencoder.configuration, scale: 1),
      kind: .noise)
  }

  /// The compact networks, whose latents become their nearest codes before they are decoded.
  ///
  /// - Throws: `UnavailableMetric` if a file is missing; errors of files and weights.
  package static func compact(from loader: ModelLoader, isMasked: Bool) throws -> SCADMModel {
    let unet = CompactNetworks.scadm(isMasked: isMasked)
    return try compact(
      loader.composite(.scadm, of: unet.name, layout: .latentDiffusion), isMasked: isMasked,
      codec: .compact(from: loader, as: CompactNetworks.quantizingAutoencoder))
  }

  /// The compact networks of a file.
  ///
  /// - Parameters:
  ///   - file: of the layout that the published one has.
  ///   - isMasked: whether a pixel reads the code of its own class alone.
  ///   - codec: the autoencoder.
  /// - Returns: the networks.
  /// - Throws: `CheckpointError`, `BindingError`.
  package static func compact(
    _ file: CompositeFile, isMasked: Bool, codec: LatentCodec
  ) throws -> SCADMModel {
    try SCADMModel(
      file.network(CompactNetworks.scadm(isMasked: isMasked), part: unetPart),
      encoder: file.network(SCADMStyleEncoder.compact, part: encoderPart), codec: codec,
      kind: .velocity)
  }
}
