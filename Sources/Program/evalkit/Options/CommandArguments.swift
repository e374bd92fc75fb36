import ArgumentParser
import Generators
import Provenance

/// Options of all commands that may run an external command.
struct CommandArguments: ParsableArguments {
  private static let defaults = CommandOptions()

  @Option(
    in: .timeout,
    help: ArgumentHelp("Seconds that an external command may take per image", valueName: "seconds"))
  var commandTimeout = CommandArguments.defaults.secondsPerRequest

  @Option(
    in: .timeout,
    help: ArgumentHelp("Extra seconds allowed for its start-up", valueName: "seconds"))
  var commandStartTimeout = CommandArguments.defaults.secondsToStart

  @Option(
    in: .requests,
    help: ArgumentHelp("Requests sent before the first of them is answered", valueName: "n"))
  var commandInFlight = CommandArguments.defaults.requestsInFlight

  @Option(
    in: .attempts,
    help: ArgumentHelp(
      "Attempts at an image before a crash or an invalid answer counts as its failure",
      valueName: "n"))
  var commandAttempts = CommandArguments.defaults.maximumAttempts

  @Option(
    in: .restarts,
    help: ArgumentHelp(
      "Restarts in a row, without an answer, before the command is given up", valueName: "n"))
  var commandRestarts = CommandArguments.defaults.maximumRestarts

  /// The options in the generators' terms.
  var options: CommandOptions {
    var options = CommandArguments.defaults
    options.secondsPerRequest = commandTimeout
    options.secondsToStart = commandStartTimeout
    options.requestsInFlight = commandInFlight
    options.maximumAttempts = commandAttempts
    options.maximumRestarts = commandRestarts
    return options
  }
}
