import Gate
import Provenance
import Runs
import Tensors
import Verdicts

extension GateRun {
  /// Judges a stored run once the known answers are right; those of networks are asked for where the run used
  /// one.
  ///
  /// - Parameters:
  ///   - request: what is asked of the gate.
  ///   - canary: the known answers; nil takes the program's own.
  /// - Throws: as ``init(_:knownAnswers:)``.
  package init(_ request: GateRequest, canary: Canary? = nil) throws {
    try self.init(request) { run in
      let scope: Canary.Scope = run.settings.networks.isEmpty ? .pixels : .everything
      return try canary?.findings(about: scope, workers: request.workers).lines
        ?? Canary.ownFindings(about: scope).lines
    }
  }
}
