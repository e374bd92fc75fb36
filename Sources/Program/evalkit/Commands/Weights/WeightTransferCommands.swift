import ArgumentParser
import Foundation
import Harness
import Models
import Provenance
import Verdicts

/// `evalkit weights fetch`.
struct WeightsFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract:
      "Fetch published files, resuming where an earlier call stopped; exit code 1 if one fails.",
    discussion:
      "Every file is checked by length and SHA-256 before it gets its name. Mind the licenses "
      + "that 'evalkit weights list' shows.",
    examples: [
      "evalkit weights fetch ddgi", "evalkit weights fetch inception-fid --output weights",
    ])

  @Argument(
    help: ArgumentHelp(
      "Networks, roles, papers or file names; 'all' for every file", valueName: "name"))
  var names: [String]

  @OptionGroup var place: WeightsFolder

  @Option(
    help: ArgumentHelp(
      "Folder of the same files on another server, instead of the published addresses",
      default: "none",
      valueName: "url"))
  var mirror: String?

  @Flag(help: "Show what would be fetched and from where")
  var dryRun = false

  @OptionGroup var format: JSONFlag

  @Flag(help: "Show no progress")
  var noProgress = false

  func run() throws {
    let job = try WeightFetchJob(names, into: place.output, mirror: mirror)
    Interruption.listen()
    let line = ProgressLine(isSilent: noProgress)
    let entries = job.run(isRehearsal: dryRun) { file, count, total in
      line.show(file, count, of: total)
      return !Interruption.isRequested
    }
    line.clear()
    let text = entries.map { "\($0.file): \($0.state), \($0.detail)" }.joined(separator: "\n")
    try Console.result(format.json ? JSONText.encode(entries, pretty: true) : text)
    if Interruption.isRequested { throw ExitCode(Interruption.exitStatus.code) }
    let failed = entries.filter { $0.state == "failed" }
    guard !failed.isEmpty else { return }
    Console.error(
      "evalkit: \(failed.count) of \(entries.count) files could not be fetched: "
        + failed.map(\.file).joined(separator: ", "))
    throw ExitCode(1)
  }
}

/// `evalkit weights import`.
struct WeightsImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Put files into the weights folder under their published names, found by SHA-256.",
    examples: ["evalkit weights import model_ir_se50.pth"])

  @Argument(help: "Files on this machine")
  var files: [String]

  @OptionGroup var place: WeightsFolder

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Published name that the one file is to have, where its digest is not known",
      default: "found by its digest",
      valueName: "name"))
  var name: String?

  @Flag(help: "Make symbolic links instead of copies")
  var link = false

  func validate() throws {
    if name != nil && files.count != 1 {
      throw ValidationError("--as names one file, but \(files.count) were given")
    }
  }

  func run() throws {
    let job = WeightImportJob(into: place.output, isLinking: link)
    try job.run(files, as: name) { try Console.result("\($0) → \($1)") }
  }
}

/// `--output` of commands that put files into the folder of weights.
struct WeightsFolder: ParsableArguments {
  // `--to` is what it was called before folders to write to had one name.
  @Option(
    name: [.customLong("output"), .customLong("to")],
    help: ArgumentHelp("Folder of weights", valueName: "dir"), completion: .directory)
  var output = WeightSuite.defaultDirectory
}
