import Essentials
import Foundation
import Images
import Tensors
import Testing

/// Diversity, segmentation consistency and time, as a user asks for them.
@Suite struct StudyMetricTests {
  private func entry(_ outcome: Outcome, _ metric: String) throws -> [String: Any] {
    try #require((outcome.json()["metrics"] as? [String: [String: Any]])?[metric])
  }

  @Test func diversityIsTheDistanceWithinGroups() throws {
    let faces = try Faces(2, side: 64)
    // Two samples of one mask; a third image is a group of its own.
    for (name, source) in [
      ("k_0", "reference/00"), ("k_1", "generated/00"), ("l_0", "reference/01"),
    ] { try faces.write(faces.bytes(of: "\(source).png"), to: "samples-\(name).png") }
    try faces.make("samples")
    for name in ["k_0", "k_1", "l_0"] {
      try faces.write(faces.bytes(of: "samples-\(name).png"), to: "samples/\(name).png")
    }
    func diversity(_ further: String...) throws -> [String: Any] {
      try entry(
        Program.run(
          [
            "score", "--generated", "samples", "--metrics", "lpips-diversity", "--diversity-net",
            "squeeze", "--weights", SyntheticWeights.distances, "--json", "--quiet",
          ] + further, in: faces.path), "lpips-diversity")
    }
    let pair = try entry(
      faces.run(
        "score", "--reference", "reference", "--generated", "generated", "--metrics",
        "lpips-squeeze", "--limit", "1", "--weights", SyntheticWeights.distances, "--json",
        "--quiet"), "lpips-squeeze")
    let groups = try diversity("--group-by", "prefix")
    #expect(groups["value"] as? Double == pair["value"] as? Double)
    #expect(groups["n"] as? Int == 2)
    let everything = try diversity("--jobs", "1")
    let details = try #require(everything["details"] as? [String: Any])
    #expect(details["pairs"] as? Int == 3 && details["groups"] as? Int == 1)
    #expect(everything["fingerprint"] as? String == groups["fingerprint"] as? String)
    let consecutive = try diversity("--diversity-pairs", "consecutive", "--no-cache")
    #expect((consecutive["details"] as? [String: Any])?["pairs"] as? Int == 2)
    #expect(consecutive["fingerprint"] as? String != groups["fingerprint"] as? String)
    try faces.run(
      "score", "--generated", "samples", "--metrics", "lpips-diversity", "--diversity-net",
      "squeeze", "--group-by", "prefx", "--weights", SyntheticWeights.distances
    ).expectRefusal(64, "'prefix'")
  }

  /// Only the middle third, of class 1, was changed: all of the difference is in that region.
  @Test func changesAreFoundInTheirRegion() throws {
    let faces = try Faces(2, side: 66, masks: true)
    for index in 0..<2 {
      var face = Faces.face(seed: UInt64(index), side: 66)
      for place in face.samples.indices where place / 3 % 66 / 22 == 1 {
        face.samples[place] ^= 0x10
      }
      try faces.write(ImageEncoder.png(face), to: "generated/\(Faces.id(index)).png")
    }
    // Foundation's reader of JSON may miss the last bit.
    func agree(_ expected: [Double], _ further: String...) throws {
      let outcome = try Program.run(
        Faces.scoring("mae-region,mae-outside") + ["--masks", "masks", "--json", "--quiet"]
          + further, in: faces.path)
      for (metric, expected) in zip(["mae-region", "mae-outside"], expected) {
        let value = try #require(try entry(outcome, metric)["value"] as? NSNumber).doubleValue
        #expect(abs(value - expected) <= 1e-16, "\(metric) \(further)")
      }
    }
    try agree([16.0 / 255, 0], "--region", "skin")
    try agree([0, 16.0 / 255], "--region", "hair+0", "--region-margin", "3")
    // Skin and hair, all but the background.
    try agree([8.0 / 255, 0])
    try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--metrics", "mae-region",
      "--masks", "masks", "--region", "skni", "--weights", SyntheticWeights.empty
    ).expectRefusal(64, "'skni'")
  }

  @Test func unchangedFacesKeepAllLabels() throws {
    let faces = try Faces(2, side: 64)
    func consistency(_ generated: String, _ further: String...) throws -> [String: Any] {
      try entry(
        Program.run(
          [
            "score", "--reference", "reference", "--generated", generated, "--metrics",
            "segmentation-consistency", "--weights", SyntheticWeights.table, "--json", "--quiet",
          ] + further, in: faces.path), "segmentation-consistency")
    }
    let same = try consistency("reference")
    #expect(same["value"] as? Double == 1)
    #expect((same["details"] as? [String: Any])?["miou"] as? Double == 1)
    let edited = try consistency("generated")
    let value = try #require(edited["value"] as? Double)
    #expect(value > 0 && value < 1 && edited["n"] as? Int == 2)
    let miou = try consistency("generated", "--sc-mode", "miou", "--miou-mode", "img_nan")
    #expect(miou["value"] as? Double != value)
    #expect(miou["fingerprint"] as? String != edited["fingerprint"] as? String)
  }

  @Test func timesComeFromReceipts() throws {
    let faces = try Faces(3, side: 64)
    try faces.make("generated/.evalkit")
    let receipts = try (0..<2).map { index in
      let id = Faces.id(index)
      let digest = FileDigest.sha256(of: try faces.bytes(of: "generated/\(id).png"))
      return #"{"id":"\#(id)","request":"r","sha256":"\#(digest)","width":64,"height":64,"#
        + #""seconds":\#(index + 1),"steps":50}"#
    }
    let foreign =
      #"{"id":"02","request":"r","sha256":"0","width":64,"height":64,"seconds":9,"steps":50}"#
    try faces.write(
      Array((receipts + [foreign]).joined(separator: "\n").utf8),
      to: "generated/.evalkit/receipts.jsonl")
    let found = try entry(
      faces.run(
        "score", "--generated", "generated", "--metrics", "time", "--weights",
        SyntheticWeights.empty, "--json", "--quiet"), "time")
    #expect(found["value"] as? Double == 1.5 && found["n"] as? Int == 2)
    let details = try #require(found["details"] as? [String: Double])
    #expect(details["steps"] == 50 && details["secondsPerStep"] == 0.03)
    try faces.run(
      "score", "--generated", "reference", "--metrics", "time", "--weights",
      SyntheticWeights.empty, "--quiet"
    ).expectRefusal(6, "no receipt")
    try faces.run(
      "score", "--generated", "generated", "--metrics", "mae", "--weights", SyntheticWeights.empty
    ).expectRefusal(64, "--reference")
  }
}
