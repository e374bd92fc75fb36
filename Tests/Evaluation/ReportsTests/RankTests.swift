import Foundation
import Reports
import Testing

/// Ranks below a table, and their chart.
struct RankTests {
  private static let ranks = TableReport.Ranks(
    column: "lpips-alex", heading: "LPIPS",
    places: [
      TableReport.Ranks.Place(method: "ours|3D", mean: 1.25, interval: 1.13...1.38),
      TableReport.Ranks.Place(method: "near", mean: 1.75, interval: 1.5...2),
      TableReport.Ranks.Place(method: "far", mean: 3, interval: 3...3),
    ], criticalDifference: 0.63, pValue: 1e-9, count: 40)

  private static var report: TableReport {
    TableReport(
      title: "t", caption: "c", sectionHeading: "s", columns: [SampleReport.fid],
      sections: [
        TableReport.Section(
          title: "All",
          rows: [
            TableReport.Row(name: "far", cells: [TableReport.Cell(measured: SampleReport.fid(3))])
          ])
      ], ranks: [ranks])
  }

  @Test func markdownAndHTMLHaveThem() {
    let markdown = ReportFormat.markdown.render(Self.report)
    #expect(markdown.contains("## Ranks over images"))
    #expect(
      markdown.contains(
        "| LPIPS, 40 images, critical difference 0.63 | ours\\|3D | 1.25 | 1.13 … 1.38 | near |"))
    #expect(markdown.contains("|  | far | 3.00 | 3.00 … 3.00 |  |"))
    #expect(ReportFormat.html.render(Self.report).contains("1.13 … 1.38"))
    var without = Self.report
    without.ranks = []
    #expect(!ReportFormat.markdown.render(without).contains("Ranks"))
  }

  @Test func theyAreInTheJSONWhereThereAreSome() throws {
    func ranks(_ report: TableReport) throws -> [[String: Any]]? {
      let data = Data(ReportFormat.json.render(report).utf8)
      let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      return object?["ranks"] as? [[String: Any]]
    }
    let found = try #require(try ranks(Self.report)?.first)
    #expect(found["column"] as? String == "lpips-alex" && found["count"] as? Int == 40)
    let places = try #require(found["places"] as? [[String: Any]])
    #expect(places.map { $0["mean"] as? Double } == [1.25, 1.75, 3])
    var without = Self.report
    without.ranks = []
    #expect(try ranks(without) == nil)
  }

  @Test func theChartOrdersMethodsAndJoinsThoseThatAreAlike() throws {
    let chart = try #require(Self.report.charts.first { $0.name == "ranks.svg" })
    let picture = try Picture(chart.svg)
    let dots = picture.elements("circle")
    let x = dots.compactMap { $0["cx"].flatMap(Double.init) }
    let y = dots.compactMap { $0["cy"].flatMap(Double.init) }
    #expect(x.count == 3 && x == x.sorted() && y == y.sorted())
    // Half a rank and five quarters.
    #expect(abs((x[2] - x[1]) / (x[1] - x[0]) - 2.5) < 0.02, "\(x)")
    let bars = picture.elements("rect").filter { $0["class"] == "bar anchor" }
    #expect(bars.count == 1, "the first two are joined")
    let bar = try #require(bars.first)
    let top = try #require(bar["y"].flatMap(Double.init))
    let height = try #require(bar["height"].flatMap(Double.init))
    #expect(top < y[0] && top + height > y[1] && top + height < y[2])
    #expect(picture.texts.contains("40 images, critical difference 0.63"))
    for text in picture.elements("text") {
      #expect((text["x"].flatMap(Double.init) ?? -1) >= 0)
    }
  }

  /// One panel a column, two side by side, all inside the picture.
  @Test(arguments: [1, 2, 3, 5])
  func panelsStandInBands(count: Int) throws {
    var report = Self.report
    report.ranks = [TableReport.Ranks](repeating: Self.ranks, count: count)
    let chart = try #require(report.charts.first { $0.name == "ranks.svg" })
    let picture = try Picture(chart.svg)
    #expect(picture.elements("circle").count == 3 * count)
    for name in ["cx", "cy"] {
      let limit = name == "cx" ? picture.width : picture.height
      #expect(picture.numbers(name, of: "circle").allSatisfy { (0...limit).contains($0) })
    }
  }
}
