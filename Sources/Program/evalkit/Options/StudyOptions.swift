import ArgumentParser
import Harness
import Measurement
import Provenance

/// Options of metrics that read texts, groups or CLIP's embeddings.
struct StudyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      #"Captions, {"id": …, "text": …} a line, for clip and retrieval"#, valueName: "file.jsonl"))
  var captions: String?

  @Option(
    help: ArgumentHelp(
      #"Edits, {"id": …, "source_text": …, "target_text": …} a line, for clip-directional"#,
      valueName: "file.jsonl"))
  var edits: String?

  @Option(
    help: ArgumentHelp(
      "CLIP model of all metrics that use one, for example clip-vit-b16",
      default: "each metric's own",
      valueName: "network"))
  var clipModel: String?

  @Option(
    help: ArgumentHelp(
      "Resizing for CLIP: pil_aa or tensor_noaa", default: "each metric's own", valueName: "variant"
    ))
  var clipResize: String?

  @Option(
    help: ArgumentHelp(
      "Definition of clip: cosine, torchmetrics or hessel", default: "cosine", valueName: "variant")
  )
  var clipVariant: String?

  @Flag(help: "Truncate texts that are too long for CLIP, which otherwise count as failures")
  var truncateCaptions = false

  @Option(
    help: ArgumentHelp(
      "Estimator of cmmd: google-research or unbiased", default: "google-research",
      valueName: "variant"))
  var cmmdVariant: String?

  @Option(
    help: ArgumentHelp(
      "Guidance that retrieval ranks by: text or image", default: "text", valueName: "kind"))
  var retrievalGuidance: String?

  @Option(
    help: ArgumentHelp(
      "Ties in retrieval: against-generated or for-generated", default: "against-generated",
      valueName: "rule"))
  var retrievalTies: String?

  @Option(
    in: .negatives, default: "99",
    help: ArgumentHelp("Real images that retrieval ranks an image among", valueName: "n"))
  var retrievalNegatives: Int?

  @Option(
    help: ArgumentHelp(
      "Measure of segmentation-consistency: pixel_acc or miou", default: "pixel_acc",
      valueName: "mode"))
  var scMode: String?

  @Option(
    help: ArgumentHelp(
      "LPIPS network of lpips-diversity: alex, vgg or squeeze", default: "alex", valueName: "net"))
  var diversityNet: String?

  @Option(
    help: ArgumentHelp(
      "Pairs of lpips-diversity: all_pairs, consecutive or two_samples", default: "all_pairs",
      valueName: "choice"))
  var diversityPairs: String?

  @Option(
    help: ArgumentHelp(
      "Mean of lpips-diversity: over pairs or groups", default: "pairs", valueName: "what"))
  var diversityMean: String?

  @Option(
    help: ArgumentHelp(
      "Images that lpips-diversity compares: all, or those of one prefix (the id up to its last _ or -)",
      valueName: "rule"))
  var groupBy = ScoreGrouping.all.rawValue

  /// The rule by which images belong together.
  var grouping: ScoreGrouping {
    get throws { try ScoreGrouping.named(groupBy) }
  }

  /// Adds what was typed here.
  func fill(_ choices: inout MeterChoices) {
    choices.clipModel = clipModel
    choices.clipResize = clipResize
    choices.clipScore = clipVariant
    choices.isTruncating = truncateCaptions
    choices.cmmd = cmmdVariant
    choices.guidance = retrievalGuidance
    choices.ties = retrievalTies
    choices.negatives = retrievalNegatives
    choices.consistency = scMode
    choices.diversityNetwork = diversityNet
    choices.diversityPairs = diversityPairs
    choices.diversityMean = diversityMean
  }
}
