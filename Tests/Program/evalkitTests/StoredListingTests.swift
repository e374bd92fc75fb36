import Foundation
import Testing

/// `runs`, `show` and `open` over what is stored, and how tables are printed.
@Suite struct StoredListingTests {
  @Test func runsAreListedAndShown() throws {
    let faces = try Faces(3)
    try faces.write([], to: "generated/01.png")
    try faces.score("mae,ssim").expectSuccess()
    let runs = try faces.run("runs")
    runs.expectSuccess()
    let lines = runs.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("run ") && lines[1].contains("complete"))
    let listed = try #require(
      try JSONSerialization.jsonObject(with: Data(faces.run("runs", "--json").output.utf8))
        as? [[String: Any]])
    let id = try #require(listed.first?["id"] as? String)
    #expect(lines[1].hasPrefix(id) && listed.first?["failed"] as? Int == 1)

    let shown = try faces.run("show", String(id.prefix(12)))
    shown.expectSuccess()
    for part in [id, "score --reference", "failed image", "01", " cores ", "complete"] {
      #expect(shown.output.contains(part), "no '\(part)': \(shown)")
    }
    let details = try faces.run("show", "latest", "--json").json()
    #expect(details["id"] as? String == id)
    #expect((details["failures"] as? [[String: Any]])?.first?["id"] as? String == "01")

    let image = try faces.run("show", "latest", "00")
    image.expectSuccess()
    #expect(image.output.contains("mae") && image.output.contains("scored"))
    let failed = try faces.run("show", "latest", "01", "--json").json()
    let states = (failed["images"] as? [[String: Any]])?.compactMap { $0["state"] as? String }
    #expect(states?.contains { $0 != "scored" } == true)
    try faces.run("show", "latest", "0").expectRefusal(64, "'0'")
    try faces.run("show", "nowhere").expectRefusal(5, "'nowhere'")
  }

  /// Reports and histories stay, single values go, and the site says so; baselines and the latest run are spared.
  @Test func oldRunsArePruned() throws {
    let faces = try Faces(3)
    for seed in 1...3 { try faces.score("mae,ssim", "--seed", "\(seed)").expectSuccess() }
    let ids = try Database(faces.path("Results")).rows("SELECT id FROM run ORDER BY rowid").map {
      String($0.dropFirst(4).dropLast())
    }
    try #require(ids.count == 3)
    try faces.run("baseline", "set", "main", "--run", ids[0]).expectSuccess()
    let report = try faces.run("report", ids[1]).output
    let tried = try faces.run("runs", "prune", "--keep", "1", "--dry-run")
    #expect(tried.output.contains("would prune 1 run: \(ids[1])"), "\(tried)")
    try faces.run("show", ids[1], "00").expectSuccess()
    let pruned = try faces.run("runs", "prune", "--keep", "1")
    #expect(pruned.output.contains("pruned 1 run: 6 scores"), "\(pruned)")
    #expect(try faces.run("report", ids[1]).output == report)
    try faces.run("show", ids[1], "00").expectRefusal(1, ids[1], "'evalkit runs prune' deleted")
    for id in [ids[0], ids[2]] { try faces.run("show", id, "00").expectSuccess() }
    try faces.run("history").expectSuccess()
    try faces.run("publish", "site").expectSuccess()
    let page = String(decoding: try faces.bytes(of: "site/runs/\(ids[2]).html"), as: UTF8.self)
    #expect(page.contains("Values of single images of run \(ids[1]) were deleted."))
    let again = try faces.run("runs", "prune", "--keep", "1")
    #expect(again.output.contains("no run is old enough"), "\(again)")
  }

  @Test func nothingStoredIsSaid() throws {
    let faces = try Faces(2)
    for command in ["runs", "show", "open"] {
      try faces.run(command).expectRefusal(5, "measure something first")
    }
  }

  @Test func aPageIsWrittenAndItsPathPrinted() throws {
    let faces = try Faces(3)
    try faces.score("mae").expectSuccess()
    let opened = try faces.run("open", "--no-browser")
    opened.expectSuccess()
    let path = opened.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(path.hasPrefix("Results/pages/") && path.hasSuffix(".html"))
    #expect(String(decoding: try faces.bytes(of: path), as: UTF8.self).contains("<html"))
  }

  @Test func tablesArePrintedAsAsked() throws {
    let faces = try Faces(3)
    try faces.score("mae,ssim").expectSuccess()
    let markdown = try faces.run("report")
    #expect(markdown.output.contains("| generated"))
    let table = try faces.run("report", "--format", "table")
    table.expectSuccess()
    #expect(table.output.contains("generated") && !table.output.contains("|"))
    #expect(!table.output.contains("\u{1B}"))
    let colored = try faces.run("report", "--format", "table", "--color", "always")
    #expect(colored.output.contains("\u{1B}[1m") && colored.output.contains("\u{1B}[0m"))
    try faces.run("report", "--format", "tabel").expectRefusal(64, "'tabel'", "'table'")
    try faces.run("report", "--color", "allways").expectRefusal(64, "'always'")
  }
}
