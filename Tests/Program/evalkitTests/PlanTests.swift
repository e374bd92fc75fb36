import Foundation
import Testing

/// `evalkit plan` tells what a run would do, and does none of it.
@Suite struct PlanTests {
  private func plan(_ faces: Faces, _ further: String...) throws -> [String: Any] {
    let outcome = try Program.run(
      ["plan", "ddgi.table1", "--weights", SyntheticWeights.distances, "--json"] + further,
      in: faces.path)
    outcome.expectSuccess()
    return try outcome.json()
  }

  private func steps(_ plan: [String: Any]) -> [String] {
    (plan["steps"] as? [[String: Any]] ?? []).map { step in
      "\(step["name"] ?? "") \(step["runs"] ?? "") \(step["remembered"] ?? "")"
    }
  }

  @Test func whatIsRememberedIsNotPlanned() throws {
    let faces = try Faces(4, side: 64)
    let table = [
      "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
      "lpips-squeeze,mae",
    ]
    let before = try plan(
      faces, "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
      "lpips-squeeze,mae")
    // Real, ground truth, shuffled (the same pictures), blurred, ours: four each; one mean face.
    #expect(before["images"] as? Int == 17 && before["imagesRemembered"] as? Int == 0, "\(before)")
    #expect(steps(before) == ["lpips-squeezenet1_1 17 0", "mae 20 0"], "\(before)")
    #expect((before["operations"] as? Int ?? 0) > 17 * 10_000_000, "\(before)")
    #expect(!FileManager.default.fileExists(atPath: faces.path("Results")))
    try Program.run(
      ["table1", "--weights", SyntheticWeights.distances, "--quiet"] + table, in: faces.path
    ).expectSuccess()
    let after = try plan(
      faces, "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
      "lpips-squeeze,mae")
    // Of the mean face nothing is known before it is made.
    #expect(steps(after) == ["lpips-squeezenet1_1 17 12", "mae 20 16"], "\(after)")
    try faces.write(faces.bytes(of: "reference/00.png"), to: "generated/01.png")
    let changed = try plan(
      faces, "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
      "mae")
    #expect(steps(changed) == ["mae 20 15"], "\(changed)")
  }

  /// Label maps are compared with, but are no images of pairs or rows.
  @Test func labelMapsAreNotCountedAsImages() throws {
    let faces = try Faces(2, side: 64, masks: true)
    let plan = try Program.run(
      [
        "plan", "ddgi.table1", "--weights", SyntheticWeights.table, "--json", "--dataset",
        "folder:reference", "--metrics", "accuracy",
      ], in: faces.path
    ).json()
    #expect(plan["images"] as? Int == 7 && plan["imagesRemembered"] as? Int == 0, "\(plan)")
  }

  @Test func nothingIsDrawnOrMade() throws {
    let faces = try Faces(0)
    let plan = try plan(
      faces, "--pairs", "300", "--metrics", "mae", "--method", "m=command:/bin/false")
    #expect(plan["facesToDraw"] as? Int == 300 && plan["pairs"] as? Int == 300, "\(plan)")
    #expect((plan["estimatedSeconds"] as? Double ?? 0) > 0)
    #expect(!FileManager.default.fileExists(atPath: faces.path("Results")))
    let generated = try Faces(3, side: 32)
    let text = try Program.run(
      [
        "plan", "ddgi.table1", "--dataset", "folder:reference", "--method",
        "m=command:/bin/false", "--metrics", "mae", "--weights", SyntheticWeights.empty,
      ], in: generated.path)
    text.expectSuccess()
    #expect(text.output.contains("m: 3 images to make, in a time that only the command knows"))
    #expect(text.output.contains("estimated: "), "\(text)")
  }
}
