/// How an external command is run.
package struct CommandOptions: Sendable {
  /// Requests that are sent before the first of them is answered, at least 1.
  package var requestsInFlight = 1
  /// How long an answer may take, in seconds, from the request or the answer before it.
  package var secondsPerRequest = 600.0
  /// What the first answer after a start may take in addition, for loading a model.
  package var secondsToStart = 600.0
  /// How often in a row the command is started again after a crash, a time-out or an invalid answer; a
  /// start that has answered begins a new count.
  package var maximumRestarts = 3
  /// How often an id is requested before a crash or an invalid answer counts as its failure.
  package var maximumAttempts = 1
  /// How long the command may take to leave when its input ends.
  package var secondsToLeave = 10.0
  /// The clock that times answers; tests replace it.
  package var now: @Sendable () -> ContinuousClock.Instant = { .now }

  /// The defaults.
  package init() {}
}
