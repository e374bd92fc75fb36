import Foundation
import Reports
import Testing

/// Whoever reads another format reads the same numbers.
struct AgreementTests {
  /// What one cell prints: `measured±error(published)`, with `!` where it is best.
  private static let expected = [
    "(54.83)", "(0.62)", "(81.68)",
    "!46.70(46.68)", "!0.631±0.004(0.63)", "!83.40±0.50(83.41)",
    "47.25", "!0.631±0.004", "-",
    "0.00", "1.000±0.000", "93.42±0.10",
    "(55.60)", "(0.56)", "-",
  ]

  @Test func agreesInMarkdown() {
    let lines = ReportFormat.markdown.render(SampleReport.report).split(separator: "\n")
    let start = lines.firstIndex { $0.hasPrefix("| :--") } ?? 0
    let rows = lines[(start + 1)...].prefix { $0.hasPrefix("|") }
    let cells = rows.flatMap { row -> [String] in
      let fields = row.replacing("\\|", with: "¦").split(
        separator: "|", omittingEmptySubsequences: true)
      return fields.suffix(3).map { field in
        let isBest = field.contains("**")
        let text = field.filter { !" *⁰¹²³⁴⁵⁶⁷⁸⁹".contains($0) }.replacing("–", with: "-")
        return (isBest ? "!" : "") + text
      }
    }
    #expect(cells == Self.expected)
  }

  @Test func agreesInLaTeX() {
    let lines = ReportFormat.latex.render(SampleReport.report).split(separator: "\n")
    let cells = lines.dropFirst(7).filter { $0.contains(" & ") }.flatMap { line in
      line.dropLast(3).split(separator: "&").suffix(3).map { field in
        var text = String(field).replacing("$\\pm$", with: "±")
        if let start = text.range(of: "$^{"),
          let end = text.range(of: "}$", range: start.upperBound..<text.endIndex)
        {
          text.removeSubrange(start.lowerBound..<end.upperBound)
        }
        text = text.replacing("\\textbf{", with: "!").replacing("--", with: "-")
        return text.filter { !" }".contains($0) }
      }
    }
    #expect(cells.count == Self.expected.count)
    #expect(cells == Self.expected)
  }

  @Test func agreesInHTML() {
    let text = ReportFormat.html.render(SampleReport.report)
    let table = text.split(separator: "</table>")[0]
    let cells = table.components(separatedBy: "<td class=\"number\">").dropFirst().map { part in
      var text = part.components(separatedBy: "</td>")[0]
      if let start = text.range(of: "<sup>"), let end = text.range(of: "</sup>") {
        text.removeSubrange(start.lowerBound..<end.upperBound)
      }
      text = text.replacing("<strong>", with: "!").replacing("</strong>", with: "")
      return text.filter { $0 != " " }.replacing("–", with: "-")
    }
    #expect(cells == Self.expected)
  }

  @Test func agreesInJSON() throws {
    let data = Data(ReportFormat.json.render(SampleReport.report).utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["schema"] as? Int == 1)
    let rows = try #require(object["rows"] as? [[String: Any]])
    let cells = rows.flatMap { $0["cells"] as? [[String: Any]] ?? [] }
    #expect(
      cells.map { cell in
        let error = (cell["standardError"] as? Double).map {
          "±" + String(format: cell["column"] as? String == "accuracy" ? "%.2f" : "%.3f", $0)
        }
        return Self.summary(
          measured: cell["measuredText"] as? String, error: error,
          published: cell["publishedText"] as? String, best: cell["best"] as? Bool == true)
      } == Self.expected)
    #expect(cells[3]["measured"] as? Double == 46.7049)
    #expect(cells[8]["measured"] is NSNull)
    #expect(cells[8]["note"] as? String == "the result is no finite number")
  }

  @Test func writesNumbersToTheLastBitInJSON() throws {
    struct Document: Decodable {
      struct Row: Decodable { let cells: [Cell] }
      struct Cell: Decodable { let measured, difference: Double? }
      let rows: [Row]
    }
    let data = Data(ReportFormat.json.render(SampleReport.report).utf8)
    let cells = try JSONDecoder().decode(Document.self, from: data).rows.flatMap(\.cells)
    #expect(cells[3].difference == 46.7049 - 46.68)
    #expect(cells[4].measured == 0.63149)
    #expect(cells[9].measured == -0.0000001)
  }

  @Test func agreesInCSV() throws {
    let records = try CSVReader.records(ReportFormat.csv.render(SampleReport.report))
    let headings = records[0]
    #expect(records.allSatisfy { $0.count == headings.count })
    let rows = records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(headings, $0)) }
    #expect(
      rows.map { row in
        let digits = row["column"] == "accuracy" ? "%.2f" : "%.3f"
        let error = row["standard_error"].flatMap(Double.init).map {
          "±" + String(format: digits, $0)
        }
        return Self.summary(
          measured: row["measured_text"], error: error, published: row["published_text"],
          best: row["best"] == "true")
      } == Self.expected)
    #expect(rows[3]["measured"].flatMap(Double.init) == 46.7049)
    #expect(rows[6]["method"] == "a|b_*c*")
  }

  @Test func agreesInJUnit() throws {
    let text = ReportFormat.junit.render(SampleReport.report)
    let measured = text.components(separatedBy: "name=\"measured\" value=\"").dropFirst()
      .map { $0.components(separatedBy: "\"")[0] }
    #expect(
      measured == [
        "46.70", "0.631", "83.40", "47.25", "0.631", "0.00", "1.000", "93.42",
      ])
    #expect(text.contains("tests=\"15\" failures=\"0\" errors=\"1\" skipped=\"6\""))
  }

  private static func summary(
    measured: String?, error: String?, published: String?, best: Bool
  ) -> String {
    let measured = (measured ?? "").isEmpty ? nil : measured
    let published = (published ?? "").isEmpty ? nil : published
    guard measured != nil || published != nil else { return "-" }
    let value = measured.map { (best ? "!" : "") + $0 + (error ?? "") } ?? ""
    return value + (published.map { "(\($0))" } ?? "")
  }
}

/// A strict reader of RFC 4180, so that the writer is not judged by itself.
enum CSVReader {
  struct Malformed: Error {}

  static func records(_ text: String) throws -> [[String]] {
    var records: [[String]] = []
    var fields: [String] = []
    var rest = Array(text.unicodeScalars)[...]
    while !rest.isEmpty {
      fields.append(try field(&rest))
      if rest.first == "," {
        rest.removeFirst()
      } else {
        guard rest.prefix(2).elementsEqual("\r\n".unicodeScalars) else { throw Malformed() }
        rest.removeFirst(2)
        records.append(fields)
        fields = []
      }
    }
    return records
  }

  private static func field(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> String {
    var scalars = String.UnicodeScalarView()
    guard rest.first == "\"" else {
      while let next = rest.first, !",\r\n".unicodeScalars.contains(next) {
        guard next != "\"" else { throw Malformed() }
        scalars.append(rest.removeFirst())
      }
      return String(scalars)
    }
    rest.removeFirst()
    while let next = rest.popFirst() {
      if next != "\"" {
        scalars.append(next)
      } else if rest.first == "\"" {
        scalars.append(rest.removeFirst())
      } else {
        return String(scalars)
      }
    }
    throw Malformed()
  }
}
