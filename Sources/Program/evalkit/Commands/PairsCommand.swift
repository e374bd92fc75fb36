import ArgumentParser
import Harness
import Provenance

/// `evalkit pairs`.
struct PairsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs", abstract: "Sample mask/text pairs and write their manifest.",
    discussion: """
      The sample: ids in the order of their bytes, shuffled by Fisher and Yates (from the last down) \
      with SplitMix64 of --seed; the first ones that have all of --require are taken. The manifest is \
      JSON Lines with relative paths and the SHA-256 of each file. --export copies everything into one \
      folder, with label maps in further --encodings: label, palette, colour, one-hot-32, ade20k.
      """, examples: ["evalkit pairs --pairs 100 --export pairs100"])

  @OptionGroup var common: CommonOptions

  @Option(help: .dataset)
  var dataset = "synthetic"

  @OptionGroup var outside: OutsideFlag

  @Option(in: .pairs, help: ArgumentHelp("How many pairs to sample", valueName: "n"))
  var pairs = 2000

  @Option(help: ArgumentHelp("Sampling: seeded, or lowest for the lowest ids", valueName: "rule"))
  var sampling = "seeded"

  @Option(
    help: ArgumentHelp(
      "Split of CelebA-HQ: all, sca-dm-train, sca-dm-test, collaborative-train, collaborative-test, "
        + "celeba-train, celeba-val or celeba-test", default: "sca-dm-test", valueName: "name"))
  var split: String?

  @Option(
    help: ArgumentHelp(
      "File of the only ids to use, one per line", default: "all ids", valueName: "file"),
    completion: .file())
  var ids: String?

  @Option(
    help: ArgumentHelp(
      "File of ids to leave out, one per line", default: "none", valueName: "file"),
    completion: .file())
  var skip: String?

  @Option(
    help: ArgumentHelp(
      "What every pair must have: image, mask, text, scribble, or nothing", valueName: "list"))
  var require = "mask,text"

  @Option(
    help: ArgumentHelp(
      "Captions: a folder of <id>.txt with one per line (Multi-Modal-CelebA-HQ), a .json of "
        + "CelebA-Dialog, a .jsonl, or lines of 'image : caption'", default: "the dataset's own",
      valueName: "path"), completion: .file())
  var captions: String?

  @Option(
    help: ArgumentHelp("Text of CelebA-Dialog", default: "Beard_and_Age", valueName: "name"))
  var captionField: String?

  @Option(
    help: ArgumentHelp(
      "Which of an image's captions: a number from 0, or seeded", default: "0", valueName: "n"))
  var captionIndex: String?

  @Flag(help: "Describe the label maps of pairs that have no caption")
  var describeMasks = false

  @Option(
    help: ArgumentHelp(
      "Guidance texts, one per line, handed out in turn; pairs of one text are a group",
      default: "the captions",
      valueName: "file"), completion: .file())
  var texts: String?

  @Option(
    in: .pairs, help: ArgumentHelp("Pairs that get the same guidance text", valueName: "n"))
  var perText = 25

  @Option(
    in: .samples,
    help: ArgumentHelp(
      "Pairs per condition, named <id>_s00, <id>_s01, …, for methods that make several images of it",
      valueName: "n"))
  var samples = 1

  @Option(
    help: ArgumentHelp(
      "Texts of an edit, for every pair: 'face=tanned face'", default: "none",
      valueName: "source=target"))
  var edit: String?

  @Option(
    help: ArgumentHelp(
      "Scribble maps: labels (along the borders of the label map), soft-edges:DIR (along the ridges "
        + "of PiDiNet's maps, as ControlNet does) or folder:DIR", default: "none",
      valueName: "source"))
  var scribbles: String?

  @Option(
    help: ArgumentHelp("Manifest to write", default: "RESULTS/pairs.jsonl", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Copy all files here; the manifest is DIR/pairs.jsonl", default: "nothing is copied",
      valueName: "dir"), completion: .directory)
  var export: String?

  @Option(
    help: ArgumentHelp(
      "Further encodings of exported label maps", default: "none", valueName: "list"))
  var encodings: String?

  func validate() throws {
    if samples > 1, texts != nil {
      throw ValidationError("--texts makes groups of its own; leave out --samples")
    }
    if export != nil, output != nil {
      throw ValidationError("--export writes DIR/pairs.jsonl; leave out --output")
    }
  }

  func run() throws {
    var options = PairsOptions()
    options.runOptions = try RunOptions(common)
    options.dataset = dataset
    options.count = min(pairs, common.limit ?? pairs)
    options.allowsOutside = outside.allowOutside
    options.sampling = sampling
    options.split = split
    options.ids = ids
    options.skip = skip
    options.require = require
    options.captions = captions
    options.captionField = captionField
    options.captionIndex = captionIndex
    options.isDescribingMasks = describeMasks
    options.texts = texts
    options.pairsPerText = perText
    options.samples = samples
    options.edit = edit
    options.scribbles = scribbles
    options.output = output ?? options.results + "/pairs.jsonl"
    options.exportDirectory = export
    options.encodings = encodings
    let result = try PairsJob(options).run()
    try Console.result(common.json ? result.json : result.text)
  }
}
