/// Fields of comma-separated values after RFC 4180.
package enum CSVField {
  /// A field for a text of somebody else's, such as a name.
  ///
  /// Spreadsheets take a text for a formula that begins with `=`, `+`, `-`, `@`, a tab or a carriage return; it
  /// gets an apostrophe in front, unless it is a plain number.
  ///
  /// - Source: OWASP, CSV Injection.
  package static func text(_ text: String) -> String {
    let isFormula =
      text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    return quoted(isFormula && Double(text) == nil ? "'" + text : text)
  }

  /// A field in quotes where RFC 4180 requires them.
  package static func quoted(_ field: String) -> String {
    let needsQuotes = field.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
    return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}
