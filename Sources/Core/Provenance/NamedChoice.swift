import Essentials

/// Reads a name or says which is meant.
package func choose<Value>(
  _ text: String, as kind: String, from names: [String], _ parse: (String) -> Value?
) throws -> Value {
  if let value = parse(text) { return value }
  throw NamedChoice.refusal(of: text, as: kind, from: names)
}

/// Names that people type.
package enum NamedChoice {
  /// Refuses a name that does not exist.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func check(_ text: String, as kind: String, from names: [String]) throws {
    if !names.contains(text) { throw refusal(of: text, as: kind, from: names) }
  }

  static func refusal(of text: String, as kind: String, from names: [String]) -> HarnessError {
    let nearest = nearest(to: text, among: names).map { "'\($0)'" }.joined(separator: " or ")
    let question = nearest.isEmpty ? "" : " did you mean \(nearest)?"
    return HarnessError(
      .usage,
      "unknown \(kind) '\(text)';\(question) Known: \(names.joined(separator: ", "))")
  }

  /// The names with the fewest differences; all of them, for who can tell which was meant.
  private static func nearest(to text: String, among names: [String]) -> [String] {
    let near = Spelling.suggestions(for: text, among: names)
    guard let best = near.first ?? names.min(by: { distance(text, $0) < distance(text, $1) }) else {
      return []
    }
    let edits = Spelling.editDistance(text, best)
    return [best] + near.dropFirst().filter { Spelling.editDistance(text, $0) == edits }
  }

  /// From what was typed to the beginning of a name, for names that are much longer.
  private static func distance(_ text: String, _ name: String) -> Int {
    Spelling.editDistance(text.lowercased(), String(name.prefix(text.count)))
  }
}
