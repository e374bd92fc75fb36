import Foundation
import Testing

/// The program's version and the places that repeat it.
@Suite struct VersionTests {
  /// What the program says of itself.
  private static func version() throws -> Substring {
    let text = try ProjectFile.text("Sources/Core/Provenance/Tool.swift")
    return try #require(text.firstMatch(of: /static let version = "(\d+\.\d+\.\d+)"/)).1
  }

  @Test func theCitationNamesIt() throws {
    let lines = try ProjectFile.text("CITATION.cff").split(separator: "\n")
    #expect(lines.contains("version: \(try Self.version())"))
    #expect(lines.contains("cff-version: 1.2.0") && lines.contains("license: Apache-2.0"))
  }

  /// The next number is changed in one place.
  @Test func noOtherSourceHoldsIt() throws {
    let quoted = "\"\(try Self.version())\""
    let sources = ProjectFile.url("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    for case let file as URL in try #require(files)
    where ["swift", "c", "h"].contains(file.pathExtension) && file.lastPathComponent != "Tool.swift"
    {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!text.contains(quoted), "\(file.lastPathComponent)")
    }
  }
}
