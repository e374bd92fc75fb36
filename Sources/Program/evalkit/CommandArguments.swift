import ArgumentParser
import Harness
import Provenance

/// Options of all commands that may run an external command.
struct CommandArguments: ParsableArguments {
  @Option(
    in: .timeout,
    help: ArgumentHelp(
      "Seconds that an external command may take for an image; 600 unless given.",
      valueName: "seconds"))
  var commandTimeout: Double?

  @Option(
    in: .timeout,
    help: ArgumentHelp(
      "Seconds that an external command may take in addition to start; 600 unless given.",
      valueName: "seconds"))
  var commandStartTimeout: Double?

  @Option(
    in: .requests,
    help: ArgumentHelp(
      "Requests that are sent before the first of them is answered; 1 unless given.",
      valueName: "n"))
  var commandInFlight: Int?

  @Option(
    in: .attempts,
    help: ArgumentHelp(
      "How often an id is asked for before a crash or an invalid answer counts as its failure; 1 "
        + "unless given.", valueName: "n"))
  var commandAttempts: Int?

  @Option(
    in: .restarts,
    help: ArgumentHelp(
      "How often in a row a command is started again without having answered; 3 unless given.",
      valueName: "n"))
  var commandRestarts: Int?

  /// The options in the harness's terms.
  var limits: CommandLimits {
    var limits = CommandLimits()
    limits.secondsPerRequest = commandTimeout
    limits.secondsToStart = commandStartTimeout
    limits.requestsInFlight = commandInFlight
    limits.attempts = commandAttempts
    limits.restarts = commandRestarts
    return limits
  }
}
