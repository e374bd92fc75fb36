/// A strict reader of RFC 4180, so that the writer is not judged by itself.
enum CSVReader {
  struct Malformed: Error {}

  static func records(_ text: String) throws -> [[String]] {
    var records: [[String]] = []
    var fields: [String] = []
    var rest = Array(text.unicodeScalars)[...]
    while !rest.isEmpty {
      fields.append(try field(&rest))
      if rest.first == "," {
        rest.removeFirst()
      } else {
        guard rest.prefix(2).elementsEqual("\r\n".unicodeScalars) else { throw Malformed() }
        rest.removeFirst(2)
        records.append(fields)
        fields = []
      }
    }
    return records
  }

  private static func field(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> String {
    var scalars = String.UnicodeScalarView()
    guard rest.first == "\"" else {
      while let next = rest.first, !",\r\n".unicodeScalars.contains(next) {
        guard next != "\"" else { throw Malformed() }
        scalars.append(rest.removeFirst())
      }
      return String(scalars)
    }
    rest.removeFirst()
    while let next = rest.popFirst() {
      if next != "\"" {
        scalars.append(next)
      } else if rest.first == "\"" {
        scalars.append(rest.removeFirst())
      } else {
        return String(scalars)
      }
    }
    throw Malformed()
  }
}
