import ArgumentParser
import Harness
import Provenance

/// `evalkit tune`.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Fine-tune a system's model for one edit.",
    examples: ["evalkit tune diffusionclip --text 'tanned face' --output tuned"],
    subcommands: [TuneDiffusionCLIPCommand.self])
}

/// `evalkit tune diffusionclip`.
struct TuneDiffusionCLIPCommand: ParsableCommand, ClusterCommand {
  static let configuration = CommandConfiguration(
    commandName: "diffusionclip",
    abstract: "Fine-tune DiffusionCLIP's diffusion model from one text to another.",
    discussion: """
      Writes NAME.safetensors, which builtin:diffusionclip reads as 'weights', NAME.pass-N.safetensors after \
      each earlier pass, and NAME.png with images, their reconstructions and their edits. A second call \
      resumes what was interrupted.
      """, examples: ["evalkit tune diffusionclip --text 'tanned face' --output tuned"])

  @Option(
    help: ArgumentHelp(
      "What images are to show, for example 'tanned face'", default: "the edit's", valueName: "text"
    ))
  var text: String?

  @Option(
    help: ArgumentHelp("What images show", default: "the edit's, or face", valueName: "text"))
  var source: String?

  @Option(
    help: ArgumentHelp(
      "Both texts by a name of DiffusionCLIP's dictionary", default: "none", valueName: "name"))
  var edit: String?

  @Flag(help: "Take the dictionary as released, where gray_hair asks for red hair")
  var releasedTexts = false

  @Option(help: ArgumentHelp("Name of the files", default: "made of the text", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("Folder to write to", valueName: "dir"), completion: .directory)
  var output = "Results/tuned"

  @Option(
    help: ArgumentHelp(
      "Folder of images to learn from", default: "drawn faces of the train world",
      valueName: "dir"), completion: .directory)
  var images: String?

  @Option(in: .pairs, help: ArgumentHelp("Images to learn from", valueName: "n"))
  var count = 50

  @OptionGroup var plan: TuningPlanArguments
  @OptionGroup var threads: JobsOption
  @OptionGroup var weights: WeightsOption
  @OptionGroup var exactness: ExactFlag
  @OptionGroup var diagnostics: DiagnosticOptions
  @OptionGroup var force: ForceFlag

  func run() throws {
    Interruption.listen()
    var options = TuneOptions()
    options.runOptions = try RunOptions(threads, weights, exactness, diagnostics, force)
    (options.target, options.source, options.edit) = (text, source, edit)
    options.usesReleasedTexts = releasedTexts
    (options.name, options.output) = (name, output)
    (options.images, options.imageCount) = (images, count)
    plan.apply(to: &options)
    try Console.result(try TuneJob(options).run())
  }
}

/// Hyperparameters of a fine-tuning.
struct TuningPlanArguments: ParsableArguments {
  @Option(
    name: .customLong("t0"), in: .timestep, default: "500",
    help: ArgumentHelp("The last timestep on the way up", valueName: "t"))
  var lastTimestep: Int?

  @Option(
    in: .timesteps, default: "40",
    help: ArgumentHelp("Timesteps of the way up", valueName: "n"))
  var inversionSteps: Int?

  @Option(
    in: .timesteps, default: "6",
    help: ArgumentHelp("Timesteps of the way down while the model learns", valueName: "n"))
  var trainingSteps: Int?

  @Option(in: .passes, default: "5", help: ArgumentHelp("Passes over all images", valueName: "n"))
  var passes: Int?

  @Option(
    in: .samples, default: "1, with compact weights 4",
    help: ArgumentHelp("Images of a step", valueName: "n"))
  var batch: Int?

  @Option(
    in: .rate, default: "4e-6, with compact weights 8e-5",
    help: ArgumentHelp("Adam's learning rate in the first pass", valueName: "rate"))
  var rate: Double?

  @Option(
    in: .rateFactor, default: "1.3",
    help: ArgumentHelp("What the rate is multiplied by after each pass", valueName: "factor"))
  var rateFactor: Double?

  @Option(in: .lossWeight, help: ArgumentHelp("Weight of CLIP's loss", valueName: "w"))
  var clipWeight = 3.0

  @Option(in: .lossWeight, help: ArgumentHelp("Weight of the face's identity", valueName: "w"))
  var identityWeight = 0.3

  @Option(
    in: .lossWeight,
    help: ArgumentHelp("Weight of the mean absolute difference from the source", valueName: "w"))
  var differenceWeight = 0.3

  func apply(to options: inout TuneOptions) {
    options.clipWeight = clipWeight
    options.identityWeight = identityWeight
    options.differenceWeight = differenceWeight
    options.lastTimestep = lastTimestep
    options.inversionSteps = inversionSteps
    options.trainingSteps = trainingSteps
    options.passes = passes
    options.batchSize = batch
    options.rate = rate
    options.rateFactor = rateFactor
  }
}
