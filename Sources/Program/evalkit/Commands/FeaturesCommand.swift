import ArgumentParser
import Harness
import Measurement
import Provenance

/// `evalkit features`.
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Write a network's result for given images as a float32 .npy array.",
    discussion: """
      Rows follow the ids (file names without extension) in the order of their bytes; prepared \
      inputs keep their order. If any image fails, all failures are listed, nothing is written \
      and the exit code is 1.
      """)

  @Option(help: "Network, as 'evalkit networks' lists it.")
  var network: String?

  @Option(help: ArgumentHelp("Checkpoint of the network.", valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "ONNX model, instead of a checkpoint; --network then only chooses the preprocessing.",
      valueName: "file"))
  var onnx: String?

  @Option(
    help: ArgumentHelp(
      "Which result to write; the main one unless given. 'evalkit networks show' lists them.",
      valueName: "name"))
  var tap: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folders of images and image files.", valueName: "dir|file"))
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "Prepared inputs instead of images: float32 .npy, [N, C, H, W].", valueName: "file"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "Texts instead of images, one a line, for the text tower of a CLIP model.",
      valueName: "file"))
  var texts: String?

  @Option(
    help: ArgumentHelp(
      "How images become inputs; as the network was published unless given.", valueName: "name"))
  var preprocess: String?

  @Option(help: ArgumentHelp("The .npy file to write.", valueName: "file"))
  var output: String

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Option(help: .memory)
  var memory: String?

  @Flag(help: "Print shape, ids and weights as JSON on stdout.")
  var json = false

  @Flag(help: "Print no diagnostics but errors.")
  var quiet = false

  @Flag(help: "Show no progress.")
  var noProgress = false

  @Flag(help: "Compute convolutions as plain sums, without Winograd's algorithm.")
  var exact = false

  @OptionGroup var outputs: OutputArguments

  func run() throws {
    Interruption.listen()
    let result = try FeatureJob(options()).run()
    if json {
      try Console.result(JSONText.encode(result, pretty: true))
    } else if !quiet {
      Console.error("evalkit: wrote \(result.text)")
    }
  }

  private func options() throws -> FeatureOptions {
    var options = FeatureOptions()
    options.memory = try MemoryLimit(parsing: memory)
    options.network = network
    options.checkpoint = checkpoint
    options.onnx = onnx
    options.tap = tap
    options.images = images
    options.input = input
    options.texts = texts
    options.preprocessing = preprocess
    options.output = output
    options.isReplacing = outputs.force
    options.jobs = jobs
    options.shouldStop = { Interruption.isRequested }
    options.isExact = exact
    let progressLine = ProgressLine(isSilent: quiet || noProgress, unit: "rows")
    options.progress = { progressLine.show($0) }
    let isQuiet = quiet
    options.notice = { if !isQuiet { Console.error("evalkit: \($0)") } }
    return options
  }
}
