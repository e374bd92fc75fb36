/// The program's identity.
package enum Tool {
  /// Semantic version, which stands here alone; stored with every run and part of what remembered pixels rest on.
  package static let version = "0.1.0"

  /// The version as people read it, for example `0.1.0 (3215d89)`.
  ///
  /// - Parameter commit: what the program was built from, with a `+` where its sources differed; may be empty.
  /// - Returns: the version, and the commit unless it is empty.
  package static func description(builtFrom commit: String) -> String {
    commit.isEmpty ? version : "\(version) (\(commit))"
  }
}
