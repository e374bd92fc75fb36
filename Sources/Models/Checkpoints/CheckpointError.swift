import Essentials
import Foundation

/// Why a file of tensors could not be read or written.
package struct CheckpointError: Error, Equatable, CustomStringConvertible, Sendable {
  /// What went wrong, for callers that decide by it.
  package enum Kind: String, Sendable {
    /// No file of that name.
    case missing
    /// The system refuses to open or read it.
    case unreadable
    /// The first bytes belong to no format that is read.
    case unknownFormat = "unknown-format"
    /// The format is known, but this variant of it is not read.
    case unsupported
    /// The file ends before what its header announces.
    case truncated
    /// Parts of the file contradict each other.
    case corrupt
    /// A pickle asks for something that is not data.
    case forbidden
    /// A size passes a limit that no published checkpoint comes near.
    case tooLarge = "too-large"
    /// Something that was asked for by name is not inside.
    case noSuchTensor = "no-such-tensor"
    /// The system refuses to write.
    case unwritable
  }

  /// The file in question.
  package let path: String
  /// Class of the failure.
  package let kind: Kind
  /// The rest of the sentence that starts with the path.
  package let reason: String

  /// The path and what is wrong with the file.
  package var description: String { "\(path): \(reason)" }
}

extension CheckpointError {
  /// What the system would not do with the file.
  init(_ fault: FileError) {
    path = fault.path
    switch fault.operation {
    case .create, .write:
      kind = .unwritable
      reason = "cannot be written: \(fault.reason)"
    case .open, .read:
      kind = fault.isMissing ? .missing : .unreadable
      reason =
        switch fault.code {
        case _ where fault.isMissing: "there is no such file"
        case nil, EISDIR: "is not a regular file"
        default: "cannot be \(fault.operation.rawValue): \(fault.reason)"
        }
    }
  }

  /// Does something with a file and passes on what the system objects to.
  static func wrapping<Value>(
    _ action: () throws(FileError) -> Value
  ) throws(CheckpointError) -> Value {
    do { return try action() } catch { throw CheckpointError(error) }
  }
}
