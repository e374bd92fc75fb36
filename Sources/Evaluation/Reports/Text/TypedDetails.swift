/// Named texts, of which numbers are written as numbers, and `true` and `false` as such.
package struct TypedDetails: Encodable {
  private let details: [String: String]

  /// Texts by their keys.
  package init(_ details: [String: String]) { self.details = details }

  /// Texts by names of several words, which become keys: `standard deviation` becomes `standardDeviation`.
  package init(named details: [String: String]) {
    self.details = Dictionary(
      details.map { name, text in
        let words = name.split(separator: " ")
        let further = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return (words.prefix(1).joined() + further.joined(), text)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Writes an object.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, text) in details {
      let key = Key(stringValue: name)
      if let truth = Bool(text) {
        try container.encode(truth, forKey: key)
      } else if let number = Int(text), "\(number)" == text {
        try container.encode(number, forKey: key)
      } else if let number = Double(text), number.isFinite, "\(number)" == text {
        try container.encode(number, forKey: key)
      } else {
        try container.encode(text, forKey: key)
      }
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
  }
}
