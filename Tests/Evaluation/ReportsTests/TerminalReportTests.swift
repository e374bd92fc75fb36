import Foundation
import Reports
import Testing

/// The table as a terminal shows it.
struct TerminalReportTests {
  private static func lines(_ columns: Int, isStyled: Bool = false) -> [String] {
    ReportFormat.table.render(
      SampleReport.report, layout: TextLayout(columns: columns, isStyled: isStyled)
    ).components(separatedBy: "\n")
  }

  @Test(arguments: [40, 60, 80, 100, 132, 200])
  func everyLineFitsTheWindow(columns: Int) {
    let lines = Self.lines(columns)
    for line in lines {
      // A single word may be longer than a very narrow window.
      #expect(line.count <= columns || !line.dropFirst(4).contains(" "), "\(line)")
      #expect(line.last != " ")
    }
  }

  /// Whatever the width, every measured value is there.
  @Test(arguments: [40, 80, 200])
  func nothingMeasuredIsLeftOut(columns: Int) {
    let text = Self.lines(columns).joined(separator: "\n")
    for (row, section) in SampleReport.report.sections.flatMap({ section in
      section.rows.map { ($0, section) }
    }) {
      #expect(text.contains(row.name), "\(row.name) of \(section.title)")
      for (cell, column) in zip(row.cells, SampleReport.report.columns) {
        guard let value = cell.measured?.value,
          let printed = FixedDecimals.text(value, digits: column.digits)
        else { continue }
        #expect(text.contains(printed), "\(printed) of \(row.name)")
      }
    }
    for line in SampleReport.report.unmeasured {
      let words = line.reason.split(separator: " ").prefix(2)
      for word in words { #expect(text.contains(word)) }
    }
  }

  @Test func stylesChangeNoText() {
    let plain = Self.lines(100)
    let styled = Self.lines(100, isStyled: true)
    #expect(styled.contains { $0.contains("\u{1B}[1;32m") })
    let stripped = styled.map { $0.replacing(/\u{1B}\[[0-9;]*m/, with: "") }
    #expect(stripped.map { $0.replacing(/[ ]+$/, with: "") } == plain)
  }

  /// Names of files and methods may hold anything; none of it moves the cursor.
  @Test func nothingMovesTheCursor() {
    var report = AwkwardReport.report
    report.notes.append("a\u{1B}[2Jb\u{7}")
    let text = ReportFormat.table.render(report)
    let controls = text.unicodeScalars.filter {
      $0.properties.generalCategory == .control && $0 != "\n"
    }
    #expect(controls.isEmpty, "\(text)")
    #expect(text.contains("[2Jb"))
  }
}
