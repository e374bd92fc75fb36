import Foundation
import Testing

/// Relative links of the project's pages lead to files; in a clean checkout, to files that are part of it.
@Suite struct LinkTests {
  private static let pages: [String] = {
    let folder = ProjectFile.url("Docs").path
    let guides = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return [
      "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
      "Reports/table1.md", "Reports/faces.md", "Reports/speed.md", "Reports/claims.md",
      "Examples/README.md", "Python/README.md",
    ] + guides.filter { $0.hasSuffix(".md") }.sorted().map { "Docs/\($0)" }
  }()

  /// Targets of `[text](target)` that are no addresses, without anchors.
  static func targets(in page: String) -> [String] {
    page.matches(of: #/\]\(([^()\s]+)\)/#).map { String($0.output.1) }
      .filter { !$0.contains("://") && !$0.hasPrefix("#") && !$0.hasPrefix("mailto:") }
      .map { String($0.prefix { $0 != "#" }) }
  }

  @Test(arguments: pages)
  func everyLinkLeadsToAFile(page: String) throws {
    let folder = ProjectFile.url(page).deletingLastPathComponent()
    for target in Self.targets(in: try ProjectFile.text(page)) {
      let path = folder.appending(path: target).path
      #expect(FileManager.default.fileExists(atPath: path), "\(page) links to \(target)")
    }
  }

  @Test func findsRelativeTargets() {
    let page = "[a](Reports/a.md) ![b](b.png) [c](https://x.y/z) [d](#part) [e](F.md#part) (g)"
    #expect(Self.targets(in: page) == ["Reports/a.md", "b.png", "F.md"])
  }
}
