/// JUnit XML: a check is a test case; a broken bound is a failure, an invalid run an error.
enum JUnitReport {
  static func render(_ gate: GateReport) -> String {
    func count(_ outcome: GateReport.Outcome) -> Int { gate.checks.count { $0.outcome == outcome } }
    let totals =
      "tests=\"\(gate.checks.count)\" failures=\"\(count(.broken))\" "
      + "errors=\"\(count(.invalid))\" skipped=\"\(count(.undecided))\""
    let name = XMLText.escape(gate.name)
    return
      (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(totals)>"]
      + ["  <testsuite name=\"\(name)\" \(totals)>"] + gate.checks.flatMap(lines)
      + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n"
  }

  /// A table as test cases: measured cells pass, cells without a finite number are errors, and
  /// cells that were not run are skipped.
  static func render(_ report: TableReport) -> String {
    let checks = PrintedTable(report).rows.flatMap { row in
      zip(zip(row.row.cells, row.cells), report.columns).map { cells, column in
        check(of: row, cells.0, cells.1, column)
      }
    }
    return render(GateReport(name: report.title, checks: checks))
  }

  private static func check(
    of row: PrintedTable.Row, _ cell: TableReport.Cell, _ printed: PrintedTable.Cell,
    _ column: TableReport.Column
  ) -> GateReport.Check {
    var properties: [TableReport.Fact] = []
    func add(_ name: String, _ value: String?) {
      if let value { properties.append(TableReport.Fact(name: name, value: value)) }
    }
    add("measured", printed.measured)
    add("published", printed.published)
    add("standardError", printed.error)
    add("n", cell.measured.map { "\($0.count)" })
    add("nExpected", cell.measured.map { "\($0.expectedCount)" })
    add("nReference", cell.measured?.referenceCount.map { "\($0)" })
    add("fingerprint", cell.measured?.fingerprint)
    let outcome: GateReport.Outcome =
      cell.measured == nil ? .undecided : printed.measured == nil ? .invalid : .passed
    return GateReport.Check(
      subject: "\(row.section): \(row.row.name)", name: column.id, outcome: outcome,
      finding: cell.explanation ?? "not measured", properties: properties)
  }

  private static func lines(_ check: GateReport.Check) -> [String] {
    let subject = XMLText.escape(check.subject)
    let name = XMLText.escape(check.name)
    let finding = XMLText.escape(check.finding)
    var body = check.properties.map {
      "        <property name=\"\(XMLText.escape($0.name))\" "
        + "value=\"\(XMLText.escape($0.value))\"/>"
    }
    if !body.isEmpty { body = ["      <properties>"] + body + ["      </properties>"] }
    switch check.outcome {
    case .passed: break
    case .broken: body.append("      <failure message=\"\(finding)\"/>")
    case .invalid: body.append("      <error message=\"\(finding)\"/>")
    case .undecided: body.append("      <skipped message=\"\(finding)\"/>")
    }
    let open = "    <testcase classname=\"\(subject)\" name=\"\(name)\""
    return body.isEmpty ? [open + "/>"] : [open + ">"] + body + ["    </testcase>"]
  }
}
