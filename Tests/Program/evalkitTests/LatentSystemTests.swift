import Foundation
import TestSupport
import Testing

/// Every mode of the systems that diffuse in latents, from the command line.
@Suite struct LatentSystemTests {
  private static let reference =
    "reference=pairs/images/000001.png,reference-labels=pairs/masks/000001.png"

  private static let modes: [String: [String]] = [
    "collaborative": [
      "mode=full", "mode=full,reweighting=none", "mode=composable", "mode=without-space",
      "mode=without-time", "mode=map", "mode=text", "show=influence",
      "mode=edit,condition-steps=1,network-steps=1,amount=1.5",
    ],
    "sca-dm": [
      "mode=reconstruct", "mode=noise", "mode=swap,\(reference)",
      "mode=partial,classes=hair+skin,\(reference)", "mode=mixed,classes=hair",
      "mode=interpolate,amount=0.5,\(reference)", "scale=1.5", "attention=all",
    ],
  ]

  /// Each makes an image of its own of one pair.
  @Test(arguments: ["collaborative", "sca-dm"])
  func everyModeRuns(system: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    try Program.run(["pairs", "--pairs", "2", "--export", "pairs"], in: path).expectSuccess()
    var made: [Data: String] = [:]
    for mode in try #require(Self.modes[system]) {
      try Program.run(
        [
          "generate", "--dataset", "pairs:pairs/pairs.jsonl", "--limit", "1", "--size", "128",
          "--method", "x=builtin:\(system):steps=2,\(mode)", "--output", mode, "--quiet",
        ], in: path
      ).expectSuccess()
      let image = try Data(contentsOf: URL(fileURLWithPath: folder.path("\(mode)/000000.png")))
      #expect(made[image] == nil, "\(mode) makes what \(made[image] ?? "") makes")
      made[image] = mode
    }
  }

  /// A table says which files made its images, and how.
  @Test func reportsNameTheWeights() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      [
        "table", "sca-dm.table1", "--pairs", "4", "--metrics", "mae", "--method",
        "ours=builtin:sca-dm:mode=noise,steps=2", "--format", "markdown", "--quiet",
      ], in: folder.url.path)
    outcome.expectSuccess()
    for part in [
      "made by sca-dm (", "steps=2 weights=averaged)",
      "cond\\_stage\\_model of compact:compact-sca-dm.safetensors (SHA-256 ",
    ] {
      #expect(outcome.output.contains(part), "no '\(part)': \(outcome)")
    }
  }
}
