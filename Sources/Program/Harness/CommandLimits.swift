import Generators

/// What the command line says about running an external command; nil leaves the default.
package struct CommandLimits: Sendable {
  /// Seconds for an image.
  package var secondsPerRequest: Double?
  /// Further seconds for the first image after a start.
  package var secondsToStart: Double?
  /// Requests that are sent before the first of them is answered.
  package var requestsInFlight: Int?
  /// How often an id is asked for before a crash or an invalid answer counts as its failure.
  package var attempts: Int?
  /// Starts in a row without an answer before the command is given up.
  package var restarts: Int?

  /// Leaves everything to the defaults.
  package init() {}

  /// Changes what was said.
  func apply(to options: inout CommandOptions) {
    options.secondsPerRequest = secondsPerRequest ?? options.secondsPerRequest
    options.secondsToStart = secondsToStart ?? options.secondsToStart
    options.requestsInFlight = requestsInFlight ?? options.requestsInFlight
    options.maximumAttempts = attempts ?? options.maximumAttempts
    options.maximumRestarts = restarts ?? options.maximumRestarts
  }
}
