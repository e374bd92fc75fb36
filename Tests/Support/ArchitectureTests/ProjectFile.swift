import Foundation
import TestSupport

/// Files of the project that tests read as texts.
enum ProjectFile {
  /// The text of a file, for example of `Sources/Program/evalkit/Main.swift`.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: url(path), encoding: .utf8)
  }

  /// Where a file is.
  static func url(_ path: String) -> URL { Fixtures.projectRoot.appending(path: path) }
}
