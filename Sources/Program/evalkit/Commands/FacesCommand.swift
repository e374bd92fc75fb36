import ArgumentParser
import Harness
import Provenance

/// `evalkit faces`.
struct FacesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faces",
    abstract:
      "Look at the synthetic face world: statistics beside real label maps, a contact sheet.",
    examples: ["evalkit faces --count 24 --sheet faces.png"])

  @Option(help: ArgumentHelp("Population: train, validation or test", valueName: "world"))
  var world = "test"

  @OptionGroup var seed: SeedOption

  @Option(in: .faces, help: ArgumentHelp("How many faces are counted", valueName: "n"))
  var count = 1000

  @Option(in: .faceSide, help: ArgumentHelp("Pixels on each side", valueName: "n"))
  var size = 256

  @Option(
    help: ArgumentHelp(
      "Real label maps to compare with: a folder of PNG files, or a table made of one",
      default: "none",
      valueName: "path"), completion: .file())
  var real: String?

  @Option(
    help: ArgumentHelp(
      "Write the comparison here, as Markdown", default: "not written", valueName: "file"),
    completion: .file())
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Draw a contact sheet here, PNG or JPEG", default: "not drawn", valueName: "file"),
    completion: .file())
  var sheet: String?

  @Option(
    help: ArgumentHelp(
      "Write the statistics of --real here, as a table", default: "not written", valueName: "file"),
    completion: .file())
  var saveTable: String?

  @OptionGroup var threads: JobsOption
  @OptionGroup var force: ForceFlag

  func run() throws {
    var options = FaceWorldOptions()
    options.runOptions = try RunOptions(seed, threads, force)
    try options.setWorld(world)
    (options.count, options.size) = (count, size)
    (options.real, options.report, options.sheet, options.table) = (real, report, sheet, saveTable)
    try Console.result(try FaceWorldJob(options).run())
  }
}
