import Foundation
import Reports
import Testing

/// A gate as SARIF, OpenMetrics and one page.
struct GateRecordTests {
  private static let findings = [
    FileFinding(
      rule: .worst, method: "a|b", image: "00", message: "fid changed by 2 on 00.",
      path: "/p/a b/00.png"),
    FileFinding(
      rule: .failed, method: "a|b", image: "<01>", message: "truncated: \"half\" a file",
      path: nil),
    FileFinding(
      rule: .nearlyCopied, method: "Ours 2D", image: "02", message: "02 is like 03.",
      path: "/p/a b/02.png"),
  ]

  private static let record = GateRecord(
    report: SampleReport.gate, sentence: "Verdict: invalid <x> (exit code 6).", code: 6,
    run: "20260131-235959-1a2b3c4d", created: 1_769_904_000.5,
    measurements: [
      GateRecord.Measurement(method: "Ours 2D", metric: "fid", value: 46.7049, error: nil),
      GateRecord.Measurement(method: "a|\"b\\", metric: "id", value: 0.75, error: 0.0125),
    ], images: [GateRecord.Images(method: "Ours 2D", scored: 199, failed: 1)], findings: findings)

  @Test func openMetricsWritesInfinities() {
    let values = [Double.infinity, -.infinity, .nan, 2]
    let record = GateRecord(
      report: SampleReport.gate, sentence: "", code: 0, run: "r", created: 0,
      measurements: values.map {
        GateRecord.Measurement(method: "a", metric: "psnr", value: $0, error: nil)
      }, images: [], findings: [])
    let lines = record.openMetrics.split(separator: "\n").filter { $0.hasPrefix("evalkit_score{") }
    #expect(lines.compactMap { $0.split(separator: " ").last } == ["+Inf", "-Inf", "NaN", "2.0"])
    #expect(record.html(link: { $0 }, picture: { _ in nil }).contains("<td>∞</td>"))
  }

  private static func link(_ path: String) -> String {
    String(path.dropFirst(3)).replacing(" ", with: "%20")
  }

  private static func picture(_ path: String) -> String? {
    path.hasSuffix("02.png") ? "data:image/jpeg;base64,AAAA" : nil
  }

  private static func sarif(limit: Int = SARIFReport.limit) throws -> [String: Any] {
    let report = SARIFReport(Self.findings, tool: "0.1.0", limit: limit, link: Self.link)
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report))
    return try #require(object as? [String: Any])
  }

  @Test func sarifHoldsEveryFinding() throws {
    let document = try Self.sarif()
    #expect(document["version"] as? String == "2.1.0")
    #expect((document["$schema"] as? String)?.hasSuffix("sarif-2.1.0.json") == true)
    let run = try #require((document["runs"] as? [[String: Any]])?.first)
    let tool = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(tool["rules"] as? [[String: Any]]).compactMap { $0["id"] as? String }
    #expect(rules == FileFinding.Rule.allCases.map(\.rawValue))
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["level"] as? String } == ["error", "warning", "note"])
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index] == result["ruleId"] as? String)
    }
    let locations = results.compactMap { ($0["locations"] as? [[String: Any]])?.first }
    let places = locations.map { location in
      ((location["physicalLocation"] as? [String: Any])?["artifactLocation"] as? [String: Any])?[
        "uri"] as? String
    }
    #expect(places == [nil, "a%20b/02.png", "a%20b/00.png"])
    let logical = (locations[0]["logicalLocations"] as? [[String: String]])?.first
    #expect(logical?["fullyQualifiedName"] == "a|b/<01>")
  }

  @Test func sarifKeepsItsLimitAndCounts() throws {
    let run = try #require((try Self.sarif(limit: 2)["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    // The gravest stay.
    #expect(results.map { $0["level"] as? String } == ["error", "warning"])
    #expect((run["properties"] as? [String: Int]) == ["omittedResults": 1])
  }

  @Test func openMetricsFollowsItsGrammar() throws {
    let text = Self.record.openMetrics
    #expect(text.hasSuffix("\n# EOF\n"))
    let sample = try Regex(#"evalkit_[a-z_]+\{([a-z]+="([^"\\]|\\["\\n])*",?)*\} [0-9.e+-]+"#)
    var families: Set<String> = []
    for line in text.split(separator: "\n").dropLast() {
      if line.hasPrefix("# TYPE ") {
        // Every family in one block.
        #expect(families.insert(String(line)).inserted, "\(line)")
      } else if !line.hasPrefix("# HELP ") {
        #expect(try sample.wholeMatch(in: line) != nil, "\(line)")
      }
    }
    #expect(families.count == 6)
    #expect(
      text.contains(
        "evalkit_score{gate=\"ddgi.table1 <0123abcd>\",method=\"Ours 2D\",metric=\"fid\"} 46.7049"))
    #expect(text.contains("method=\"a|\\\"b\\\\\",metric=\"id\"} 0.0125"))
    #expect(text.contains("evalkit_gate_exit_code{gate=\"ddgi.table1 <0123abcd>\"} 6"))
    #expect(text.contains("check=\"id >= 0.5\",outcome=\"undecided\"} 1"))
    #expect(text.components(separatedBy: "evalkit_check{").count == 17)
  }

  @Test func thePageShowsEverythingEscaped() {
    let page = Self.record.html(link: Self.link, picture: Self.picture)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    for part in [
      "Verdict: invalid &lt;x&gt; (exit code 6).", "20260131-235959-1a2b3c4d", "46.705",
      "&lt;01&gt;", "<a href=\"a%20b/02.png\"><img src=\"data:image/jpeg;base64,AAAA\"",
      "which &quot;breaks&quot; the bound.",
    ] {
      #expect(page.contains(part), "no \(part)")
    }
    #expect(!page.contains("<x>") && !page.contains("<01>"))
    let many = (0..<300).map {
      FileFinding(rule: .failed, method: "m", image: "\($0)", message: "missing", path: nil)
    }
    let long = GateRecord(
      report: SampleReport.gate, sentence: "s", code: 6, run: "r", created: 0, measurements: [],
      images: [], findings: many)
    #expect(
      long.html(link: Self.link, picture: Self.picture).contains(
        "100 of 300 findings are left out."))
  }
}
