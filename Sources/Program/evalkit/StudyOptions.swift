import ArgumentParser
import Harness
import Measurement
import Provenance

/// Options of metrics that read texts, groups or CLIP's embeddings.
struct StudyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      #"Captions, {"id": …, "text": …} a line, for clip and retrieval."#, valueName: "file.jsonl"))
  var captions: String?

  @Option(
    help: ArgumentHelp(
      #"Edits, {"id": …, "source_text": …, "target_text": …} a line, for clip-directional."#,
      valueName: "file.jsonl"))
  var edits: String?

  @Option(
    help: ArgumentHelp(
      "CLIP model of all metrics that rest on one, for example clip-vit-b16.", valueName: "network")
  )
  var clipModel: String?

  @Option(help: ArgumentHelp("How images reach CLIP: pil_aa or tensor_noaa.", valueName: "way"))
  var clipResize: String?

  @Option(help: ArgumentHelp("cosine, torchmetrics or hessel.", valueName: "variant"))
  var clipVariant: String?

  @Flag(help: "Cut texts that are too long for CLIP; they are failures otherwise.")
  var truncateCaptions = false

  @Option(help: ArgumentHelp("google-research or unbiased.", valueName: "variant"))
  var cmmdVariant: String?

  @Option(help: ArgumentHelp("What images were made for: text or image.", valueName: "kind"))
  var retrievalGuidance: String?

  @Option(help: ArgumentHelp("against-generated or for-generated.", valueName: "rule"))
  var retrievalTies: String?

  @Option(
    in: .negatives,
    help: ArgumentHelp("Real images to rank among; 99 unless given.", valueName: "n"))
  var retrievalNegatives: Int?

  @Option(help: ArgumentHelp("Segmentation consistency: pixel_acc or miou.", valueName: "mode"))
  var scMode: String?

  @Option(help: ArgumentHelp("LPIPS of lpips-diversity: alex, vgg or squeeze.", valueName: "net"))
  var diversityNet: String?

  @Option(
    help: ArgumentHelp(
      "Pairs of lpips-diversity: all_pairs, consecutive or two_samples.", valueName: "choice"))
  var diversityPairs: String?

  @Option(help: ArgumentHelp("Mean over pairs or over groups.", valueName: "what"))
  var diversityMean: String?

  @Option(
    help: ArgumentHelp(
      "Images that lpips-diversity compares: all, or those of one prefix, the id up to its last _ or -.",
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
