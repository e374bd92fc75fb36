import Essentials

/// Puts the reason for a failed file operation into a sentence's middle.
package enum FileFault {
  /// Lower-case reason without a full stop.
  package static func reason(_ fault: FileError) -> String {
    fault.isMissing ? "no such file or folder" : fault.reason.lowercased()
  }

  /// The system's words for an `errno` value.
  package static func reason(code: Int32) -> String { FileError.words(for: code).lowercased() }
}
