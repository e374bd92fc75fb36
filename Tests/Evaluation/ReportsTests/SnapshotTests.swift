import Foundation
import Reports
import Testing

/// Every format, character by character.
///
/// `EVALKIT_RECORD_SNAPSHOTS=1` writes the files anew; the difference is then read before it is
/// committed.
struct SnapshotTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")

  private func check(_ text: String, _ name: String) throws {
    let url = Self.folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["EVALKIT_RECORD_SNAPSHOTS"] != nil {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: url, encoding: .utf8)
    #expect(Array(text.utf8) == Array(expected.utf8), "\(name) differs:\n\(text)")
  }

  @Test(arguments: ReportFormat.allCases)
  func rendersTables(format: ReportFormat) throws {
    let text = format.render(SampleReport.report)
    try check(text, "table.\(format.fileExtension)")
    // Not `hasSuffix`: CSV's "\r\n" is one character.
    #expect(text.utf8.last == UInt8(ascii: "\n"))
    #expect(format.render(SampleReport.report) == text)
  }

  @Test func rendersGates() throws {
    try check(SampleReport.gate.junit, "gate.xml")
  }

  @Test func rendersCharts() throws {
    try check(SampleReport.losses.svg(), "losses.svg")
    for chart in SampleReport.report.charts { try check(chart.svg, chart.name) }
  }

  @Test(arguments: ReportFormat.allCases)
  func rendersEmptyTables(format: ReportFormat) {
    let empty = TableReport(
      title: "t", caption: "c", sectionHeading: "s", columns: [], sections: [])
    #expect(!format.render(empty).isEmpty)
  }
}
