import Essentials
import Foundation

/// Why a published file could not be fetched.
package struct DownloadError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, for callers that decide by it.
  package enum Kind: String, Sendable {
    /// The host cannot be found or reached.
    case offline
    /// The server answers with an error.
    case refused
    /// No byte arrived for too long.
    case stalled
    /// The connection ended before the file did.
    case truncated
    /// A redirection that must not be followed.
    case redirected
    /// The server announces or sends another number of bytes than was published.
    case wrongSize = "wrong-size"
    /// All bytes arrived, but they are not the published ones.
    case wrongHash = "wrong-hash"
    /// A page for people came in place of the file.
    case webPage = "web-page"
    /// The catalogue knows no address of the bytes themselves.
    case noAddress = "no-address"
    /// The program that fetches is missing.
    case unavailable
    /// The system refuses to write the file.
    case unwritable
    /// Another process fetches the same file.
    case busy
    /// The user asked to stop.
    case cancelled
  }

  /// Name of the file in the catalogue.
  package let file: String
  /// Class of the failure.
  package let kind: Kind
  /// The rest of the sentence that starts with the file's name.
  package let reason: String

  /// The file's published name and why it was not fetched.
  package var description: String { "\(file): \(reason)" }

  /// Whether the same request may succeed a little later.
  var isTransient: Bool {
    switch kind {
    case .stalled, .truncated: true
    default: false
    }
  }
}
