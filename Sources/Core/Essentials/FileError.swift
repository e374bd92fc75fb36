import Foundation

/// A file operation that the system refused.
///
/// Rooms wrap it into errors of their own where they can say more about the file.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried; the raw value completes “the file cannot be …”.
  package enum Operation: String, Sendable {
    case open = "opened"
    case read = "read"
    case create = "created"
    case write = "written"
  }

  /// The file in question.
  package let path: String
  /// What was tried.
  package let operation: Operation
  /// The system's error number, `EISDIR` for a folder in a file's place; nil for a device or pipe in
  /// a file's place, to which the system itself does not object.
  package let code: Int32?

  /// Says what was tried with which file, and the system's `errno` value.
  package init(path: String, operation: Operation, code: Int32?) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// Whether there is nothing of that name.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  /// Why, in the system's words, without a full stop.
  package var reason: String { code.map(Self.words) ?? "Is a device or pipe" }

  /// One clause: the file, what could not be done with it, and why.
  package var description: String { "\(path) cannot be \(operation.rawValue): \(reason)" }

  /// The system's words for an `errno` value.
  package static func words(for code: Int32) -> String { String(cString: strerror(code)) }
}
