/// A table of a page: it scrolls by itself, its head and first column stay in sight, and its columns sort.
package struct HTMLTable {
  /// One column's heading.
  package struct Heading {
    let text: String
    let isNumber: Bool
    /// Whether the largest comes first where somebody sorts.
    let isLargestFirst: Bool

    /// A heading over texts, or numbers.
    package init(text: String, isNumber: Bool = false, isLargestFirst: Bool = false) {
      self.text = text
      self.isNumber = isNumber
      self.isLargestFirst = isLargestFirst
    }
  }

  /// One cell, as HTML.
  package struct Cell {
    let html: String
    var isNumber = false
    /// What it is sorted by, in place of its text; empty for a number that is not there.
    var value: String?

    /// HTML as it is.
    package init(html: String, isNumber: Bool = false, value: String? = nil) {
      self.html = html
      self.isNumber = isNumber
      self.value = value
    }

    /// Text, escaped.
    package init(_ text: String, isNumber: Bool = false) {
      self.init(html: XMLText.escape(text), isNumber: isNumber)
    }
  }

  /// Rows that are sorted among themselves.
  package struct Group {
    let title: String?
    let rows: [[Cell]]

    /// Rows under a title, or none.
    package init(title: String? = nil, rows: [[Cell]]) {
      self.title = title
      self.rows = rows
    }
  }

  var caption: String?
  let headings: [Heading]
  let groups: [Group]

  /// A table with a group for each title.
  package init(caption: String? = nil, headings: [Heading], groups: [Group]) {
    self.caption = caption
    self.headings = headings
    self.groups = groups
  }

  /// A table without groups.
  package init(headings: [Heading], rows: [[Cell]]) {
    self.init(headings: headings, groups: [Group(rows: rows)])
  }

  /// The lines of the page.
  package var lines: [String] {
    let sorts = groups.contains { $0.rows.count > 1 }
    let head = headings.map { heading in
      let text = XMLText.escape(heading.text)
      let first = heading.isLargestFirst ? " data-first=\"descending\"" : ""
      return "<th scope=\"col\"\(heading.isNumber ? " class=\"number\"" : "")\(sorts ? first : "")>"
        + (sorts ? "<button>\(text)</button>" : text) + "</th>"
    }
    let bodies = groups.flatMap { group in
      let title = group.title.map {
        "<tr class=\"section\"><th scope=\"rowgroup\" colspan=\"\(headings.count)\">\(XMLText.escape($0))"
          + "</th></tr>"
      }
      return ["<tbody>"] + (title.map { [$0] } ?? []) + group.rows.map(Self.row) + ["</tbody>"]
    }
    return ["<div class=\"scroll\"><table\(sorts ? " class=\"sortable\"" : "")>"]
      + (caption.map { ["<caption>\(XMLText.escape($0))</caption>"] } ?? [])
      + ["<thead><tr>\(head.joined())</tr></thead>"] + bodies + ["</table></div>"]
  }

  private static func row(_ cells: [Cell]) -> String {
    let fields = cells.enumerated().map { index, cell in
      let kind = cell.isNumber ? " class=\"number\"" : ""
      let value = cell.value.map { " data-value=\"\(XMLText.escape($0))\"" } ?? ""
      let isHeader = index == 0 && !cell.isNumber
      return isHeader
        ? "<th scope=\"row\"\(value)>\(cell.html)</th>" : "<td\(kind)\(value)>\(cell.html)</td>"
    }
    return "<tr>\(fields.joined())</tr>"
  }
}
