import Datasets
import Essentials
import Images
import Terms

/// Why a method cannot be used, or has no image for a pair.
package enum MethodError: LedgerFailure, Equatable, CustomStringConvertible {
  /// `--method` is not of the form `NAME=SPEC`.
  case malformed(text: String, reason: String)
  /// `SPEC` begins with a word that names no kind of method.
  case unknownKind(text: String)
  /// `builtin:` names nothing that is built in.
  case unknownBuiltin(id: String)
  /// Two rows of a table would have the same name.
  case duplicateName(String)
  /// A method's folder has no image of this id; the hint ends the sentence where a file there may be it.
  case missing(id: String, directory: String, hint: String = "")
  /// A built-in anchor needs the ground truth, which this pair lacks.
  case noReference(id: String)
  /// A built-in method needs the label map, which this pair lacks.
  case noMask(id: String)
  /// The true edit is known of faces that were drawn, with an edit that was chosen for them.
  case noEdit(id: String)
  /// An anchor cannot be made from so few ground truths.
  case tooFewReferences(anchor: BuiltinMethod, found: Int, needed: Int)
  /// An image does not decode.
  case image(ImageError)
  /// A dataset's or folder's file cannot be used.
  case file(DatasetError)
  /// An external command made no usable image of this id.
  case notGenerated(id: String, GenerationFailure)
  /// An external command could not be started at all.
  case notStarted(program: String, reason: String)
  /// The folder for an external command's images held images before the command's first run.
  case foreignImages(directory: String, ids: [String])
  /// The weights that a built-in method was given are missing or unusable.
  case unusableWeights(BuiltinMethod, reason: String)
  /// A built-in method's network made no image of this id.
  case notComputed(id: String, ImageFailure)
  /// Somebody asked to stop; what is finished is kept.
  case cancelled

  /// The state in which an input ends that met this error.
  package var ledgerState: LedgerState {
    switch self {
    case .missing: .missing
    case .noReference: .noReference
    case .noMask: .noMask
    case .noEdit: .noEdit
    case .image(let error): error.ledgerState
    case .file(.checksumMismatch): .wrongChecksum
    case .notGenerated(_, let failure): LedgerState(rawValue: failure.state.rawValue)
    case .notComputed(_, let failure): failure.state
    default: .failed
    }
  }

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .malformed(let text, let reason): "'\(text)' is not a method: \(reason)"
    case .unknownKind(let text):
      Spelling.refusal(of: text, as: "kind of method", known: MethodSpecification.forms)
    case .unknownBuiltin(let id):
      Spelling.refusal(
        of: id, as: "built-in method", known: BuiltinMethod.allCases.map(\.rawValue))
    case .duplicateName(let name): "two methods are named '\(name)'; give each row its own name"
    case .missing(let id, let directory, let hint):
      "\(directory) has no image of the id '\(id)'\(hint)"
    case .noReference(let id): "the pair '\(id)' has no ground truth that an anchor could use"
    case .noMask(let id): "the pair '\(id)' has no label map that a method could follow"
    case .noEdit(let id): "the pair '\(id)' is not a drawn face with an edit of the face world"
    case .tooFewReferences(let anchor, let found, let needed):
      "\(anchor.specification) needs at least \(needed) readable ground truths, but there "
        + (found == 1 ? "is 1" : "are \(found)")
    case .image(let error): error.description
    case .file(let error): error.description
    case .notGenerated(let id, let failure): "no image of '\(id)': \(failure.reason)"
    case .notStarted(let program, let reason): "the command \(program) did not start: \(reason)"
    case .foreignImages(let directory, let ids):
      "\(directory) holds images that this command did not make (\(ids.summary())); "
        + "choose an empty folder"
    case .unusableWeights(let method, let reason):
      "\(method.specification) cannot use its weights: \(reason)"
    case .notComputed(let id, let failure): "no image of '\(id)': \(failure.reason)"
    case .cancelled: "stopped on request; a second call resumes"
    }
  }
}

/// Why an external command has no image for an id.
package struct GenerationFailure: Error, Equatable, Sendable {
  /// The state of the id in the ledger of failures.
  package enum State: String, Sendable, CaseIterable {
    /// The command answered that it failed.
    case reported = "generation-failed"
    /// No answer came in time.
    case timedOut = "timed-out"
    /// The command ended instead of answering.
    case crashed
    /// The command answered what no answer may look like.
    case invalidAnswer = "invalid-answer"
    /// The command said it was done but wrote nothing.
    case missingOutput = "missing-output"
    /// The command wrote something that does not decode.
    case badOutput = "bad-output"
    /// A condition's file could not be read, so nothing was asked of the command.
    case badCondition = "bad-condition"
    /// The command had been given up before this id's turn.
    case notRun = "not-run"
  }

  /// What happened.
  package let state: State
  /// A clause for people, without a full stop.
  package let reason: String

  /// Joins a state and its reason.
  package init(state: State, reason: String) {
    self.state = state
    self.reason = reason
  }
}
