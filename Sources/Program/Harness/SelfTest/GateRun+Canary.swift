import Gate
import Provenance
import Tensors
import Verdicts

extension GateRun {
  /// Judges a stored run once the known answers are right.
  ///
  /// - Parameters:
  ///   - request: what is asked of the gate.
  ///   - canary: the known answers; nil takes the program's own.
  /// - Throws: as ``init(_:knownAnswers:)``.
  package init(_ request: GateRequest, canary: Canary? = nil) throws {
    try self.init(request) {
      try canary?.findings(workers: request.workers).lines
        ?? Canary.ownFindings.get().lines
    }
  }
}
