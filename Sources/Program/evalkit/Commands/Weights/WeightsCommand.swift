import ArgumentParser
import Harness
import Models
import Provenance

/// Published weight files.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "List, fetch, import and check the published weight files; look into one.",
    examples: ["evalkit weights list", "evalkit weights fetch ddgi"],
    subcommands: [
      WeightsListCommand.self, WeightsVerifyCommand.self, WeightsFetchCommand.self,
      WeightsImportCommand.self, WeightsInspectCommand.self,
    ])
}

/// `evalkit weights list`.
struct WeightsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the published files: size, SHA-256, license, source, present or not.",
    examples: ["evalkit weights list"])

  @Argument(
    help: ArgumentHelp("Folder of weights to look into", valueName: "dir"), completion: .directory)
  var folder: String = WeightSuite.defaultDirectory

  @OptionGroup var format: JSONFlag

  func run() throws {
    try Console.result(
      format.json
        ? JSONText.encode(WeightTables.entries(in: folder), pretty: true)
        : WeightTables.list(folder))
  }
}

/// `evalkit weights verify`.
struct WeightsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare weight files with what was published; exit code 1 if any differs.",
    examples: ["evalkit weights verify weights"])

  @Argument(
    help: ArgumentHelp(
      "Folder of weights or one file", valueName: "dir|file"), completion: .file())
  var place: String = WeightSuite.defaultDirectory

  @OptionGroup var format: JSONFlag

  func run() throws {
    let check = try WeightCheck(place)
    try Console.result(format.json ? JSONText.encode(check.files, pretty: true) : check.text)
    guard !check.wrong.isEmpty else { return }
    Console.error("evalkit: \(check.verdict)")
    throw ExitCode(1)
  }
}

/// `evalkit weights inspect`.
struct WeightsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a checkpoint's tensors and which network they fit; executes nothing in it.",
    examples: ["evalkit weights inspect model_ir_se50.pth"])

  @Argument(help: "PyTorch, safetensors or NumPy file")
  var file: String

  @OptionGroup var format: JSONFlag

  func run() throws {
    let inspection = try WeightInspection(file)
    try Console.result(format.json ? JSONText.encode(inspection, pretty: true) : inspection.text)
  }
}
