import Foundation
import Testing

/// A table keeps the paper's numbers and one's own apart, and says where they were made otherwise.
@Suite struct PaperRowTests {
  private struct Row {
    let section, method: String
    let measured: [Double?]
    let published: [Double?]
  }

  private func table(
    _ id: String, _ faces: Faces, _ further: String...
  ) throws -> (rows: [Row], json: [String: Any], outcome: Outcome) {
    let outcome = try Program.run(
      [
        "table", id, "--dataset", "folder:reference", "--weights", SyntheticWeights.empty, "--json",
        "--no-progress",
      ] + further, in: faces.path)
    outcome.expectSuccess()
    let json = try outcome.json()
    let rows = try #require(json["rows"] as? [[String: Any]]).map { row in
      let cells = try #require(row["cells"] as? [[String: Any]])
      return Row(
        section: row["section"] as? String ?? "", method: row["method"] as? String ?? "",
        measured: cells.map { $0["measured"] as? Double },
        published: cells.map { $0["published"] as? Double })
    }
    return (rows, json, outcome)
  }

  private func headings(_ json: [String: Any]) throws -> [String] {
    try #require(json["columns"] as? [[String: Any]]).compactMap { $0["heading"] as? String }
  }

  @Test(arguments: [
    ("ddgi.table1", "ms-ssim"), ("sca-dm.table1", "ssim"), ("diffusionclip.table1", "mae"),
  ])
  func aMethodOfOnesOwnHasARowOfItsOwn(id: String, metric: String) throws {
    let faces = try Faces(2)
    let (rows, _, _) = try table(
      id, faces, "--method", "ours=folder:generated", "--metrics", metric)
    let mine = rows.filter { $0.method == "ours" }
    #expect(mine.map(\.section) == ["Measured here"] && mine.first?.measured[0] != nil, "\(mine)")
    let published = rows.filter { $0.published[0] != nil }
    #expect(published.count >= 5 && published.allSatisfy { $0.measured == [nil] }, "\(published)")
  }

  @Test func aPublishedRowIsFilledByItsIdAndTold() throws {
    let faces = try Faces(2)
    let (rows, json, outcome) = try table(
      "ddgi.table1", faces, "--method", "ddgi-2d@mask=folder:generated", "--metrics", "ms-ssim")
    let filled = rows.filter { $0.measured[0] != nil && $0.published[0] != nil }
    #expect(filled.map(\.section) == ["Text + semantic mask"], "\(filled)")
    #expect(filled.map(\.method) == ["Ours 2D"] && filled.first?.published == [0.63])
    let sentence = "ddgi-2d@mask fills the published row Ours 2D of Text + semantic mask"
    #expect(outcome.errors.contains(sentence), "\(outcome)")
    let notes = try #require(json["notes"] as? [String])
    #expect(
      notes.contains {
        $0.contains("Ours 2D of Text + semantic mask was measured here as the method ddgi-2d@mask")
      }, "\(notes)")
  }

  @Test(arguments: ["table", "plan"])
  func aSystemWithSeveralRowsMustSayWhich(command: String) throws {
    let faces = try Faces(1, side: 32)
    let arguments = command == "table" ? ["table", "ddgi.table1"] : ["plan", "ddgi.table1"]
    try Program.run(
      arguments + [
        "--dataset", "folder:reference", "--method", "controlnet=folder:generated", "--weights",
        SyntheticWeights.empty, "--quiet",
      ], in: faces.path
    ).expectRefusal(
      64, "'controlnet@mask' (Text + semantic mask)", "'controlnet@scribble' (Text + scribble map)")
  }

  @Test func metricsStandInPlaceOfTheColumns() throws {
    let faces = try Faces(2)
    let (rows, json, _) = try table("ddgi.table1", faces, "--metrics", "psnr,ssim,ms-ssim")
    #expect(try headings(json) == ["MS-SSIM", "SSIM", "PSNR"])
    #expect(rows.contains { $0.published == [0.64, nil, nil] }, "\(rows)")
    let (others, without, _) = try table("ddgi.table1", faces, "--metrics", "psnr")
    #expect(try headings(without) == ["PSNR"])
    // The paper has no number for this metric, so its rows would be empty.
    #expect(others.allSatisfy { $0.section.hasPrefix("Anchors") }, "\(others)")
    let notes = try #require(without["notes"] as? [String])
    #expect(notes.contains { $0.contains("in place of the protocol's FID, LPIPS") }, "\(notes)")
    // The protocol's own columns stay as they are, those without weights included.
    let (_, whole, _) = try table("ddgi.table1", faces)
    #expect(try headings(whole) == ["FID", "LPIPS", "MS-SSIM", "ID", "ACC", "mIoU"])
    let remarks = try #require(whole["remarks"] as? [String])
    #expect(remarks.contains("The paper heads the column MS-SSIM as SSIM."), "\(remarks)")
    #expect(try switches(whole)["fid_impl"] == ["not used", "pytorch-fid"])
  }

  private func switches(_ json: [String: Any]) throws -> [String: [String]] {
    let lines = try #require(json["switches"] as? [[String: String]])
    return Dictionary(
      uniqueKeysWithValues: lines.map {
        ($0["name"] ?? "", [$0["value"] ?? "", $0["protocol"] ?? ""])
      })
  }

  @Test func switchesSayWhatWasUsed() throws {
    let faces = try Faces(2)
    let (_, json, _) = try table(
      "sca-dm.table1", faces, "--metrics", "ssim", "--set", "ssim_impl=vainf-ssim", "--set",
      "result_size=256")
    let used = try switches(json)
    #expect(used["ssim_impl"] == ["vainf-ssim", "skimage"], "\(used)")
    #expect(used["result_size"] == ["256", "256"])
    #expect(used["n_images"]?.first == "2")
    #expect(used["parser"] == ["not used", "unet-cmask"])
    #expect(used["lpips_net"] == ["not-applicable", "not-applicable"])
  }

  /// The compact suite on drawn faces: nothing of the paper's that it does not do stands there as if it did.
  @Test func drawnFacesAndCompactNetworksAreSaid() throws {
    let faces = try Faces(0)
    let outcome = try faces.run(
      "table1", "--pairs", "2", "--method", "mine=builtin:paint", "--json", "--quiet")
    outcome.expectSuccess()
    let json = try outcome.json()
    let used = try switches(json)
    #expect(used["seg_size"] == ["128", "512"], "\(used)")
    #expect(used["parser"] == ["compact-bisenet (compact-128)", "unet-cmask"])
    #expect(used["id_impl"]?.first == "compact-iresnet (compact-face-96)")
    #expect(used["lpips_net"] == ["compact-alexnet", "alex"])
    #expect(used["n_images"] == ["2", "2000"] && used["miou_mode"] == ["agg19", "agg19"])
    let caption = try #require(json["caption"] as? String)
    #expect(caption.hasPrefix("Measured on drawn faces"), "\(caption)")
    #expect(caption.contains("the paper's caption reads: “Quantitative results"), "\(caption)")
    let reason = try #require(json["incomparability"] as? String)
    #expect(reason.contains("drawn") && reason.contains("compact"), "\(reason)")
    let chart = String(decoding: try faces.bytes(of: "Reports/table1/scores.svg"), as: UTF8.self)
    #expect(chart.contains("published, not comparable"))
  }
}
