import CBuild

/// What the program was built from.
enum BuildCommit {
  /// The commit, with a `+` where the sources differed from it; empty where the build did not say.
  static var text: String { String(cString: build_commit()) }
}
