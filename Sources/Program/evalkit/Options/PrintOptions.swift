import ArgumentParser
import Foundation
import Provenance
import Reports
import Runs

/// `--format` and `--color`: how a table is printed.
struct PrintOptions: ParsableArguments {
  @Option(
    of: .formats, default: "table on a terminal, else markdown",
    help: ArgumentHelp("What is printed", valueName: "format"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "Colors: auto, always or never; auto colors on a terminal unless NO_COLOR is set",
      valueName: "when"), completion: .list(Color.allCases.map(\.rawValue)))
  var color = "auto"

  private enum Color: String, CaseIterable {
    case auto, always, never
  }

  func validate() throws {
    _ = try chosenFormat
    _ = try chosenColor
  }

  /// The format of what is printed.
  ///
  /// - Throws: `HarnessError` of kind `usage`.
  var chosenFormat: ReportFormat {
    get throws {
      guard let format else { return Console.resultColumns == nil ? .markdown : .table }
      return try choose(
        format, as: "report format", from: ReportFormat.allCases.map(\.rawValue),
        ReportFormat.init(rawValue:))
    }
  }

  private var chosenColor: Color {
    get throws {
      try choose(color, as: "choice of colors", from: Color.allCases.map(\.rawValue), Color.init)
    }
  }

  /// How the table is laid out where it goes.
  ///
  /// - Throws: `HarnessError` of kind `usage`.
  var layout: TextLayout {
    get throws {
      let columns = Console.resultColumns
      let isColored =
        switch try chosenColor {
        case .always: true
        case .never: false
        case .auto: columns != nil && Console.allowsColors
        }
      return TextLayout(
        columns: columns ?? TextLayout.plain.columns, isStyled: isColored)
    }
  }

  /// Prints a job's result.
  ///
  /// - Parameters:
  ///   - output: the result.
  ///   - json: whether a program reads it.
  /// - Throws: `HarnessError` if it cannot be written.
  func show(_ output: ReportOutput, json: Bool) throws {
    try Console.result(output.text(as: json ? .json : chosenFormat, layout: layout))
  }
}
