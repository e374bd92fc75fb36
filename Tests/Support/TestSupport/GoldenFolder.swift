import Foundation

/// The committed files of independent references, in the folder `Goldens` beside a test.
package struct GoldenFolder: Sendable {
  /// Where the folder is.
  package let url: URL

  /// The folder of the test that asks.
  package init(beside file: String = #filePath) {
    url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Goldens")
  }

  /// A folder inside the one of the test that asks.
  package init(named name: String, beside file: String = #filePath) {
    url = GoldenFolder(beside: file).url.appendingPathComponent(name)
  }

  /// Path of a file inside.
  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// A file's bytes.
  package func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url.appendingPathComponent(name)))
  }

  /// A file's text.
  package func text(_ name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }

  /// What a JSON file holds.
  package func decoded<Content: Decodable>(
    _ name: String, as type: Content.Type = Content.self
  ) throws -> Content {
    try JSONDecoder().decode(type, from: Data(contentsOf: url.appendingPathComponent(name)))
  }
}
