import ArgumentParser
import CMemory
import Foundation
import Harness
import Provenance

/// The command line.
@main
struct Evalkit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evalkit",
    abstract: "Scores face generation and editing methods the way the papers did.",
    version: "evalkit \(Tool.description(builtFrom: BuildCommit.text))",
    subcommands: [ReferenceCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Measurement",
        subcommands: [
          TableOneCommand.self, TableCommand.self, ScoreCommand.self, PlanCommand.self,
          ProtocolsCommand.self, PairsCommand.self, GenerateCommand.self, MergeCommand.self,
          SlurmCommand.self,
        ]),
      CommandGroup(
        name: "Stored run",
        subcommands: [
          RunsCommand.self, ShowCommand.self, ReportCommand.self, OpenCommand.self,
          CompareCommand.self, HistoryCommand.self, ClaimsCommand.self, VerifyCommand.self,
          PublishCommand.self,
        ]),
      CommandGroup(
        name: "Regression",
        subcommands: [
          GateCommand.self, BaselineCommand.self, BlameCommand.self, SelfTestCommand.self,
        ]),
      CommandGroup(
        name: "System and network",
        subcommands: [
          SystemsCommand.self, SampleCommand.self, TuneCommand.self, TrainCommand.self,
          NetworksCommand.self, WeightsCommand.self, FeaturesCommand.self,
        ]),
      CommandGroup(
        name: "Other",
        subcommands: [
          DoctorCommand.self, BenchCommand.self, CacheCommand.self, FacesCommand.self,
          VotesCommand.self,
        ]),
    ])

  /// Exit codes are part of the contract (CLI.md), so they are decided here and nowhere else.
  static func main() async {
    Interruption.ignoreFailingWrites()
    keep_freed_memory()
    do {
      try SystemMemory.requireAddressSpace()
      try checkCommandName()
      try checkValues()
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Failure(error).exit()
    }
  }

  /// Names of all commands.
  static var commandNames: [String] { configuration.subcommands.map { $0._commandName } }

  /// The parser calls a misspelled command an unexpected argument; people need the nearest name.
  private static func checkCommandName() throws {
    var command: any ParsableCommand.Type = Evalkit.self
    for name in CommandLine.arguments.dropFirst() {
      let further = command.configuration.subcommands
      guard !further.isEmpty, !name.hasPrefix("-"), name != "help" else { return }
      let names = further.map { $0._commandName }
      try NamedChoice.check(name, as: "command", from: names)
      guard let next = further.first(where: { $0._commandName == name }) else { return }
      command = next
    }
  }

  /// An empty path is what a script passes whose variable was not set; it must not mean `/`.
  private static func checkValues() throws {
    let arguments = CommandLine.arguments
    for (option, value) in zip(arguments, arguments.dropFirst())
    where option.hasPrefix("--") && value.isEmpty {
      throw HarnessError(.usage, "the value of \(option) must not be empty")
    }
    if let option = arguments.first(where: { $0.hasPrefix("--") && $0.hasSuffix("=") }) {
      throw HarnessError(.usage, "the value of \(option.dropLast()) must not be empty")
    }
  }
}
