import Terms

/// A `table` environment for the packages `booktabs`, `threeparttable` and `adjustbox`: no wider than the text, the notes as
/// wide as the table.
enum LaTeXReport {
  static func render(_ report: TableReport) -> String {
    let printed = PrintedTable(report)
    let names = ["Method"] + report.detailHeadings
    let columns = names.map { _ in "l" } + report.columns.map { _ in "r" }
    let headings = names.map(escape) + report.columns.map(heading)
    var lines = [
      "% Needs \\usepackage{booktabs,threeparttable,adjustbox}.", "\\begin{table}", "\\centering",
      "\\caption{\(escape(report.caption))}", "\\begin{adjustbox}{max width=\\linewidth}",
      "\\begin{threeparttable}", "\\begin{tabular}{\(columns.joined())}", "\\toprule",
      headings.joined(separator: " & ") + " \\\\",
    ]
    for row in printed.rows {
      if row.isFirst {
        lines.append("\\midrule")
        lines.append("\\multicolumn{\(columns.count)}{l}{\\emph{\(escape(row.section))}} \\\\")
      }
      let name = escape(row.row.name) + markers(row.marker.map { [$0] } ?? [])
      let fields = [name] + row.row.details.map(escape) + row.cells.map(text)
      lines.append(fields.joined(separator: " & ") + " \\\\")
    }
    lines += ["\\bottomrule", "\\end{tabular}", "\\begin{tablenotes}\\footnotesize"]
    lines += printed.footnotes.enumerated().map { index, note in
      "\\item[\(index + 1)] \(escape(note))"
    }
    lines += ([report.legend] + report.remarks + report.notes).map { "\\item \(escape($0))" }
    lines += [
      "\\end{tablenotes}", "\\end{threeparttable}", "\\end{adjustbox}", "\\end{table}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func heading(_ column: TableReport.Column) -> String {
    let arrow = column.direction == .lower ? "$\\downarrow$" : "$\\uparrow$"
    let unit = column.unit.isEmpty ? "" : " (\(escape(column.unit)))"
    return "\(escape(column.heading))\(unit) \(arrow)"
  }

  private static func text(_ cell: PrintedTable.Cell) -> String {
    let published = cell.published.map { "(\($0))" }
    guard let measured = cell.measured else {
      return (published ?? "--") + markers(cell.markers)
    }
    let value = measured + (cell.error.map { " $\\pm$ \($0)" } ?? "")
    return (cell.isBest ? "\\textbf{\(value)}" : value) + markers(cell.markers)
      + (published.map { " \($0)" } ?? "")
  }

  private static func markers(_ numbers: [Int]) -> String {
    numbers.isEmpty ? "" : "\\tnote{\(numbers.map(String.init).joined(separator: ","))}"
  }

  /// Text without any of TeX's special characters, on one line.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\textbackslash{}"
      case "~": escaped += "\\textasciitilde{}"
      case "^": escaped += "\\textasciicircum{}"
      case "<": escaped += "\\textless{}"
      case ">": escaped += "\\textgreater{}"
      case "|": escaped += "\\textbar{}"
      // A bracket behind a line's end would be taken for its argument.
      case "[": escaped += "{[}"
      case "±": escaped += "$\\pm$"
      case "&", "%", "$", "#", "_", "{", "}": escaped += "\\\(character)"
      case _ where character.isNewline: escaped += " "
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
