/// Finds the valid words that someone may have meant.
///
/// Case does not count. Candidates that contain the word come first, then those that take the fewest
/// edits; ties are broken by the alphabet.
package enum Spelling {
  /// Longer words get no suggestions: they are hardly typing mistakes, and comparing them takes long.
  private static let longest = 256

  /// The candidate nearest to a word, however far it is; nil without candidates.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = letters(of: word)
    return candidates.compactMap { Match(of: wanted, with: $0, reach: .max) }.min()?.candidate
  }

  /// The candidates that are near a misspelled word, best first, at most three; empty when none is.
  ///
  /// Near means: one contains the other or begins with it, or at most two letters differ, a third of
  /// the word for long ones.
  package static func suggestions(
    for word: String, among candidates: some Sequence<String>
  ) -> [String] {
    let wanted = letters(of: word)
    guard wanted.count <= longest else { return [] }
    // A word none of whose letters stays is another word.
    let reach = min(max(2, wanted.count / 3), wanted.count - 1)
    return Set(candidates).compactMap { Match(of: wanted, with: $0, reach: reach) }
      .sorted().prefix(3).map(\.candidate)
  }

  /// What a message about a misspelled word asks: "did you mean 'a' or 'b'?"; nil without candidates.
  ///
  /// It offers the best candidate and those that are as near; where none is near, the one whose beginning is most
  /// like the word.
  package static func question(
    for word: String, among candidates: some Sequence<String>
  ) -> String? {
    let near = suggestions(for: word, among: candidates)
    let likest = { candidates.min { distance(word, $0) < distance(word, $1) } }
    guard let best = near.first ?? likest() else { return nil }
    let edits = editDistance(word, best)
    let offered = [best] + near.dropFirst().filter { editDistance(word, $0) == edits }
    let quoted = offered.map { "'\($0)'" }
    let others = quoted.dropLast().joined(separator: ", ")
    return "did you mean \(others.isEmpty ? "" : others + " or ")\(quoted[quoted.count - 1])?"
  }

  /// The message about a name that does not exist: "unknown metric 'a'; did you mean 'b'? Known: b, c".
  package static func refusal(of name: String, as kind: String, known: [String]) -> String {
    let question = question(for: name, among: known).map { " \($0)" } ?? ""
    return "unknown \(kind) '\(name)';\(question) Known: \(known.joined(separator: ", "))"
  }

  /// From a word to the beginning of a name, for names that are much longer.
  private static func distance(_ word: String, _ name: String) -> Int {
    editDistance(word.lowercased(), String(name.prefix(word.count)))
  }

  /// Levenshtein's distance: the fewest insertions, deletions and substitutions of letters.
  package static func editDistance(_ left: String, _ right: String) -> Int {
    editDistance(Array(left.unicodeScalars), Array(right.unicodeScalars))
  }

  fileprivate typealias Letters = [Unicode.Scalar]

  fileprivate static func letters(of word: String) -> Letters {
    Array(word.lowercased().unicodeScalars)
  }

  fileprivate static func editDistance(_ left: Letters, _ right: Letters) -> Int {
    var row = Array(0...right.count)
    for (line, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in right.indices {
        let substituted = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
      }
    }
    return row[right.count]
  }
}

/// How well a candidate fits a word; the least is the best.
private struct Match: Comparable {
  let candidate: String
  private let isPart: Bool
  private let distance: Int

  /// nil where the candidate takes more than `reach` edits and neither word is part of the other.
  init?(of wanted: Spelling.Letters, with candidate: String, reach: Int) {
    let letters = Spelling.letters(of: candidate)
    self.candidate = candidate
    isPart = !wanted.isEmpty && letters.contains(wanted)
    let difference = abs(letters.count - wanted.count)
    if isPart || (!letters.isEmpty && wanted.starts(with: letters)) {
      distance = difference
    } else {
      guard difference <= reach else { return nil }
      distance = Spelling.editDistance(wanted, letters)
      guard distance <= reach else { return nil }
    }
  }

  static func < (left: Match, right: Match) -> Bool {
    (left.isPart ? 0 : 1, left.distance, left.candidate)
      < (right.isPart ? 0 : 1, right.distance, right.candidate)
  }
}
