import Foundation

/// Real weights and faces that tests use where they are present; they are never part of the package.
///
/// Looked for in `EVALKIT_FIXTURES`, then in `../shared/fixtures` beside the project. Tests that need
/// them say `.enabled(if: Fixtures.arePresent)` and so are reported as skipped, not as passed.
package enum Fixtures {
  /// The project's root folder.
  package static let projectRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The folder with `weights/`, `faces/`, `identity/` and `lpips/`.
  package static let root: URL =
    ProcessInfo.processInfo.environment["EVALKIT_FIXTURES"].map { URL(fileURLWithPath: $0) }
    ?? projectRoot.deletingLastPathComponent().appendingPathComponent("shared/fixtures")

  /// Whether the folder is there.
  package static var arePresent: Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent("README.md").path)
  }

  /// Path of a fixture, for example `weights/lpips_v0.1/alex.pth`.
  package static func path(_ relative: String) -> String {
    root.appendingPathComponent(relative).path
  }
}
