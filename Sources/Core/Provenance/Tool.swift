/// The program's identity.
package enum Tool {
  /// Semantic version.
  package static let version = "0.1.0"
}
