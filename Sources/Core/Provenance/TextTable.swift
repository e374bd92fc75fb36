import Foundation

/// Columns of text for terminals: two spaces between them, numbers flush right.
package struct TextTable {
  /// On which side of its column a text stands.
  package enum Side {
    case left
    case right
  }

  private let sides: [Side]
  private var rows: [[String]]

  /// Starts with a heading.
  package init(_ columns: [(heading: String, side: Side)]) {
    sides = columns.map(\.side)
    rows = [columns.map(\.heading)]
  }

  /// Adds a line; it has as many texts as there are columns.
  package mutating func add(_ row: [String]) { rows.append(row) }

  /// All lines, the last without a newline.
  package var text: String {
    let widths = sides.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = sides.indices.map { column in
        let room = String(repeating: " ", count: widths[column] - row[column].count)
        return sides[column] == .left ? row[column] + room : room + row[column]
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

extension Int {
  /// Digits in groups of three: `43,797,696`.
  package var grouped: String {
    let digits = Array(String(magnitude))
    let text = digits.enumerated().reduce(into: "") { text, digit in
      if digit.offset > 0 && (digits.count - digit.offset).isMultiple(of: 3) { text += "," }
      text.append(digit.element)
    }
    return self < 0 ? "-" + text : text
  }

  /// Bytes in the unit that suits: `95.6 MB`.
  package var inBytes: String {
    var value = Double(self)
    for unit in ["bytes", "kB", "MB", "GB"] {
      if value < 1000 { return String(format: unit == "bytes" ? "%.0f " : "%.1f ", value) + unit }
      value /= 1000
    }
    return String(format: "%.1f TB", value)
  }
}

extension [Int] {
  /// Extents as `64×112×112`.
  package var extents: String { isEmpty ? "scalar" : map(String.init).joined(separator: "×") }
}
