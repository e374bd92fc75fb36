import Foundation
import Reports
import Testing

/// Whoever reads another format reads the same numbers: values, errors, published values, counts.
struct AgreementTests {
  /// What is rendered and read back.
  enum Sample: CaseIterable {
    case small, awkward

    var report: TableReport { self == .small ? SampleReport.report : AwkwardReport.report }
  }

  private func check(
    _ cells: [CellReading], _ report: TableReport, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let expected = CellReading.expected(of: report)
    #expect(cells.count == expected.count, sourceLocation: sourceLocation)
    for (found, wanted) in zip(cells, expected) {
      #expect(found == wanted, sourceLocation: sourceLocation)
    }
  }

  // MARK: Formats for people

  @Test(arguments: Sample.allCases)
  func agreesInMarkdown(sample: Sample) throws {
    let report = sample.report
    let lines = ReportFormat.markdown.render(report).components(separatedBy: "\n")
    let notes = lines.compactMap { line in
      line.wholeMatch(of: /- [⁰¹²³⁴⁵⁶⁷⁸⁹]+ (.*)/).map { String($0.output.1) }
    }
    let start = try #require(lines.firstIndex { $0.hasPrefix("| :--") })
    let rows = lines[(start + 1)...].prefix { $0.hasPrefix("|") }
    let cells = try rows.flatMap { (line: String) -> [CellReading] in
      let fields = line.replacing("\\|", with: "¦").split(separator: "|")
      return try fields.suffix(report.columns.count).map { field in
        let marks = String(field).replacing(/[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?: [⁰¹²³⁴⁵⁶⁷⁸⁹]+)*/) { match in
          let numbers = match.output.split(separator: " ").map { digits in
            digits.compactMap { $0.wholeNumberValue.map(String.init) }.joined()
          }
          return "[\(numbers.joined(separator: ","))]"
        }
        let isBest = marks.contains("**")
        let cell = (isBest ? "!" : "") + marks.filter { !" *".contains($0) }
        return try CellReading(cell: cell, footnotes: notes)
      }
    }
    check(cells, report)
  }

  @Test(arguments: Sample.allCases)
  func agreesInLaTeX(sample: Sample) throws {
    let report = sample.report
    let lines = ReportFormat.latex.render(report).components(separatedBy: "\n")
    let notes = lines.compactMap { line in
      line.wholeMatch(of: /\\item\[\d+\] (.*)/).map { String($0.output.1) }
    }
    let rows = lines.drop { $0 != "\\midrule" }.prefix { $0 != "\\bottomrule" }
      .filter { $0.contains(" & ") }
    let cells = try rows.flatMap { line in
      try line.dropLast(3).split(separator: " & ", omittingEmptySubsequences: false)
        .suffix(report.columns.count).map { field in
          let cell = String(field).replacing("$\\pm$", with: "±")
            .replacing(/\\tnote\{([0-9,]+)\}/) { "[\($0.output.1)]" }
            .replacing("\\textbf{", with: "!").replacing("--", with: "–")
            .filter { !" }".contains($0) }
          return try CellReading(cell: cell, footnotes: notes)
        }
    }
    check(cells, report)
  }

  @Test(arguments: Sample.allCases)
  func agreesInHTML(sample: Sample) throws {
    let report = sample.report
    let text = ReportFormat.html.render(report)
    let table = try #require(text.components(separatedBy: "</table>").first)
    let list = text.components(separatedBy: "<ol>").last?.components(separatedBy: "</ol>").first
    let notes = (list ?? "").matches(of: /<li id="note-\d+">(.*?)<\/li>/).map {
      String($0.output.1)
    }
    let cells = try table.components(separatedBy: "<td class=\"number\"").dropFirst().map { part in
      let cell = part.components(separatedBy: "</td>")[0].replacing(/^[^>]*>/, with: "")
        .replacing(/<\/?a[^>]*>/, with: "")
        .replacing("<sup>", with: "[").replacing("</sup>", with: "]")
        .replacing("<strong>", with: "!").replacing("</strong>", with: "")
        .filter { $0 != " " }
      return try CellReading(cell: cell, footnotes: notes)
    }
    check(cells, report)
  }

  /// The chart says beside each bar what the table says.
  @Test(arguments: Sample.allCases)
  func agreesInTheChart(sample: Sample) throws {
    let report = sample.report
    let chart = try #require(report.charts.first { $0.name == "scores.svg" })
    var texts = try Picture(chart.svg).texts
    for cell in CellReading.expected(of: report) {
      let label = [cell.measured, cell.published.map { "(\($0))" }].compactMap(\.self)
        .joined(separator: " ")
      let position = texts.firstIndex(of: label.isEmpty ? "–" : label)
      texts.remove(at: try #require(position, "no ‘\(label)’ among \(texts)"))
    }
  }

  // MARK: Formats for machines

  @Test(arguments: Sample.allCases)
  func agreesInJSON(sample: Sample) throws {
    let report = sample.report
    let data = Data(ReportFormat.json.render(report).utf8)
    let document = try JSONDecoder().decode(Document.self, from: data)
    #expect(document.schema == 2)
    let cells = document.rows.flatMap(\.cells)
    checkNumbers(cells.map(\.numbers), report)
    check(zip(cells, digits(of: report)).map { $0.reading($1) }, report)
  }

  @Test(arguments: Sample.allCases)
  func agreesInCSV(sample: Sample) throws {
    let report = sample.report
    let records = try CSVReader.records(ReportFormat.csv.render(report))
    let headings = records[0]
    #expect(records.allSatisfy { $0.count == headings.count })
    let rows = records.dropFirst().map { fields in
      Dictionary(uniqueKeysWithValues: zip(headings, fields)).filter { !$0.value.isEmpty }
    }
    checkNumbers(
      rows.map { row in
        ["measured", "standard_error", "published", "difference"].map {
          row[$0].flatMap(Double.init)
        }
      }, report)
    let cells = zip(rows, digits(of: report)).map { row, digits in
      CellReading(
        measured: row["measured_text"],
        error: CellReading.text(row["standard_error"].flatMap(Double.init), digits),
        published: row["published_text"], isBest: row["best"] == "true",
        count: row["n"].flatMap { Int($0) }, expectedCount: row["n_expected"].flatMap { Int($0) },
        referenceCount: row["n_reference"].flatMap { Int($0) },
        fingerprint: row["fingerprint"].map { String($0.prefix(12)) })
    }
    check(cells, report)
    #expect(rows.map { $0["method"] } == names(of: report))
  }

  /// JUnit does not say which value is best.
  @Test(arguments: Sample.allCases)
  func agreesInJUnit(sample: Sample) throws {
    let report = sample.report
    let cases = ReportFormat.junit.render(report).components(separatedBy: "<testcase ").dropFirst()
    let cells = cases.map { text in
      let properties = text.matches(of: /name="([A-Za-z]+)" value="([^"]*)"/).map {
        (String($0.output.1), String($0.output.2))
      }
      let found = Dictionary(properties, uniquingKeysWith: { first, _ in first })
      return CellReading(
        measured: found["measured"], error: found["standardError"], published: found["published"],
        count: found["n"].flatMap { Int($0) },
        expectedCount: found["nExpected"].flatMap { Int($0) },
        referenceCount: found["nReference"].flatMap { Int($0) },
        fingerprint: found["fingerprint"].map { String($0.prefix(12)) })
    }
    let expected = CellReading.expected(of: report).map { cell in
      var cell = cell
      cell.isBest = false
      return cell
    }
    #expect(cells == expected)
    let skipped = report.sections.flatMap(\.rows).flatMap(\.cells).count { $0.measured == nil }
    #expect(cases.count { $0.contains("<skipped") } == skipped)
  }

  // MARK: Values

  /// One number a cell: measured, standard error, published, difference, to the last bit.
  private func checkNumbers(_ numbers: [[Double?]], _ report: TableReport) {
    let cells = report.sections.flatMap(\.rows).flatMap(\.cells)
    #expect(numbers.count == cells.count)
    for (found, cell) in zip(numbers, cells) {
      let value = cell.measured.flatMap { $0.value.isFinite ? $0.value : nil }
      let error = cell.measured?.standardError.flatMap { value != nil && $0.isFinite ? $0 : nil }
      let difference = cell.published.flatMap { published in value.map { $0 - published } }
      #expect(found == [value, error, cell.published, difference])
    }
  }

  private func digits(of report: TableReport) -> [Int] {
    report.sections.flatMap(\.rows).flatMap { _ in report.columns.map(\.digits) }
  }

  private func names(of report: TableReport) -> [String] {
    report.sections.flatMap(\.rows).flatMap { row in report.columns.map { _ in row.name } }
  }

  private struct Document: Decodable {
    let schema: Int
    let rows: [Row]

    struct Row: Decodable { let cells: [Cell] }

    struct Cell: Decodable {
      let measured, standardError, published, difference: Double?
      let measuredText, publishedText, fingerprint: String?
      let best: Bool
      let n, nExpected, nReference: Int?

      var numbers: [Double?] { [measured, standardError, published, difference] }

      func reading(_ digits: Int) -> CellReading {
        CellReading(
          measured: measuredText, error: CellReading.text(standardError, digits),
          published: publishedText, isBest: best, count: n, expectedCount: nExpected,
          referenceCount: nReference, fingerprint: fingerprint.map { String($0.prefix(12)) })
      }
    }
  }
}
