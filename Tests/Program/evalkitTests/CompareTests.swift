import Foundation
import Images
import Testing

/// `compare` and `history` over stored runs.
@Suite struct CompareTests {
  private static func scored(_ faces: Faces) throws -> String {
    try faces.score("mae,ssim").expectSuccess()
    return try Database(faces.path("Results")).rows(
      "SELECT id FROM run ORDER BY rowid DESC LIMIT 1")[0].id
  }

  private static func redraw(_ faces: Faces, seed: UInt64, twice: Bool = false) throws {
    for index in 0..<10 {
      var face = Faces.noisy(
        Faces.face(seed: UInt64(index), side: 32), seed: seed + UInt64(index))
      if twice { face = Faces.noisy(face, seed: 2 * seed + UInt64(index)) }
      try faces.write(ImageEncoder.png(face), to: "generated/\(Faces.id(index)).png")
    }
  }

  @Test func runsAreComparedPairByPair() throws {
    let faces = try Faces(10, side: 32)
    let first = try Self.scored(faces)
    try Self.redraw(faces, seed: 5000, twice: true)
    let second = try Self.scored(faces)
    let text = try faces.run("compare", first, second)
    text.expectSuccess()
    #expect(text.output.contains("| generated | mae |") && text.output.contains("regression"))
    let changes = try #require(
      faces.run("compare", second, first, "--json").json()["changes"] as? [[String: Any]])
    #expect(changes.map { $0["metric"] as? String } == ["ssim", "mae"])
    #expect(changes.allSatisfy { $0["outcome"] as? String == "improvement" }, "\(changes)")
    let back = try #require(
      faces.run("compare", first, second, "--json").json()["changes"] as? [[String: Any]])
    for (one, other) in zip(changes, back) {
      let (there, here) = (one["difference"] as? Double, other["difference"] as? Double)
      #expect(abs((there ?? .nan) + (here ?? .nan)) <= 1e-15 && one["pairs"] as? Int == 10)
    }
    let itself = try faces.run("compare", "\(first):generated", first)
    #expect(itself.output.contains("equivalent"), "\(itself)")
    try faces.run("compare", first, "nothing").expectRefusal(64, "'nothing'", "'generated'")
    try faces.run("compare", "1999", first).expectRefusal(64, "'1999'")
  }

  @Test func runsOfOtherPairsAreNotCompared() throws {
    let faces = try Faces(10, side: 32)
    let first = try Self.scored(faces)
    try faces.remove("generated/00.png")
    try faces.remove("reference/00.png")
    let second = try Self.scored(faces)
    try faces.run("compare", first, second).expectRefusal(5, "other pairs")
  }

  @Test func theHistoryShowsStepsVerdictsAndMissingNights() throws {
    let faces = try Faces(10, side: 32)
    var runs: [String] = []
    for night in 0..<12 {
      try Self.redraw(faces, seed: UInt64(10_000 + 100 * night), twice: night >= 7)
      runs.append(try Self.scored(faces))
      if night == 0 { try faces.run("baseline", "set", "main").expectSuccess() }
    }
    _ = try faces.run("gate", "--baseline", "main")
    let database = try Database(faces.path("Results"))
    for (night, run) in runs.enumerated() {
      // Nights 0…4, none on the 6th, and on from the 7th.
      let day = night < 5 ? night + 1 : night + 2
      try database.execute(
        """
        UPDATE run SET created = '2026-01-\(day < 10 ? "0" : "")\(day)T03:00:00.000Z'
        WHERE id = '\(run)'
        """)
    }
    let json = try faces.run("history", "mae", "--json").json()
    let series = try #require((json["series"] as? [[String: Any]])?.first)
    let points = try #require(series["points"] as? [[String: Any]])
    #expect(points.map { $0["run"] as? String } == runs)
    #expect(points.last?["verdict"] as? String == "regression")
    #expect(points[0]["halfWidth"] as? Double ?? 0 > 0)
    let steps = try #require(series["steps"] as? [[String: Any]])
    #expect(steps.count == 1 && steps[0]["run"] as? String == runs[7], "\(steps)")
    #expect(steps.first?["kind"] as? String == "worse")
    let baseline = try #require((series["baselines"] as? [String: Double])?["main"])
    #expect(baseline == points[0]["value"] as? Double)
    let missing = try #require(json["missingNights"] as? [String])
    #expect(missing.first == "2026-01-06" && missing.count > 1)
    #expect(!FileManager.default.fileExists(atPath: faces.path("Reports")))

    let text = try faces.run("history")
    text.expectSuccess()
    #expect(
      text.output.contains("## generated: mae ↓") && text.output.contains("**worse** from run"))
    #expect(try faces.bytes(of: "Reports/history.md") == Array(text.output.utf8))
    let pictures = try FileManager.default.contentsOfDirectory(
      atPath: faces.path("Reports/history")
    ).sorted()
    #expect(pictures.count == 2)
    for picture in pictures {
      #expect(text.output.contains("history/\(picture)"))
      let svg = String(decoding: try faces.bytes(of: "Reports/history/\(picture)"), as: UTF8.self)
      #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
      #expect(svg.components(separatedBy: "<circle").count == 13, "\(svg)")
    }
    try faces.run("history", "mea").expectRefusal(64, "'mae'")
  }
}
