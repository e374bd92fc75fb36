import Foundation
import Images
import Tensors
import Testing

/// The charts and the contact sheet beside a table's report.
@Suite struct PicturesTests {
  /// `reference/` as pairs, `mine/` without one of its images.
  private func faces() throws -> Faces {
    let faces = try Faces(9, masks: true)
    try faces.make("mine")
    for index in 0..<9 where index != 4 {
      let name = "\(Faces.id(index)).png"
      try faces.write(faces.bytes(of: "generated/\(name)"), to: "mine/\(name)")
    }
    return faces
  }

  private func table(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(
      [
        "table1", "--dataset", "folder:reference", "--method", "mine=folder:mine", "--metrics",
        "mae,ssim", "--weights", SyntheticWeights.empty, "--quiet",
      ] + further, in: faces.path)
  }

  @Test func everyLinkOfTheReportLeadsToAPicture() throws {
    let faces = try faces()
    let outcome = try table(faces)
    outcome.expectSuccess()
    let links = outcome.output.matches(of: /\]\((table1\/[^)]*)\)/).map { String($0.output.1) }
    #expect(links == ["table1/scores.svg", "table1/sheet.jpg"], "\(outcome.output)")
    for link in links { #expect(try !faces.bytes(of: "Reports/\(link)").isEmpty) }
    #expect(outcome.output.contains("by SSIM ↑ of mine"), "\(outcome.output)")
    // The same images give the same pictures, and nothing new for machines.
    let pictures = try links.map { try faces.bytes(of: "Reports/\($0)") }
    let json = try table(faces, "--json")
    _ = try json.json()
    #expect(!json.output.contains("sheet"))
    #expect(try links.map { try faces.bytes(of: "Reports/\($0)") } == pictures)
  }

  /// Rows are pairs, columns the label map, the real face and the methods, in this order.
  @Test func theSheetShowsTheFaces() throws {
    let faces = try faces()
    try table(faces).expectSuccess()
    let sheet = try ImageDecoder.rgb(contentsOf: faces.path("Reports/table1/sheet.jpg"))
    let (captions, gap, side) = (228, 5, 185)
    let columns = (sheet.width - captions) / (side + gap)
    #expect(columns == 7 && sheet.width == captions + columns * (side + gap))
    let top = sheet.height % (side + gap)
    func difference(_ column: Int, from wanted: Raster) -> Double {
      let middle = wanted.resized(width: side, height: side, filter: .lanczos)
      var sum = 0
      for y in 0..<side {
        for x in 0..<side {
          for channel in 0..<3 {
            let place = (captions + column * (side + gap) + x, top + y)
            let found = sheet[x: place.0, y: place.1, channel: channel]
            sum += abs(Int(found) - Int(middle[x: x, y: y, channel: channel]))
          }
        }
      }
      return Double(sum) / Double(side * side * 3)
    }
    // Of the five pairs that are neither best nor worst, the first.
    let spread = (0..<9).map { Faces.face(seed: UInt64($0), side: Faces.side) }
    let real = spread.indices.min {
      difference(1, from: spread[$0]) < difference(1, from: spread[$1])
    }
    let pair = try #require(real)
    #expect(difference(1, from: spread[pair]) < 4)
    let labels = try ImageDecoder.labelMap(contentsOf: faces.path("masks/\(Faces.id(pair)).png"))
    #expect(difference(0, from: labels.colored(by: LabelPalette.celebAMaskHQ)) < 12)
    #expect(difference(2, from: spread[pair]) < 12)
    #expect(difference(2, from: spread[pair]) > difference(1, from: spread[pair]))
  }

  @Test func pagesHoldTheSheetWhileItIsThere() throws {
    let faces = try faces()
    try table(faces).expectSuccess()
    let page = try faces.run("report", "--format", "html")
    page.expectSuccess()
    let data = try #require(page.output.firstMatch(of: /data:image\/jpeg;base64,([^"]*)"/)).output.1
    let sheet = try faces.bytes(of: "Reports/table1/sheet.jpg")
    #expect(Data(base64Encoded: String(data)) == Data(sheet))
    #expect(page.output.contains("<svg"))
    try faces.remove("Results/sheets")
    let without = try faces.run("report", "--format", "html")
    without.expectSuccess()
    #expect(!without.output.contains("data:image") && without.output.contains("<svg"))
  }

  @Test func aSheetThatCannotBeWrittenCostsNoNumbers() throws {
    let faces = try faces()
    try faces.make("Results")
    try faces.write(Array("in the way".utf8), to: "Results/sheets")
    let outcome = try Program.run(
      [
        "table1", "--dataset", "folder:reference", "--metrics", "mae", "--weights",
        SyntheticWeights.empty,
      ], in: faces.path)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(outcome.errors.contains("the contact sheet is missing: "), "\(outcome)")
    #expect(!outcome.output.contains("sheet.jpg"))
  }
}
