import Foundation
import Reports
import TestSupport
import Testing

/// Tables as LaTeX compiles them.
@Suite struct LaTeXTests {
  private static let compiler = ["/usr/bin/pdflatex", "/usr/local/bin/pdflatex"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// A paper's column is narrower than most of these tables: none may be too wide for it.
  @Test(
    .enabled(if: compiler != nil, "there is no pdflatex here"),
    arguments: [SampleReport.report, AwkwardReport.report])
  func tablesFitAColumn(report: TableReport) throws {
    let folder = try TemporaryFolder()
    let text = """
      \\documentclass[twocolumn]{article}
      \\usepackage[utf8]{inputenc}
      \\usepackage{booktabs,threeparttable,adjustbox}
      \\begin{document}
      \(ReportFormat.latex.render(report))
      \\end{document}
      """
    try Data(text.utf8).write(to: folder.url.appendingPathComponent("table.tex"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.compiler))
    process.arguments = ["-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let log = String(
      decoding: try Data(contentsOf: folder.url.appendingPathComponent("table.log")), as: UTF8.self)
    #expect(process.terminationStatus == 0, "\(log.suffix(1500))")
    let overfull = log.split(separator: "\n").filter { $0.hasPrefix("Overfull \\hbox") }
    #expect(overfull.isEmpty, "\(overfull)")
  }
}
