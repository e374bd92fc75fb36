import Provenance

/// Which images of a folder were made under the same guidance.
package enum ScoreGrouping: String, CaseIterable, Sendable {
  /// All of them.
  case all
  /// Those whose ids agree up to the last `_` or `-`: `00017_1` and `00017_2`.
  case prefix

  /// The part of an id that names its group.
  static func prefix(of id: String) -> String {
    id.lastIndex { $0 == "_" || $0 == "-" }.map { String(id[..<$0]) } ?? id
  }
}

extension ScoreGrouping {
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func named(_ text: String) throws -> ScoreGrouping {
    try choose(text, as: "grouping", from: allCases.map(\.rawValue), Self.init(rawValue:))
  }
}
