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
      and the exit code is 1. A network of several inputs reads a file for each, for example \
      --network compact-unet --input x=x.npy --input t=t.npy.
      """,
    examples: [
      "evalkit features --network compact-bisenet --images real --output real.npy"
    ])

  @Option(of: .networks, default: "none", help: ArgumentHelp("Network", valueName: "name"))
  var network: String?

  @Option(
    help: ArgumentHelp("Checkpoint of the network", default: "none", valueName: "file"),
    completion: .file())
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "ONNX model, instead of a checkpoint; --network then only chooses the preprocessing",
      default: "none",
      valueName: "file"), completion: .file())
  var onnx: String?

  @Option(
    help: ArgumentHelp(
      "Result to write, as 'evalkit networks show' lists them", default: "the main one",
      valueName: "name"))
  var tap: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folders of images and image files", default: "none", valueName: "dir|file"),
    completion: .file())
  var images: [String] = []

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp(
      "Prepared inputs instead of images: float32 .npy, [N, C, H, W]; NAME=FILE for each where the network has "
        + "several, as 'evalkit networks show' lists them", default: "none",
      valueName: "file|name=file"
    ).repeatable)
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Texts instead of images, one per line, for the text tower of a CLIP model", default: "none",
      valueName: "file"), completion: .file())
  var texts: String?

  @Option(
    of: .preprocessings, default: "as the network was published",
    help: ArgumentHelp("Preprocessing of images", valueName: "name"))
  var preprocess: String?

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      ".npy file to write; NAME=FILE for each of several results", valueName: "file|name=file"
    ).repeatable)
  var outputs: [String]

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
    options.inputs = inputs.map(NamedFile.init)
    options.texts = texts
    options.preprocessing = preprocess
    options.outputs = outputs.map(NamedFile.init)
    return options
  }
}
