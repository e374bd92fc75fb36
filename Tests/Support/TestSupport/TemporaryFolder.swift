import Foundation

/// A folder that lives as long as the object and is removed with it.
package final class TemporaryFolder: Sendable {
  /// Where the folder is.
  package let url: URL

  /// Makes a new, empty folder.
  package init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("evalkit-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Path of an entry inside.
  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file, after the folders that it lies in.
  package func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
