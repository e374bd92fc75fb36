import Essentials

/// Why a protocol file cannot be used: which file, where in it, and what is wrong.
package struct TableError: Error, Equatable, CustomStringConvertible {
  /// Path of the file or folder.
  package let file: String
  /// Line of the offending entry, from 1, where known.
  package let line: Int?
  /// The entry, for example `sections[0].rows[3].values`; empty for the file as a whole.
  package let key: String
  /// What is wrong with it.
  package let problem: Problem

  /// Says what is wrong with a file or one of its entries.
  init(file: String, line: Int? = nil, key: String = "", problem: Problem) {
    self.file = file
    self.line = line
    self.key = key
    self.problem = problem
  }

  /// The kinds of mistakes that a protocol file can hold.
  package enum Problem: Equatable, Sendable {
    case unreadable(reason: String)
    case notYAML(reason: String)
    case missingKey
    case unknownKey(String, known: [String])
    case wrongType(expected: String, found: String)
    case outOfRange(NumberError, found: String)
    case unknownValue(String, known: [String])
    case wrongCount(expected: Int, found: Int)
    case duplicate(String)
    case unknownTable(String, known: [String])
    case unknownGate(String, known: [String])
    case unknownClaims(String, known: [String])
    case tooManyDecimals(String, digits: Int)
    case inconsistent(reason: String)
  }

  /// The file, line and entry, what is wrong with it, and the nearest valid name.
  package var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return key.isEmpty ? "\(place) \(clause)" : "\(place): '\(key)' \(clause)"
  }

  private var clause: String {
    switch problem {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .notYAML(let reason): "is not valid YAML: \(reason)"
    case .missingKey: "is missing; add it"
    case .unknownKey(let name, let known):
      "is an unknown key; \(Self.hint(name, known))"
    case .wrongType(let expected, let found): "must be \(expected), but it is \(found)"
    case .outOfRange(let range, let found): "\(range), but it is \(found)"
    case .unknownValue(let value, let known):
      "has the \(Spelling.refusal(of: value, as: "value", known: known))"
    case .wrongCount(let expected, let found):
      "needs \(expected) entries, one for each column, but has \(found)"
    case .duplicate(let id): "repeats '\(id)', which must be unique"
    case .unknownTable(let id, let known):
      "has no table '\(id)'; \(Self.hint(id, known))"
    case .unknownGate(let name, let known):
      "has no gate '\(name)'; \(Self.hint(name, known))"
    case .unknownClaims(let id, let known):
      "has no claims of '\(id)'; \(Self.hint(id, known))"
    case .tooManyDecimals(let text, let digits):
      "is \(text), with more than the \(digits) decimals that its column publishes"
    case .inconsistent(let reason): reason
    }
  }

  private static func hint(_ name: String, _ known: [String]) -> String {
    Spelling.question(for: name, among: known)
      .map { "\($0) Known: \(known.joined(separator: ", "))" } ?? "it has none"
  }
}
