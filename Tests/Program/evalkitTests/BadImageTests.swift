import Foundation
import Images
import Testing

/// Image files of all kinds of badness become rows of the ledger, and the run goes on.
@Suite struct BadImageTests {
  /// What a file is turned into, and the state in which it must end.
  private static let damages: [(state: String, make: @Sendable ([UInt8]) throws -> [UInt8])] = [
    ("truncated", { $0.dropLast($0.count / 2) }),
    ("empty", { _ in [] }),
    ("not-an-image", { _ in Array("This is a text.\n".utf8) }),
    ("too-large", { _ in try Faces.hugePNG() }),
    ("unsupported", { _ in Array("GIF89a\u{1}\0\u{1}\0\0\0\0;".utf8) }),
    (
      "corrupt",
      { bytes in
        var bytes = bytes
        for index in bytes.count / 2..<bytes.count / 2 + 8 { bytes[index] ^= 0x5A }
        return bytes
      }
    ),
  ]

  @Test(arguments: ["generated", "reference"])
  func aBadFileIsARowOfTheLedger(_ folder: String) throws {
    let count = Self.damages.count + 3
    let faces = try Faces(count)
    for (index, damage) in Self.damages.enumerated() {
      let name = "\(folder)/\(Faces.id(index)).png"
      try faces.write(try damage.make(try faces.bytes(of: name)), to: name)
    }
    let result = try faces.score("mae,ssim", "--json")
    result.expectSuccess()
    let json = try result.json()
    let failures = try #require(json["failures"] as? [[String: Any]])
    for (index, damage) in Self.damages.enumerated() {
      let rows = failures.filter { $0["id"] as? String == Faces.id(index) }
      let own = rows.filter { $0["side"] as? String == folder }
      #expect(own.first?["state"] as? String == damage.state, "\(damage.state): \(rows)")
      let reason = own.first?["reason"] as? String ?? ""
      #expect(
        reason.contains("\(folder)/\(Faces.id(index)).png") && !reason.hasSuffix("."), "\(reason)")
    }
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(counts["paired"] == 3, "\(counts)")
    #expect(counts[folder] == 3, "\(counts)")
    let metrics = try #require(json["metrics"] as? [String: [String: Any]])
    #expect(metrics["mae"]?["n"] as? Int == 3 && metrics["ssim"]?["n"] as? Int == 3)
    let database = try Database(faces.path("Results"))
    let ledger = try database.count(
      "SELECT count(*) FROM failure WHERE method = '\(folder)' AND reason <> ''")
    #expect(ledger == Self.damages.count)
    #expect(try database.count("SELECT count(*) FROM scores_per_image") == 6)
  }

  @Test func imagesOfAnotherSizeFailOneByOne() throws {
    let faces = try Faces(3)
    try faces.write(
      ImageEncoder.png(Faces.face(seed: 9, side: 64)), to: "generated/\(Faces.id(1)).png")
    let json = try faces.score("ssim,mae", "--json").json()
    let failures = try #require(json["failures"] as? [[String: Any]])
    #expect(failures.map { $0["state"] as? String } == ["wrong-size"], "\(failures)")
    #expect((failures[0]["reason"] as? String)?.contains("64×64") == true, "\(failures)")
    #expect((json["counts"] as? [String: Int])?["paired"] == 2)
  }

  @Test func onlyBadFilesAreAnInvalidRun() throws {
    let faces = try Faces(2)
    for index in 0..<2 { try faces.write([], to: "generated/\(Faces.id(index)).png") }
    try faces.score("mae").expectRefusal(6, "nothing was measured", "generated/00.png")
    let database = try Database(faces.path("Results"))
    #expect(try database.count("SELECT count(*) FROM failure") == 2)
  }

  @Test func moreFailuresThanAllowedAreAnInvalidRun() throws {
    let faces = try Faces(4)
    for index in 0..<2 { try faces.write([], to: "generated/\(Faces.id(index)).png") }
    try faces.score("mae", "--max-failures", "1").expectRefusal(6, "2 images failed", "1 allowed")
    try faces.score("mae", "--max-failures", "2").expectSuccess()
    // What could be measured was kept both times.
    let database = try Database(faces.path("Results"))
    #expect(try database.count("SELECT count(DISTINCT image) FROM scores_per_image") == 2)
  }

  @Test func aMaskOfAnotherSizeIsARowOfTheLedger() throws {
    let faces = try Faces(4, side: 512, masks: true)
    try faces.write(Faces.mask(side: 300), to: "masks/\(Faces.id(1)).png")
    try faces.write(Array("no mask".utf8), to: "masks/\(Faces.id(2)).png")
    try faces.make("data")
    for (from, to) in [("reference", "data/images"), ("masks", "data/masks")] {
      try FileManager.default.moveItem(atPath: faces.path(from), toPath: faces.path(to))
    }
    let result = try faces.run(
      "table1", "--dataset", "folder:data", "--method", "ours=folder:generated", "--weights",
      SyntheticWeights.table, "--metrics", "mae,accuracy", "--json", "--quiet")
    result.expectSuccess()
    _ = try result.json()
    let rows = try Database(faces.path("Results")).rows(
      "SELECT imageID AS id, state FROM failure WHERE method = 'ours' ORDER BY 1")
    #expect(
      rows == ["id=\"01\" state=\"wrong-size\"", "id=\"02\" state=\"not-an-image\""], "\(rows)")
    let scores = try Database(faces.path("Results")).rows(
      "SELECT n FROM scores WHERE method = 'ours'")
    #expect(scores == ["n=2", "n=2"], "\(scores)")
  }
}
