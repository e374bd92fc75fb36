import ArgumentParser
import Harness
import Provenance
import Scores

/// What metrics of texts and groups read beside images.
struct StudyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      #"Captions, {"id": …, "text": …} a line, for clip and retrieval"#, default: "none",
      valueName: "file.jsonl"), completion: .file())
  var captions: String?

  @Option(
    help: ArgumentHelp(
      #"Edits, {"id": …, "source_text": …, "target_text": …} a line, for clip-directional"#,
      default: "none", valueName: "file.jsonl"), completion: .file())
  var edits: String?

  @Option(
    help: ArgumentHelp(
      "Images that lpips-diversity compares: all, or those of one prefix (the id up to its last _ or -)",
      valueName: "rule"))
  var groupBy = ScoreGrouping.all.rawValue

  /// The rule by which images belong together.
  var grouping: ScoreGrouping {
    get throws { try ScoreGrouping.named(groupBy) }
  }
}
