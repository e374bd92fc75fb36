import ArgumentParser
import Harness
import Models
import Provenance

/// The architectures that can be evaluated.
struct NetworksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "List the networks, or show one layer by layer.",
    discussion: """
      Multiply-adds are those of convolutions, O·H'·W'·C/g·R·S each, and linear layers, O·D; a \
      GFLOP is 10⁹ operations, two to a multiply-add. Parameters are trainable values; tensors \
      count a state dict's entries, running statistics and counters included.
      """,
    examples: ["evalkit networks", "evalkit networks show inception-fid"],
    subcommands: [NetworksListCommand.self, NetworksShowCommand.self],
    defaultSubcommand: NetworksListCommand.self)
}

/// `evalkit networks`.
struct NetworksListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List all networks at their published input sizes.",
    examples: ["evalkit networks list --json"])

  @OptionGroup var format: JSONFlag

  func run() throws {
    let summaries = try NetworkTables.summaries()
    try Console.result(
      format.json ? JSONText.encode(summaries, pretty: true) : NetworkTables.text(summaries))
  }
}

/// `evalkit networks show NAME`.
struct NetworksShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a network's layers: shapes, parameters, multiply-adds, results.",
    examples: ["evalkit networks show inception-fid"])

  @Argument(of: .networks, help: "Name of the network")
  var name: String

  @Option(
    help: ArgumentHelp(
      "Rows and columns of the input", default: "the published size", valueName: "HxW"))
  var inputSize: String?

  @OptionGroup var format: JSONFlag

  func run() throws {
    let layers = try NetworkLayers(of: name, at: inputSize.map(InputSize.init(parsing:)))
    try Console.result(format.json ? JSONText.encode(layers, pretty: true) : layers.text)
  }
}
