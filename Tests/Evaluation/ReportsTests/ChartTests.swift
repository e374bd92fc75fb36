import Foundation
import Reports
import Testing

/// Charts of tables, and the places where reports show them.
struct ChartTests {
  private func report(
    _ cells: [TableReport.Cell], anchors: Int = 0, steps: [Int] = []
  ) -> TableReport {
    let rows = cells.enumerated().map { number, cell in
      TableReport.Row(
        name: "m\(number)", isAnchor: number < anchors,
        steps: steps.isEmpty ? nil : steps[number], cells: [cell])
    }
    return TableReport(
      title: "t", caption: "c", sectionHeading: "s", columns: [SampleReport.fid],
      sections: [TableReport.Section(title: "Mask", rows: rows)])
  }

  private func bars(_ report: TableReport) throws -> [[String: String]] {
    let chart = try #require(report.charts.last)
    let legend = 60.0
    return try Picture(chart.svg).elements("rect").filter { bar in
      bar["class"]?.hasPrefix("bar") == true && (bar["y"].flatMap(Double.init) ?? 0) > legend
    }
  }

  @Test func drawsBarsAsLongAsTheirValues() throws {
    let values = [10.0, 20, 5, 80]
    let found = try bars(
      report(values.map { TableReport.Cell(measured: SampleReport.fid($0)) }))
    let lengths = found.compactMap { $0["width"].flatMap(Double.init) }
    #expect(lengths.count == 4)
    #expect(Set(found.compactMap { $0["x"] }).count == 1)
    for (length, value) in zip(lengths, values) {
      #expect(abs(length / lengths[0] - value / values[0]) < 0.05, "\(lengths)")
    }
  }

  @Test func drawsNegativeValuesToTheOtherSide() throws {
    let found = try bars(
      report([-0.25, 0.75].map { TableReport.Cell(measured: SampleReport.fid($0)) }))
    let edges = found.map { bar in ["x", "width"].compactMap { bar[$0].flatMap(Double.init) } }
    #expect(abs(edges[0][0] + edges[0][1] - edges[1][0]) < 0.2, "\(edges)")
  }

  @Test func tellsMeasuredPublishedAndAnchorsApart() throws {
    let found = try bars(
      report(
        [
          TableReport.Cell(measured: SampleReport.fid(3)),
          TableReport.Cell(measured: SampleReport.fid(2), published: 2.5),
          TableReport.Cell(published: 4), TableReport.Cell(note: "not run"),
        ], anchors: 1))
    #expect(
      found.map { $0["class"] } == [
        "bar anchor", "bar measured", "bar published", "bar published",
      ])
  }

  @Test func marksPublishedValuesThatDoNotCompare() throws {
    let cells = [TableReport.Cell(measured: SampleReport.fid(2), published: 2.5)]
    var report = report(cells, steps: [50])
    #expect(try bars(report).map { $0["class"] } == ["bar measured", "bar published"])
    report.incomparability = "the faces are drawn"
    #expect(try bars(report).map { $0["class"] } == ["bar measured", "bar published dashed"])
    let chart = try #require(report.charts.last)
    #expect(try Picture(chart.svg).texts.contains("published, not comparable"))
    for format in [ReportFormat.markdown, .html, .latex] {
      #expect(format.render(report).contains("do not compare with the measured ones: the faces"))
    }
    #expect(
      ReportFormat.json.render(report).contains("\"incomparability\" : \"the faces are drawn\""))
    // A line needs two points.
    let lines = self.report(cells + cells, steps: [50, 100])
    var drawn = lines
    drawn.incomparability = "the faces are drawn"
    #expect(lines.charts[0].svg.contains("Mask (published)"))
    #expect(drawn.charts[0].svg.contains("Mask (published, not comparable)"))
  }

  @Test func drawsIntervalsWhereErrorsAreKnown() throws {
    func intervals(_ error: Double?) throws -> [Double] {
      let cell = TableReport.Cell(
        measured: SampleReport.mean(10, error: error, "f1"), published: 20)
      let chart = try #require(report([cell]).charts.last)
      return try Picture(chart.svg).elements("line").filter {
        $0["class"] == "interval" && $0["y1"] == $0["y2"]
      }.dropFirst(error == nil ? 0 : 1).compactMap { line in
        guard let start = line["x1"].flatMap(Double.init), let end = line["x2"].flatMap(Double.init)
        else { return nil }
        return end - start
      }
    }
    #expect(try intervals(nil).isEmpty)
    #expect(try intervals(.nan).isEmpty)
    let (one, two) = (try intervals(1), try intervals(2))
    #expect(one.count + two.count == 2)
    #expect(abs(two[0] - 2 * one[0]) < 0.3)
  }

  @Test func countsWhatHasNoNumber() throws {
    let report = report([
      TableReport.Cell(measured: SampleReport.fid(1)), TableReport.Cell(), TableReport.Cell(),
    ])
    let picture = try Picture(try #require(report.charts.last).svg)
    #expect(picture.texts.contains("2 methods have no number yet"))
    #expect(!picture.texts.contains("m1"))
    #expect(self.report([TableReport.Cell()]).charts.isEmpty)
  }

  @Test func drawsLinesOverSteps() throws {
    let values = [7.0, 5, 6, 4]
    let report = report(
      values.map { TableReport.Cell(measured: SampleReport.fid($0)) },
      steps: [1000, 100, 50, 200])
    #expect(report.charts.map(\.name) == ["steps-fid.svg", "scores.svg"])
    let picture = try Picture(report.charts[0].svg)
    // The legend's line is last.
    let line = try #require(picture.polylines.first)
    #expect(line.map(\.x) == line.map(\.x).sorted())
    #expect(line.map(\.y).sorted() == [line[3].y, line[0].y, line[1].y, line[2].y].sorted())
    #expect(line[3].y < line[0].y && line[0].y < line[1].y && line[1].y < line[2].y)
    #expect(picture.texts.contains("sampling steps") && picture.texts.contains("FID ↓"))
  }

  @Test(arguments: AgreementTests.Sample.allCases)
  func staysWithinItsFrame(sample: AgreementTests.Sample) throws {
    let report = sample.report
    for chart in report.charts {
      let picture = try Picture(chart.svg)
      #expect(!chart.svg.contains("nan") && !chart.svg.contains("inf\""))
      for (x, width) in zip(picture.numbers("x", of: "rect"), picture.numbers("width", of: "rect"))
      {
        #expect(x >= 0 && x + width <= picture.width)
      }
      for place in picture.numbers("y", of: "text") { #expect(0...picture.height ~= place) }
    }
  }

  // MARK: In reports

  private var illustrated: TableReport {
    var report = SampleReport.report
    report.pictureFolder = "table1"
    report.sheet = TableReport.ContactSheet(caption: "Rows & <columns>.", jpeg: [0xFF, 0xD8, 7])
    return report
  }

  @Test func linksPicturesInMarkdown() {
    let text = ReportFormat.markdown.render(illustrated)
    let links = text.matches(of: /!\[[^\]]*\]\(([^)]*)\)/).map { String($0.output.1) }
    #expect(links == illustrated.charts.map { "table1/\($0.name)" } + ["table1/sheet.jpg"])
    #expect(text.contains("Rows &amp; &lt;columns&gt;."))
    let plain = ReportFormat.markdown.render(SampleReport.report)
    #expect(!plain.contains("!["))
  }

  @Test func holdsPicturesInHTML() throws {
    let text = ReportFormat.html.render(illustrated)
    for chart in illustrated.charts { #expect(text.contains(chart.svg)) }
    let data = try #require(text.firstMatch(of: /src="data:image\/jpeg;base64,([^"]*)"/)).output.1
    #expect(Data(base64Encoded: String(data)) == Data([0xFF, 0xD8, 7]))
    // Nothing is fetched from elsewhere.
    let links = text.matches(of: /href="([^"]*)"/).map(\.output.1)
    #expect(
      links.allSatisfy { $0.hasPrefix("#") } && text.components(separatedBy: "src=").count == 2)
    #expect(!ReportFormat.html.render(SampleReport.report).contains("<img"))
  }

  @Test func leavesMachinesAlone() {
    for format in [ReportFormat.json, .csv, .latex, .junit] {
      #expect(format.render(illustrated) == format.render(SampleReport.report))
    }
  }
}
