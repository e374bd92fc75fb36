import ArgumentParser

/// The baseline that a command compares with, as an argument or as `--baseline`.
struct BaselineChoice: ParsableArguments {
  @Argument(help: ArgumentHelp("Baseline to compare with", default: "none", valueName: "baseline"))
  var argument: String?

  @Option(
    name: .customLong("baseline"),
    help: ArgumentHelp("The same as an option", default: "none", valueName: "name"))
  var option: String?

  /// The one that was named.
  var name: String? { argument ?? option }

  func validate() throws {
    if let argument, let option, argument != option {
      throw ValidationError("two baselines are named: '\(argument)' and '\(option)'; name one")
    }
  }
}

/// Metrics that a command is about, with commas, as an argument or as `--metrics`.
struct MetricChoice: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Metrics, with commas", default: "all", valueName: "metrics"),
    completion: Choices.metrics.completion)
  var argument: String?

  @Option(
    name: .customLong("metrics"), of: .metrics, default: "all",
    help: ArgumentHelp("The same as an option", valueName: "list"))
  var option: String?

  /// Those that were named; empty for all.
  var names: [String] { (argument ?? option).map(Self.names) ?? [] }

  /// The names of a list.
  static func names(_ list: String) -> [String] {
    list.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
  }

  func validate() throws {
    if let argument, let option, argument != option {
      throw ValidationError(
        "metrics are named twice: '\(argument)' and '\(option)'; name them once")
    }
  }
}
