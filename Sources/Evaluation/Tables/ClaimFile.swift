import Terms

/// What a paper claims in its tables and figures, as orders of rows that stored scores can be asked for.
///
/// The typed form of a file `Protocols/claims/<id>.yaml`.
package struct ClaimFile: Sendable, Hashable {
  /// Id, for example `sdg`; the file's name without its extension.
  package let id: String
  /// The paper's title.
  package let title: String
  /// Where it was published.
  package let venue: String
  /// What the claims compare.
  package let rows: [Row]
  /// In the paper's order.
  package let claims: [Claim]

  /// A way to make images, as `--method ID=SPEC` names it.
  package struct Row: Sendable, Hashable {
    /// Unique in the file; where a published row means the same, its id.
    package let id: String
    /// The built-in method with its options, for example `builtin:sdg:scale=120`.
    package let method: String
  }

  /// One claim.
  package struct Claim: Sendable, Hashable {
    /// Unique in the file.
    package let id: String
    /// The paper's table or figure; claims of one place are corrected together.
    package let place: String
    /// What is claimed, in a sentence.
    package let sentence: String
    /// What form the claim has.
    package let kind: Kind
    /// The protocol that measures it.
    package let table: String
    /// What is measured.
    package let metric: Metric
    /// Which of the values that accompany a set's score is meant in its place, for example `top-5`.
    package let detail: String?
    /// From the least of what is varied to the most.
    package let rows: [Row]
    /// On which side of zero the last row less the first is claimed to be, or a single row, or of four rows the last
    /// step less the first.
    package let expected: Direction
    /// How far on the other side it may be, in the metric's own unit: with a margin the claim is that it is not farther.
    package let margin: Double
    /// How many pairs are measured.
    package let pairs: Int
    /// How many of them are made for the same condition; nil takes the protocol's number.
    package let samples: Int?
    /// How many runs with seeds of their own are measured; 1 where images have scores.
    package let seeds: Int
  }

  /// Forms of claims.
  package enum Kind: String, CaseIterable, Sendable {
    /// Of two rows.
    case ordering
    /// Over three rows or more.
    case trend
    /// Of one row, whose mean is not 0.
    case positive
    /// Of four rows: the step from the third to the fourth is larger, or smaller, than that from the first to the second.
    case interaction

    /// How many rows it is about.
    var rows: ClosedRange<Int> {
      switch self {
      case .ordering: 2...2
      case .trend: 3...20
      case .positive: 1...1
      case .interaction: 4...4
      }
    }
  }

  /// Reads a claim file's text.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: its path, for error messages.
  ///   - known: the metrics that it may name.
  /// - Throws: `TableError` for the first mistake: unknown or missing keys, unknown metrics and rows, another
  ///   number of rows than the claim's kind has, duplicate ids.
  package init(yaml: String, file: String, metrics known: [Metric]) throws(TableError) {
    let entries = try StrictValue(yaml: yaml, file: file, metrics: known)
      .mapping(allowing: ["id", "title", "venue", "rows", "claims"])
    id = try entries["id"].string()
    title = try entries["title"].string()
    venue = try entries["venue"].string()
    let rows = try PaperTable.unique(entries["rows"], \.id, Row.init)
    self.rows = rows
    claims = try PaperTable.unique(entries["claims"], \.id) { value throws(TableError) in
      try Claim(value, rows: rows)
    }
  }
}

extension ClaimFile.Row {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["id", "method"])
    id = try entries["id"].string()
    method = try entries["method"].builtinMethod()
  }
}

extension ClaimFile.Claim {
  fileprivate init(_ value: StrictValue, rows known: [ClaimFile.Row]) throws(TableError) {
    let entries = try value.mapping(allowing: [
      "id", "place", "claim", "kind", "table", "metric", "detail", "rows", "expected", "pairs",
      "margin", "samples", "seeds",
    ])
    id = try entries["id"].string()
    place = try entries["place"].string()
    sentence = try entries["claim"].string()
    kind = try entries["kind"].choice(of: ClaimFile.Kind.self)
    table = try entries["table"].string()
    metric = try entries["metric"].metric()
    detail = try entries.optional("detail")?.string()
    rows = try PaperTable.unique(entries["rows"], \.id) { row throws(TableError) in
      let name = try row.string()
      guard let found = known.first(where: { $0.id == name }) else {
        throw row.unknownValue(name, allowed: known.map(\.id))
      }
      return found
    }
    expected = try entries["expected"].choice(of: Direction.self)
    margin = try entries.optional("margin")?.number(in: 0...1e6) ?? 0
    pairs = try entries["pairs"].integer(in: 2...10_000_000)
    samples = try entries.optional("samples")?.integer(in: 1...pairs)
    let isOfSets = metric.scope == .set
    seeds = try entries.optional("seeds")?.integer(in: 2...100) ?? (isOfSets ? 5 : 1)
    try check(entries, isOfSets: isOfSets)
  }

  private func check(_ entries: StrictMapping, isOfSets: Bool) throws(TableError) {
    guard kind.rows.contains(rows.count) else {
      let number =
        kind.rows.count == 1 ? "\(kind.rows.lowerBound)" : "at least \(kind.rows.lowerBound)"
      throw try entries["rows"].error(
        .inconsistent(
          reason: "has \(rows.count) rows, but the kind '\(kind.rawValue)' is of \(number)"))
    }
    if isOfSets, kind == .positive {
      throw try entries["metric"].error(
        .inconsistent(reason: "'\(metric.name)' is of sets, of which 'positive' is not tested"))
    }
    if let value = entries.optional("margin"), ![.ordering, .interaction].contains(kind) {
      throw value.error(.inconsistent(reason: "belongs to the kinds 'ordering' and 'interaction'"))
    }
    for key in ["detail", "seeds"] {
      guard !isOfSets, let value = entries.optional(key) else { continue }
      throw value.error(
        .inconsistent(
          reason: "belongs to metrics of sets, but every image has its '\(metric.name)'"))
    }
  }
}
