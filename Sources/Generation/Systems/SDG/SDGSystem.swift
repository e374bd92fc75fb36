import Diffusion
import Images
import Models
import Networks
import Pipelines
import Provenance
import Tensors
import Terms

/// Semantic diffusion guidance: one unconditional diffusion model that texts and images guide, and ILVR, to which the
/// paper compares it.
package struct SDGSystem: GenerationSystem {
  /// What it does.
  package enum Mode: String, CaseIterable, Sendable {
    /// A text guides.
    case text
    /// An image's content guides.
    case content
    /// The places of things in an image guide.
    case structure
    /// An image's style guides.
    case style
    /// A text and an image's content guide.
    case mixed
    /// Low frequencies are an image's.
    case ilvr
    /// Nothing guides.
    case unguided

    fileprivate var summary: String {
      switch self {
      case .text: "guided by a text"
      case .content: "guided by the content of an image"
      case .structure: "guided by where things are in an image"
      case .style: "guided by the style of an image"
      case .mixed: "guided by a text and by the content of an image"
      case .ilvr: "ILVR: low frequencies are replaced by an image's"
      case .unguided: "faces as the diffusion model knows them"
      }
    }
  }

  /// On the command line.
  package let id = "sdg"
  /// The paper's name.
  package let title = "SDG"
  /// One line on what it does.
  package let summary =
    "guides an unconditional diffusion model by texts and images while it samples"
  /// The paper.
  package let source =
    "Liu et al., \"More Control for Free! Image Synthesis with Semantic Diffusion Guidance\", WACV 2023, "
    + "arXiv 2112.05744"

  /// The system.
  package init() {}

  /// Its options.
  package let options: [SystemOption] = [
    .mode(Mode.allCases.map { SystemOption.Choice($0.rawValue, $0.summary) }),
    SystemOption(
      "text-scale", "weight of the text; the paper's table has 120, 160 and 320",
      .number(0...1e9), standard: "120"),
    SystemOption(
      "image-scale", "weight of the image; the paper's table has 100 and 200", .number(0...1e9),
      standard: "100"),
    SystemOption(
      "gram",
      "matrices of style: of each image, or of all images of a group together as in the published code",
      .choice([
        SystemOption.Choice("image", "each image has its own"),
        SystemOption.Choice("batch", "one for a group, on which images then depend"),
      ]), standard: "image"),
    SystemOption(
      "steps", "steps of the 1000 that are taken", .integer(1...1000), standard: "100"),
    SystemOption(
      "ilvr-factor",
      "by how much images shrink whose frequencies are replaced; an eighth of the "
        + "image's size unless given", .integer(2...256), standard: nil),
    SystemOption(
      "ilvr-range", "last steps in which nothing is replaced, less one", .integer(0...999),
      standard: "20"),
  ]

  /// The text, the image, both or neither, as the mode guides.
  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    let settings = settings(for: options, imageSize: 0)
    return (settings.guidance.text == 0 ? [] : [.text] as Set<ImageCondition>)
      .union(settings.guidance.readsReference || settings.replacement != nil ? [.image] : [])
  }

  /// U-Net, and as the mode needs them guide and text tower.
  package func roles(for options: SystemOptions) -> [WeightRole] {
    let guidance = settings(for: options, imageSize: 0).guidance
    return [.unet] + (guidance.isOff ? [] : [.guide]) + (guidance.text == 0 ? [] : [.retrieval])
  }

  /// What options say; scales of what the mode does not read are 0.
  package func settings(for options: SystemOptions, imageSize: Int) -> SDGPipeline.Settings {
    let mode = options["mode"].flatMap(Mode.init) ?? .text
    let (text, image) = (options.number("text-scale") ?? 0, options.number("image-scale") ?? 0)
    var settings = SDGPipeline.Settings()
    settings.steps = options.integer("steps") ?? settings.steps
    settings.guidance.gram = options["gram"].flatMap(Guidance.Gram.init) ?? .image
    switch mode {
    case .text: settings.guidance.text = text
    case .content: settings.guidance.content = image
    case .structure: settings.guidance.structure = image
    case .style: settings.guidance.style = image
    case .mixed: (settings.guidance.text, settings.guidance.content) = (text, image)
    case .ilvr:
      settings.replacement = SDGPipeline.Replacement(
        factor: options.integer("ilvr-factor") ?? imageSize / 8,
        range: options.integer("ilvr-range") ?? 20)
    case .unguided: break
    }
    return settings
  }

  /// Reads the weights.
  ///
  /// - Throws: `UnavailableMetric` for missing weights, ``SystemError``, errors of files and weights.
  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    let model = try DiffusionModel(ofPixels: try context.loader.unet())
    let size = model.imageShape[2]
    let settings = settings(for: options, imageSize: size)
    let guide = settings.guidance.isOff ? nil : try NoisyGuide(try context.loader.guide())
    let texts =
      settings.guidance.text == 0
      ? nil
      : try context.loader.clip(
        context.loader.suite.guiding(.retrieval), network: "clip-rn50x16", preprocessing: .pillow,
        isReadingTexts: true,
        isTruncating: true
      ).text
    return try SDGPipeline(
      settings, model: model, guide: guide, texts: texts.map(Self.reader),
      groupSize: size > 64 ? 2 : 16)
  }

  private static func reader(
    _ texts: TextExtractor
  ) -> (fingerprint: String, embedding: SDGPipeline.TextReader) {
    (
      "texts=\(texts.fingerprint.hash)",
      { text in
        try texts.embeddings(of: [text], in: WorkerMemory())[0].get()
      }
    )
  }
}
