import Checkpoints
import Models
import Networks
import Pipelines
import Tensors
import Terms

/// Diffusion-driven GAN Inversion: what a controlled diffusion model sees becomes codes of a generator.
package struct DDGISystem: GenerationSystem {
  /// On the command line.
  package let id = "ddgi"
  /// The paper's name.
  package let title = "Diffusion-driven GAN Inversion"
  /// One line on what it does.
  package let summary =
    "turns what a diffusion by text and label map or scribble sees into codes of a face generator"
  /// The paper.
  package let source =
    "Kim et al., \"Diffusion-driven GAN Inversion for Multi-Modal Face Image Generation\", CVPR 2024, arXiv 2405.04356"

  /// What makes images.
  private enum Mode: String {
    case pictures = "2d"
    case heads = "3d"
    case diffusion = "controlnet"
  }

  /// Which networks find codes.
  private enum Parts: String {
    case all
    case mapping
    case unweighed
  }

  private static let standardSteps = 8

  /// The system.
  package init() {}

  /// Its options.
  package let options: [SystemOption] = [
    .mode([
      SystemOption.Choice(Mode.pictures.rawValue, "codes of a generator of pictures"),
      SystemOption.Choice(Mode.heads.rawValue, "codes of a generator of heads that can be turned"),
      SystemOption.Choice(
        Mode.diffusion.rawValue, "the diffusion model's own sampling, as a comparator"),
    ]),
    SystemOption(
      "hint", "what is read beside the text",
      .choice([
        SystemOption.Choice(CompactNetworks.Hint.mask.rawValue, "the label map"),
        SystemOption.Choice(CompactNetworks.Hint.scribble.rawValue, "the scribble"),
      ]), standard: CompactNetworks.Hint.mask.rawValue),
    SystemOption(
      "tap", "the step whose features become codes; the last one unless given",
      .choice([
        SystemOption.Choice(
          DDGIPipeline.Tap.last.rawValue, "in which the face is seen, behind all others"),
        SystemOption.Choice(
          DDGIPipeline.Tap.first.rawValue, "of noise alone: one call, and the text says most"),
      ]), standard: nil),
    SystemOption(
      "parts", "what finds codes; all networks unless given",
      .choice([
        SystemOption.Choice(Parts.all.rawValue, "mapping and modulation, weighed by attention"),
        SystemOption.Choice(Parts.mapping.rawValue, "the mapping alone: ablation (a)"),
        SystemOption.Choice(
          Parts.unweighed.rawValue, "no attention in the modulation: ablation (b)"),
      ]), standard: nil),
    SystemOption(
      "codes", "a file of the networks that find codes, in place of the suite's", .text,
      standard: nil),
    SystemOption(
      "yaw", "degrees that a head is turned to the picture's right; 0 unless given",
      .integer(-30...30), standard: nil),
    SystemOption(
      "pitch", "degrees that a head is turned up; 0 unless given", .integer(-12...12),
      standard: nil),
    SystemOption(
      "steps", "steps of the 1000 that are taken; a divisor of 1000 below it", .integer(1...999),
      standard: "\(Self.standardSteps)"),
  ]

  private func mode(_ options: SystemOptions) -> Mode {
    options["mode"].flatMap(Mode.init(rawValue:)) ?? .pictures
  }

  private func hint(_ options: SystemOptions) -> CompactNetworks.Hint {
    options["hint"].flatMap(CompactNetworks.Hint.init(rawValue:)) ?? .mask
  }

  private func steps(_ options: SystemOptions) -> Int {
    options.integer("steps") ?? Self.standardSteps
  }

  /// The text, and the label map or the scribble.
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    [.text, hint(options) == .mask ? .labels : .scribble]
  }

  /// The diffusion model, and the generator with what finds its codes.
  package func roles(for options: SystemOptions) -> [WeightRole] {
    switch mode(options) {
    case .pictures: [.controlNet, .generator] + (options["codes"] == nil ? [.inversion] : [])
    case .heads: [.controlNet, .headGenerator] + (options["codes"] == nil ? [.headInversion] : [])
    case .diffusion: [.controlNet]
    }
  }

  /// Refuses steps that do not divide 1000, and options of other modes.
  ///
  /// - Throws: ``SystemError``.
  package func check(_ options: SystemOptions) throws {
    let steps = steps(options)
    guard 1000 % steps == 0 else {
      throw SystemError.conflict(
        system: id,
        reason: "\(steps) steps do not divide the 1000 of training; take 8, 10, 20 or 50")
    }
    let mode = mode(options)
    let foreign: [(name: String, place: String)] =
      (mode == .diffusion ? ["tap", "parts", "codes"] : []).map { ($0, "mode=2d and mode=3d") }
      + (mode == .heads ? [] : ["yaw", "pitch"]).map { ($0, "mode=3d") }
    for (name, place) in foreign where options[name] != nil {
      throw SystemError.conflict(system: id, reason: "'\(name)' belongs to \(place); leave it out")
    }
  }

  /// Reads the weights.
  ///
  /// - Throws: `UnavailableMetric` for missing weights, ``SystemError``, errors of files and weights.
  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    try check(options)
    let (loader, hint) = (context.loader, hint(options))
    let model = try ControlledModel.compact(
      hint, checkpoint: loader.file(of: .controlNet, CompactNetworks.controlName),
      texts: .compact(from: loader, tokens: CompactNetworks.controlTokens))
    return try DDGIPipeline(
      model, hint: hint, maker: maker(options, in: context),
      steps: steps(options))
  }

  private func maker(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> DDGIPipeline.Maker {
    let loader = context.loader
    let tap = options["tap"].flatMap(DDGIPipeline.Tap.init(rawValue:)) ?? .last
    func finder(_ networks: InversionNetworks, _ file: CompositeFile, mean: [Float]) throws
      -> CodeFinder
    {
      let parts = options["parts"].flatMap(Parts.init(rawValue:)) ?? .all
      return try .compact(
        networks, file, isModulated: parts != .mapping,
        attention: parts == .unweighed ? .none : .maps, mean: mean)
    }
    func file(of role: WeightRole, _ networks: InversionNetworks) throws -> CompositeFile {
      try CompositeFile(
        options["codes"] ?? loader.file(of: role, networks.name), layout: .inversion)
    }
    switch mode(options) {
    case .diffusion: return .diffusion
    case .pictures:
      let generator = try FaceGenerator(
        .compact, checkpoint: loader.file(of: .generator, StyleGAN2.compact.synthesis.name),
        workers: context.workers)
      let networks = CompactNetworks.inversion
      let finder = try finder(networks, file(of: .inversion, networks), mean: generator.mean)
      return .codes(finder, generator, at: tap)
    case .heads:
      let generator = try HeadGenerator(
        checkpoint: loader.file(
          of: .headGenerator, CompactNetworks.headPlanes.synthesis.name))
      let networks = CompactNetworks.headInversion
      let file = try file(of: .headInversion, networks)
      let heads = try HeadFinder(
        codes: finder(networks, file, mean: generator.mean), in: file)
      return .heads(
        heads, generator, yaw: Float(options.integer("yaw") ?? 0),
        pitch: Float(options.integer("pitch") ?? 0), at: tap)
    }
  }
}

extension ModelLoader {
  /// The file of a role of which nobody publishes one.
  fileprivate func file(of role: WeightRole, _ network: String) throws -> String {
    let choice = suite.roles[role]
    return try file(choice?.file, of: choice?.network ?? network, as: nil, for: role)
  }
}
