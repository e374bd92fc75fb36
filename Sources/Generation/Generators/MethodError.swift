import Datasets
import Essentials
import Images
import Pipelines
import Terms

/// Why a method cannot be used, or has no image for a pair.
package enum MethodError: LedgerFailure, Equatable, CustomStringConvertible {
  /// `--method` is not of the form `NAME=SPEC`.
  case malformed(text: String, reason: String)
  /// `SPEC` begins with a word that names no kind of method.
  case unknownKind(text: String)
  /// `builtin:` names neither a method nor a system that is built in.
  case unknownBuiltin(id: String, known: [String])
  /// A built-in method has no options.
  case noOptions(BuiltinMethod, text: String)
  /// There is no system of this id.
  case unknownSystem(id: String, known: [String])
  /// A system's option is not of the form `OPTION=VALUE`.
  case malformedOption(system: String, text: String, known: [String])
  /// A system's option is given twice.
  case repeatedOption(system: String, name: String)
  /// A system cannot do what it was asked for.
  case system(SystemError)
  /// A system cannot be opened, for example for want of weights.
  case unusableSystem(id: String, reason: String)
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
  /// A built-in method or a system made no image of this id.
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
    case .unknownBuiltin(let id, let known):
      Spelling.refusal(of: id, as: "built-in method", known: known)
    case .noOptions(let method, let text):
      "\(method.specification) has no options, but '\(text)' was given"
    case .unknownSystem(let id, let known):
      known.isEmpty
        ? "this program has no system '\(id)', nor any other"
        : Spelling.refusal(of: id, as: "system", known: known)
    case .malformedOption(let system, let text, let known):
      known.isEmpty
        ? "\(system) has no options, but '\(text)' was given"
        : "'\(text)' is not OPTION=VALUE; the options of \(system) are "
          + known.joined(separator: ", ")
    case .repeatedOption(let system, let name): "\(system): '\(name)' is given twice"
    case .system(let error): error.description
    case .unusableSystem(let id, let reason): "\(id) cannot be used: \(reason)"
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

extension MethodError {
  /// Why there is no image, without saying of which id.
  package var cause: String {
    switch self {
    case .notGenerated(_, let failure): failure.reason
    case .notComputed(_, let failure): failure.reason
    default: description
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
