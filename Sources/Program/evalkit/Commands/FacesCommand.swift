import ArgumentParser
import Harness
import Provenance

/// `evalkit faces`.
struct FacesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faces",
    abstract:
      "Look at the synthetic face world: statistics beside real label maps, a contact sheet.")

  @Option(help: ArgumentHelp("Population: train, validation or test.", valueName: "world"))
  var world = "test"

  @Option(in: .seed, help: ArgumentHelp("Which of the population's seeds.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(in: .faces, help: ArgumentHelp("How many faces are counted.", valueName: "n"))
  var count = 1000

  @Option(in: .faceSide, help: ArgumentHelp("Pixels on each side.", valueName: "n"))
  var size = 256

  @Option(
    help: ArgumentHelp(
      "Real label maps to compare with: a folder of PNG files, or a table made of one.",
      valueName: "path"))
  var real: String?

  @Option(help: ArgumentHelp("Write the comparison there, as Markdown.", valueName: "file"))
  var report: String?

  @Option(help: ArgumentHelp("Draw a contact sheet there, PNG or JPEG.", valueName: "file"))
  var sheet: String?

  @Option(
    help: ArgumentHelp("Write the statistics of --real there, as a table.", valueName: "file"))
  var saveTable: String?

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @OptionGroup var outputs: OutputArguments

  func run() throws {
    var options = FaceWorldOptions()
    try options.setWorld(world)
    (options.seed, options.count, options.size, options.jobs) = (seed, count, size, jobs)
    (options.real, options.report, options.sheet, options.table) = (real, report, sheet, saveTable)
    options.isReplacing = outputs.force
    try Console.result(try FaceWorldJob(options).run())
  }
}
