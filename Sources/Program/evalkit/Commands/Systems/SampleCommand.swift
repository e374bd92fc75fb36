import ArgumentParser
import Harness
import Provenance

/// `evalkit sample`.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Make a handful of images of a system and draw them on one sheet.",
    discussion: """
      Conditions are the first drawn faces of the test world, their captions and their images; --text and --image \
      take their place for all images, which then differ by their seeds. On the sheet the image that was read stands \
      above what was made of it, the text below. --output keeps the images as <id>.png with receipts, and a second \
      call makes only what is missing.
      """,
    examples: [
      "evalkit sample ddpm --count 4 --sheet sheet.png"
    ])

  @Argument(of: .systems, help: "Id of the system")
  var system: String

  @Option(
    name: .customLong("option"),
    help: ArgumentHelp(
      "Option of the system; see 'evalkit systems show ID'", default: "the system's",
      valueName: "name=value"
    ).repeatable)
  var choices: [String] = []

  @Option(
    help: ArgumentHelp(
      "Text that all images are made from", default: "the drawn faces' captions",
      valueName: "text"))
  var text: String?

  @Option(
    help: ArgumentHelp(
      "Image that all images are made from", default: "the drawn faces", valueName: "file"),
    completion: .file())
  var image: String?

  @Option(in: .entries, help: ArgumentHelp("How many images", valueName: "n"))
  var count = SampleOptions.defaultCount

  @Option(
    help: ArgumentHelp("Draw the sheet here, PNG or JPEG", valueName: "file"), completion: .file())
  var sheet: String

  @Option(
    help: ArgumentHelp(
      "Folder to keep the images in", default: "only the sheet is kept", valueName: "dir"),
    completion: .directory)
  var output: String?

  @OptionGroup var seed: SeedOption
  @OptionGroup var threads: JobsOption
  @OptionGroup var weights: WeightsOption
  @OptionGroup var exactness: ExactFlag
  @OptionGroup var format: JSONFlag
  @OptionGroup var diagnostics: DiagnosticOptions
  @OptionGroup var force: ForceFlag

  func run() throws {
    Interruption.listen()
    var options = SampleOptions()
    options.runOptions = try RunOptions(seed, threads, weights, exactness, force)
    diagnostics.apply(to: &options.runOptions, counting: "images")
    options.system = system
    options.choices = choices
    (options.text, options.image) = (text, image)
    options.count = count
    options.sheet = sheet
    options.output = output
    let output = try SampleJob(options).run()
    try Console.result(format.json ? output.json : output.text)
  }
}
