import Foundation
import Reports
import Testing

/// A name made of every format's markup comes out as itself.
struct EscapingTests {
  private static let nasty = "a|b,\"c\"\r\nd & <e> 'f' \\g {h} $i$ #j _k_ *l* `m` [n](o) ~p^ 50%"

  private var report: TableReport {
    TableReport(
      title: Self.nasty, caption: Self.nasty, sectionHeading: "Inputs",
      columns: [SampleReport.fid],
      sections: [
        TableReport.Section(
          title: Self.nasty,
          rows: [
            TableReport.Row(
              name: Self.nasty, note: Self.nasty,
              cells: [TableReport.Cell(published: 1, note: Self.nasty)])
          ])
      ],
      switches: [
        TableReport.SwitchLine(
          name: Self.nasty, value: "", protocolValue: Self.nasty, confidence: Self.nasty,
          reason: Self.nasty)
      ])
  }

  @Test func keepsMarkdownTablesInShape() {
    let lines = ReportFormat.markdown.render(report).components(separatedBy: "\n")
    let tables = lines.filter { $0.hasPrefix("|") }
    #expect(tables.count == 6)
    let bars = tables.map { $0.replacing("\\|", with: "").count { $0 == "|" } }
    #expect(bars == [4, 4, 4, 6, 6, 6])
    #expect(tables[2].contains("a\\|b,"))
    #expect(tables[2].contains("\\*l\\*"))
    #expect(tables[2].contains("&lt;e&gt;"))
  }

  @Test func readsBackFromCSV() throws {
    let records = try CSVReader.records(ReportFormat.csv.render(report))
    #expect(records[1][0] == Self.nasty)
    #expect(records[1][1] == Self.nasty)
    #expect(records[1].contains(Self.nasty))
  }

  /// A spreadsheet must not take a name for a formula; numbers stay numbers.
  @Test(arguments: [
    ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""), ("+1+1", "'+1+1"), ("-2+3", "'-2+3"),
    ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""), ("\r\nx", "\"'\r\nx\""),
    ("-0.5", "-0.5"), ("+3e-5", "+3e-5"), ("a=b", "a=b"), ("", ""), ("'x", "'x"),
  ])
  func disarmsFormulas(_ text: String, _ field: String) {
    #expect(CSVField.text(text) == field)
  }

  @Test func namesOfATableAreNoFormulas() throws {
    let column = SampleReport.fid
    let measured = TableReport.Measurement(
      value: -0.5, count: 2, expectedCount: 2, referenceCount: 2, standardError: 0.25,
      fingerprint: "f")
    let report = TableReport(
      title: "t", caption: "c", sectionHeading: "Inputs", columns: [column],
      sections: [
        TableReport.Section(
          title: "+cmd",
          rows: [
            TableReport.Row(
              name: "=1+1",
              cells: [TableReport.Cell(measured: measured, published: 1, note: "@note")])
          ])
      ])
    let record = try CSVReader.records(ReportFormat.csv.render(report))[1]
    #expect(record[0] == "'+cmd" && record[1] == "'=1+1" && record.contains("'@note"))
    #expect(record[7] == "-0.5" && Double(record[8]) == -0.5 && record[12] == "-1.5")
  }

  @Test func readsBackFromJSON() throws {
    let data = Data(ReportFormat.json.render(report).utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["title"] as? String == Self.nasty)
  }

  @Test func leavesNoMarkupInXML() throws {
    for format in [ReportFormat.html, .junit] {
      let text = format.render(report)
      #expect(!text.contains("<e>"))
      #expect(text.contains("a|b,&quot;c&quot;"))
      let entities = ["amp", "lt", "gt", "quot", "#39"]
      for part in text.components(separatedBy: "&").dropFirst() {
        #expect(entities.contains { part.hasPrefix("\($0);") }, "\(format): &\(part.prefix(8))")
      }
    }
  }

  @Test func escapesEverySpecialOfTeX() {
    let text = ReportFormat.latex.render(report)
    #expect(
      text.contains(
        ##"a\textbar{}b,"c" d \& \textless{}e\textgreater{} 'f' \textbackslash{}g \{h\} "##
          + ##"\$i\$ \#j \_k\_ *l* `m` {[}n](o) \textasciitilde{}p\textasciicircum{} 50\%"##))
  }
}

/// What the printed table marks and numbers.
struct MarkingTests {
  private func markdown(
    _ column: TableReport.Column, _ rows: [(Double, isAnchor: Bool)]
  ) -> [String] {
    let section = TableReport.Section(
      title: "s",
      rows: rows.map { value, isAnchor in
        TableReport.Row(
          name: "m", isAnchor: isAnchor,
          cells: [TableReport.Cell(measured: SampleReport.fid(value))])
      })
    let report = TableReport(
      title: "t", caption: "c", sectionHeading: "s", columns: [column], sections: [section])
    let lines = ReportFormat.markdown.render(report).split(separator: "\n")
    return lines.filter { $0.hasPrefix("| ") }.dropFirst(2).map(String.init)
  }

  private func marks(
    _ column: TableReport.Column, _ rows: [(Double, isAnchor: Bool)]
  ) -> [Bool] { markdown(column, rows).map { $0.contains("**") } }

  @Test func followsTheDirection() {
    let rows = [(9.5, false), (10.5, false), (100, true), (0, true)]
    #expect(marks(SampleReport.fid, rows) == [true, false, false, false])
    #expect(marks(SampleReport.similarity, rows) == [false, true, false, false])
  }

  @Test func marksAllThatPrintAlikeAndNothingThatIsNoNumber() {
    let rows = [(1.001, false), (1.004, false), (1.02, false), (.nan, false), (-.infinity, false)]
    #expect(marks(SampleReport.fid, rows) == [true, true, false, false, false])
  }

  @Test func marksNothingWhereOnlyAnchorsWereMeasured() {
    #expect(marks(SampleReport.fid, [(1, true)]) == [false])
  }

  @Test func sharesFootnotes() {
    let text = ReportFormat.markdown.render(SampleReport.report)
    #expect(text.components(separatedBy: "n = 200 of 200 against 200 real images").count == 2)
    #expect(text.components(separatedBy: "not run: no images were given").count == 2)
    #expect(text.contains("n = 198 of 200 against 200 real images"))
  }
}
