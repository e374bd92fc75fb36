import Foundation
import TestSupport
import Testing

/// A results database as a site of pages.
@Suite struct PublishTests {
  /// Runs of two tables, a baseline and a verdict.
  private func stored() throws -> Faces {
    let faces = try Faces(6)
    for count in ["6", "6"] {
      try faces.run(
        "table", "ddgi.table1", "--pairs", count, "--quiet", "--no-preview", "--metrics",
        "fid,lpips-alex,miou", "--no-cache"
      ).expectSuccess()
    }
    try faces.run("baseline", "set", "main").expectSuccess()
    _ = try faces.run("gate", "--baseline", "main")
    try faces.score("mae,ssim").expectSuccess()
    return faces
  }

  private func pages(of faces: Faces, _ folder: String) throws -> [String: String] {
    let files = FileManager.default.subpaths(atPath: faces.path(folder)) ?? []
    return Dictionary(
      uniqueKeysWithValues: try files.filter { $0.hasSuffix(".html") }.map {
        ($0, String(decoding: try faces.bytes(of: "\(folder)/\($0)"), as: UTF8.self))
      })
  }

  @Test func everyLinkLeadsSomewhere() throws {
    let faces = try stored()
    let outcome = try faces.run("publish", "site")
    outcome.expectSuccess()
    #expect(outcome.output.hasPrefix("site/index.html: 3 runs in "), "\(outcome)")
    let pages = try pages(of: faces, "site")
    #expect(pages.count == 4 + 2 + 3, "\(pages.keys.sorted())")
    for (name, text) in pages {
      let folder = URL(fileURLWithPath: faces.path("site/\(name)")).deletingLastPathComponent()
      let links = text.matches(of: /(?:href|src)="([^"]*)"/).map { String($0.output.1) }
      #expect(links.count > 4, "\(name)")
      for link in links where !link.hasPrefix("data:") {
        #expect(!link.contains("://"), "\(name): \(link) asks another server")
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let target =
          parts[0].isEmpty
          ? URL(fileURLWithPath: faces.path("site/\(name)"))
          : folder.appendingPathComponent(String(parts[0])).standardized
        #expect(FileManager.default.fileExists(atPath: target.path), "\(name): \(link)")
        guard parts.count > 1 else { continue }
        let page = try String(contentsOf: target, encoding: .utf8)
        #expect(page.contains("id=\"\(parts[1])\""), "\(name): \(link)")
      }
      #expect(text.contains("<meta name=\"viewport\""), "\(name)")
    }
    let overview = try #require(pages["index.html"])
    for part in ["ddgi.table1", "lpips-alex", "All runs", "score"] {
      #expect(overview.contains(part), "no \(part)")
    }
    // The second run of the table, and it alone, is compared with the one before.
    let compared = pages.filter { $0.value.contains("Changes since run") }
    #expect(compared.count == 1, "\(compared.keys.sorted())")
    let changes = try #require(compared.values.first?.split(separator: "Changes since run").last)
    #expect(changes.contains("<td>lpips-alex</td>") && changes.contains("<td>equivalent</td>"))
    #expect(!changes.contains("<td>fid</td>"))
    let history = try #require(pages["history/ddgi.table1.html"])
    #expect(history.components(separatedBy: "<svg").count - 1 == 21, "seven rows, three metrics")
    let judged = try #require(pages.first { $0.value.contains("Verdict beside baseline main") })
    #expect(judged.key.hasPrefix("runs/"))
  }

  @Test func theFolderIsBroughtUpToDate() throws {
    let faces = try Faces(3)
    try faces.score("mae").expectSuccess()
    try faces.run("publish", "site").expectSuccess()
    let first = try pages(of: faces, "site")
    try faces.run("publish", "site").expectSuccess()
    #expect(try pages(of: faces, "site") == first)
    try faces.write("<html>".utf8, to: "site/runs/20200101-000000-00000000.html")
    try faces.score("ssim").expectSuccess()
    let summary = try faces.run("publish", "site", "--json").json()
    #expect(summary["runs"] as? Int == 2)
    let second = try pages(of: faces, "site")
    #expect(second.keys.count { $0.hasPrefix("runs/") } == 2)
    try faces.run("publish", "reference").expectRefusal(1, "reference", "--force")
    try faces.run("publish", "site", "--results", "Nowhere").expectRefusal(5, "Nowhere")
  }

  @Test func namesAreEscaped() throws {
    let faces = try Faces(3)
    try faces.make("<b>&")
    for index in 0..<3 {
      try faces.write(
        faces.bytes(of: "generated/\(Faces.id(index)).png"), to: "<b>&/\(Faces.id(index)).png")
    }
    try faces.run(
      "score", "--reference", "reference", "--generated", "<b>&", "--metrics", "mae", "--weights",
      SyntheticWeights.empty
    ).expectSuccess()
    try faces.run("publish", "site").expectSuccess()
    for (name, text) in try pages(of: faces, "site") {
      #expect(!text.contains("<b>&"), "\(name)")
    }
  }
}
