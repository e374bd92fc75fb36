import ArgumentParser
import Harness
import Provenance

/// The papers' systems.
struct SystemsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "systems",
    abstract: "List the papers' systems, or show one: modes, options, networks.",
    discussion: """
      A system is a method of its own: --method NAME=builtin:ID[:OPTION=VALUE,…] makes its images in any table \
      and in 'evalkit generate'. 'evalkit sample' makes a handful of them at once.
      """,
    examples: ["evalkit systems", "evalkit systems show sdg"],
    subcommands: [SystemsListCommand.self, SystemsShowCommand.self],
    defaultSubcommand: SystemsListCommand.self)
}

/// `evalkit systems`.
struct SystemsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List all systems with their modes and the files that are missing.",
    examples: ["evalkit systems list --weights published"])

  @OptionGroup var weights: WeightsOption
  @OptionGroup var format: JSONFlag

  func run() throws {
    let listing = try SystemListing(weights: weights.weights)
    try Console.result(format.json ? listing.json : listing.text)
  }
}

/// `evalkit systems show ID`.
struct SystemsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a system: source, modes, options with defaults, networks and what is missing.",
    examples: ["evalkit systems show sdg"])

  @Argument(of: .systems, help: "Id of the system")
  var id: String

  @OptionGroup var weights: WeightsOption
  @OptionGroup var format: JSONFlag

  func run() throws {
    let summary = try SystemSummary(of: id, weights: weights.weights)
    try Console.result(format.json ? summary.json : summary.text)
  }
}
