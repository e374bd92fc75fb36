/// What stands on a terminal until a better version takes its place, and the diagnostics that came behind it.
package struct TerminalDraft: Sendable, Equatable {
  /// Diagnostics since, which are written again behind what takes the place.
  package private(set) var notes: [String] = []
  private let columns: Int
  private var rows: Int

  /// Notes a text that was written to a terminal of so many columns.
  package init(_ text: String, columns: Int) {
    self.columns = max(columns, 1)
    rows = 0
    rows = rows(of: text)
  }

  /// Notes a diagnostic that was written to the same terminal.
  package mutating func note(_ text: String) {
    notes.append(text)
    rows += rows(of: text)
  }

  /// What takes everything away that was written since; nil where a part of it has left the window's top.
  ///
  /// - Parameter windowRows: rows of the window, of which the cursor has one.
  /// - Returns: control sequences: to the beginning of the row that far above, and clear to the end of the screen.
  package func erasure(windowRows: Int) -> String? {
    rows < windowRows ? "\u{1B}[\(rows)F\u{1B}[J" : nil
  }

  /// Rows that whole lines take, where longer ones go on in the next row.
  private func rows(of text: String) -> Int {
    let lines = text.hasSuffix("\n") ? text.dropLast() : text[...]
    return lines.split(separator: "\n", omittingEmptySubsequences: false).reduce(0) {
      $0 + max(1, (Self.width(of: $1) + columns - 1) / columns)
    }
  }

  /// Columns of a line without its control sequences.
  private static func width(of line: Substring) -> Int {
    var width = 0
    var isControl = false
    for scalar in line.unicodeScalars {
      if scalar == "\u{1B}" {
        isControl = true
      } else if isControl {
        // `[`, numbers, and the letter that ends the sequence.
        isControl = !scalar.properties.isAlphabetic
      } else {
        width += 1
      }
    }
    return width
  }
}
