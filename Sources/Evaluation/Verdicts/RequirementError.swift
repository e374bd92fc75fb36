/// Why a requirement cannot be asked; all of them are usage errors.
package enum RequirementError: Error, Equatable, CustomStringConvertible {
  case malformed(text: String, reason: String)
  case unknownMetric(text: String, metric: String, known: [String])
  case unknownMethod(text: String, method: String, known: [String])
  /// A gate without requirements could never fail.
  case none

  /// What the process ends with.
  package var exitStatus: ExitStatus { .usage }

  /// Which requirement cannot be checked, why, and what is valid.
  package var description: String {
    switch self {
    case .malformed(let text, let reason):
      "the requirement '\(text)' \(reason); expected METRIC OPERATOR NUMBER with one of "
        + "<= >= < > ==, such as 'fid<=47' or 'ours:id >= 0.75'"
    case .unknownMetric(let text, let metric, let known):
      "the requirement '\(text)' names the unknown metric '\(metric)'; "
        + "known: \(known.joined(separator: ", "))"
    case .unknownMethod(let text, let method, let known):
      "the requirement '\(text)' names the unknown method '\(method)'; "
        + "the run has \(known.joined(separator: ", "))"
    case .none:
      "the gate has nothing to check; give at least one --require, such as 'fid<=47'"
    }
  }
}
