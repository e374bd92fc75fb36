import ArgumentParser
import Harness
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
      """,
    examples: [
      "evalkit features --network compact-bisenet --images real --output real.npy"
    ])

  @Option(
    help: ArgumentHelp(
      "Network, as 'evalkit networks' lists it", default: "none", valueName: "name"))
  var network: String?

  @Option(help: ArgumentHelp("Checkpoint of the network", default: "none", valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "ONNX model, instead of a checkpoint; --network then only chooses the preprocessing",
      default: "none",
      valueName: "file"))
  var onnx: String?

  @Option(
    help: ArgumentHelp(
      "Result to write, as 'evalkit networks show' lists them", default: "the main one",
      valueName: "name"))
  var tap: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folders of images and image files", default: "none", valueName: "dir|file"))
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "Prepared inputs instead of images: float32 .npy, [N, C, H, W]", default: "none",
      valueName: "file"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "Texts instead of images, one per line, for the text tower of a CLIP model", default: "none",
      valueName: "file"))
  var texts: String?

  @Option(
    help: ArgumentHelp(
      "Preprocessing of images", default: "as the network was published", valueName: "name"))
  var preprocess: String?

  @Option(help: ArgumentHelp(".npy file to write", valueName: "file"))
  var output: String

  @OptionGroup var threads: JobsOption
  @OptionGroup var memory: MemoryOption
  @OptionGroup var format: JSONFlag
  @OptionGroup var diagnostics: DiagnosticOptions
  @OptionGroup var exactness: ExactFlag
  @OptionGroup var force: ForceFlag

  func run() throws {
    Interruption.listen()
    let result = try FeatureJob(options()).run()
    if format.json { return try Console.result(JSONText.encode(result, pretty: true)) }
    diagnostics.notice("wrote \(result.text)")
  }

  private func options() throws -> FeatureOptions {
    var options = FeatureOptions()
    options.runOptions = try RunOptions(threads, memory, exactness, force)
    diagnostics.apply(to: &options.runOptions, counting: "rows")
    options.network = network
    options.checkpoint = checkpoint
    options.onnx = onnx
    options.tap = tap
    options.images = images
    options.input = input
    options.texts = texts
    options.preprocessing = preprocess
    options.output = output
    return options
  }
}
