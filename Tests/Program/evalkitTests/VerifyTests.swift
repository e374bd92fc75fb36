import Foundation
import Testing

/// `evalkit verify` finds whatever does not follow from the images.
@Suite struct VerifyTests {
  private static let script = """
    #!/bin/sh
    while read -r line; do
      id=${line#*'"id":"'}; id=${id%%'"'*}
      image=${line#*'"image":"'}; image=${image%%'"'*}
      output=${line#*'"output":"'}; output=${output%%'"'*}
      [ $id = 02 ] && { echo "{\\"id\\":\\"$id\\",\\"ok\\":false}"; continue; }
      cp "$image" "$output"; echo "{\\"id\\":\\"$id\\",\\"ok\\":true,\\"seconds\\":1}"
    done

    """

  private func measured() throws -> Faces {
    let faces = try Faces(4, side: 64)
    try faces.write(Array(Self.script.utf8), to: "method.sh")
    try faces.write(Array("no picture".utf8), to: "generated/03.png")
    try Program.run(
      [
        "table1", "--dataset", "folder:reference", "--method", "ours=folder:generated", "--method",
        "theirs=command:/bin/sh method.sh", "--metrics", "lpips-squeeze,mae,ssim,time", "--weights",
        SyntheticWeights.distances, "--quiet",
      ], in: faces.path
    ).expectSuccess()
    return faces
  }

  private func verify(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(["verify", "--sample", "99", "--quiet"] + further, in: faces.path)
  }

  private func change(_ faces: Faces, _ sql: String) throws {
    try Database(faces.path("Results")).execute(sql)
  }

  @Test func whatFollowsFromTheImagesAgrees() throws {
    let faces = try measured()
    let requests = try faces.bytes(of: "Results/generated/theirs/.evalkit/receipts.jsonl")
    let outcome = try verify(faces, "--json")
    outcome.expectSuccess()
    let json = try outcome.json()
    func agreeing(_ name: String) -> Int? { (json[name] as? [String: Any])?["agreeing"] as? Int }
    // Six rows of four; two images failed; three metrics of an image, four of a set.
    #expect(json["images"] as? Int == 24)
    #expect(agreeing("scores") == 22 * 3 + 2, "\(outcome)")
    #expect(agreeing("sets") == 6 * 4)
    #expect((agreeing("remembered") ?? 0) > 22 * 3)
    #expect((json["unchecked"] as? [String])?.isEmpty == true)
    let some = try verify(faces, "--sample", "5", "--seed", "3", "--json").json()
    let scores = (some["scores"] as? [String: Any])?["agreeing"] as? Int ?? 0
    #expect(scores > 0 && scores <= 15, "\(some)")
    #expect(
      try faces.bytes(of: "Results/generated/theirs/.evalkit/receipts.jsonl") == requests,
      "a command is not asked again")
  }

  @Test func whatWasChangedInTheDatabaseIsFound() throws {
    let faces = try measured()
    try change(
      faces, "UPDATE setScore SET standardError = standardError * 1.01 WHERE metric = 'ssim'")
    let sets = try verify(faces)
    sets.expectRefusal(6, "stored values", "differ")
    #expect(sets.output.contains("ssim of ours is"), "\(sets)")
    try change(
      faces,
      "UPDATE score SET value = value + 1e-12 WHERE method = 'ours' AND imageID = '00' AND metric = 'mae'"
    )
    let scores = try verify(faces)
    #expect(scores.output.contains("mae of 00 of ours is"), "\(scores)")
    // The set's score was made of what stood there before.
    #expect(scores.output.contains("mae of ours is"), "\(scores)")
    try change(faces, "UPDATE artifact SET payload = zeroblob(byteCount) WHERE byteCount = 8")
    let remembered = try verify(faces)
    remembered.expectRefusal(6, "differ")
    #expect(remembered.output.contains("the remembered result"), "\(remembered)")
  }

  @Test func whatWasChangedInTheFilesIsFound() throws {
    let faces = try measured()
    try faces.write(faces.bytes(of: "reference/01.png"), to: "generated/01.png")
    try faces.write(faces.bytes(of: "reference/03.png"), to: "generated/03.png")
    try faces.remove("generated/02.png")
    let outcome = try verify(faces)
    outcome.expectRefusal(6, "3 stored values")
    for part in [
      "01 of ours is another picture", "02 of ours fails now", "03 of ours can be measured now",
    ] { #expect(outcome.output.contains(part), "\(outcome)") }
    try faces.remove("reference/03.png")
    try verify(faces).expectRefusal(5, "holds other pairs")
    try faces.run("verify", "20", "--results", "nowhere").expectRefusal(5, "no database")
  }

  @Test func scoresOfFoldersAreVerifiedToo() throws {
    let faces = try Faces(3, side: 64)
    try Program.run(
      Faces.scoring("lpips-squeeze,psnr,fid,kid,fid-infinity", weights: SyntheticWeights.sets)
        + ["--quiet", "--seed", "9"], in: faces.path
    ).expectSuccess()
    let json = try verify(faces, "--json").json()
    #expect(((json["sets"] as? [String: Any])?["agreeing"] as? Int) == 5, "\(json)")
    // What is forgotten is told, not passed over.
    let forgotten = try faces.run("cache", "--limit", "0")
    forgotten.expectSuccess()
    #expect(forgotten.errors.contains("scores of sets rest on"), "\(forgotten)")
    let without = try verify(faces)
    without.expectSuccess()
    #expect(without.output.contains("no longer in the cache"), "\(without)")
  }
}
