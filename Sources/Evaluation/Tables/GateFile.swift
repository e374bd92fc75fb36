import Terms

/// What a gate demands, as `Protocols/gates/*.yaml` spells it.
///
/// Amounts and limits are in the scale that the table prints: a percentage in percent.
package struct GateFile: Sendable, Equatable {
  /// Path of the file.
  package let file: String
  /// What the gate guards, in a few words.
  package let title: String
  /// Probability of any false alarm in a night.
  package let falseAlarms: Double
  /// Probability with which a change of the stated minimum detectable effect is found.
  package let power: Double
  /// Whether an undecided gate fails, as with `--strict`.
  package let isStrict: Bool
  /// Age in hours beyond which a run is stale; nil where age does not count.
  package let freshHours: Double?
  /// Which images belong together.
  package let clusters: Clusters
  /// The rows that are judged; empty for all of the baseline.
  package let methods: [String]
  /// How many images of a row may fail.
  package let failures: Failures
  /// Sorted as in the file.
  package let metrics: [Metric]

  /// Which images belong together.
  package enum Clusters: String, CaseIterable, Sendable {
    /// By identity where the manifest names one, else by caption.
    case automatic
    case identity, prompt, image
  }

  /// How many images of a row may fail.
  package struct Failures: Sendable, Equatable {
    /// Failed images that are allowed in all.
    package var maximum = 0
    /// Beyond those of the baseline; nil for any number up to the maximum.
    package var aboveBaseline: Int?
  }

  /// What is demanded of one metric.
  package struct Metric: Sendable, Equatable {
    /// The metric to judge.
    package let metric: Terms.Metric
    /// Which way is better.
    package let direction: Direction
    /// Changes below it are not worth a verdict.
    package let floor: Amount
    /// Changes within it do not matter; nil uses the floor.
    package let margin: Amount?
    /// The least value that passes; nil for no lower limit.
    package let minimum: Double?
    /// The greatest value that passes; nil for no upper limit.
    package let maximum: Double?
    /// Whether a regression fails the gate; otherwise it is only reported.
    package let isBlocking: Bool
  }

  /// Reads a gate file's text.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: its path, for error messages.
  ///   - known: the metrics that it may name.
  /// - Throws: `TableError` for the first mistake: unknown or missing keys, unknown metrics, numbers
  ///   out of range, metrics named twice, limits that exclude everything.
  package init(yaml: String, file: String, metrics known: [Terms.Metric]) throws(TableError) {
    let entries = try StrictValue(yaml: yaml, file: file, metrics: known).mapping(allowing: [
      "title", "false_alarms", "power", "strict", "fresh_hours", "clusters", "methods", "failures",
      "metrics",
    ])
    self.file = file
    title = try entries["title"].string()
    falseAlarms = try entries.optional("false_alarms")?.share(atMost: 0.5) ?? 0.05
    power = try entries.optional("power")?.share() ?? 0.8
    isStrict = try entries.optional("strict")?.flag() ?? false
    freshHours = try entries.optional("fresh_hours")?.number(in: 0...StrictValue.largestNumber)
    clusters = try entries.optional("clusters")?.choice(of: Clusters.self) ?? .automatic
    methods = try PaperTable.unique(entries.optional("methods"), \.self) {
      method throws(TableError) in try method.string()
    }
    failures = try entries.optional("failures").map(Failures.init) ?? Failures()
    let rules = try entries["metrics"].mapping(allowing: known.map(\.name))
    guard !rules.entries.isEmpty else {
      throw try entries["metrics"].wrongType("at least one metric")
    }
    metrics = try rules.entries.map { name, rule throws(TableError) in
      try Metric(named: name, rule)
    }
  }
}

extension GateFile.Failures {
  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["maximum", "above_baseline"])
    let many = 0...Int(Int32.max)
    maximum = try entries.optional("maximum")?.integer(in: many) ?? 0
    aboveBaseline = try entries.optional("above_baseline")?.integer(in: many)
  }
}

extension GateFile.Metric {
  fileprivate init(named name: String, _ value: StrictValue) throws(TableError) {
    guard let metric = value.metrics.first(where: { $0.name == name }) else {
      throw value.unknownValue(name, allowed: value.metrics.map(\.name))
    }
    let entries = try value.mapping(allowing: [
      "direction", "floor", "margin", "limits", "blocking",
    ])
    self.metric = metric
    direction = try entries["direction"].choice(of: Direction.self)
    floor = try entries.optional("floor").map(Amount.init) ?? Amount()
    margin = try entries.optional("margin").map(Amount.init)
    let limits = try entries.optional("limits")?.mapping(allowing: ["minimum", "maximum"])
    minimum = try limits?.optional("minimum")?.number()
    maximum = try limits?.optional("maximum")?.number()
    isBlocking = try entries.optional("blocking")?.flag() ?? true
    if let minimum, let maximum, minimum > maximum {
      throw value.error(
        .inconsistent(reason: "allows at least \(minimum) and at most \(maximum), so nothing"))
    }
  }
}

extension Amount {
  /// Beyond these no change would ever count: a number of any metric is smaller, and a change of the
  /// baseline's own size is all that there is.
  private static let largest = (absolute: 1000.0, relative: 1.0)

  fileprivate init(_ value: StrictValue) throws(TableError) {
    let entries = try value.mapping(allowing: ["absolute", "relative"])
    self.init()
    absolute = try entries.optional("absolute")?.number(in: 0...Self.largest.absolute)
    relative = try entries.optional("relative")?.number(in: 0...Self.largest.relative)
    if absolute == nil, relative == nil {
      throw value.wrongType("'absolute', 'relative' or both")
    }
  }
}

extension StrictValue {
  /// A number between 0 and 1, both out, or between 0 and a smaller one that may be reached.
  fileprivate func share(atMost most: Double = 1) throws(TableError) -> Double {
    let value = try number()
    guard value > 1e-12, value < 1, value <= most else {
      throw wrongType(
        most < 1 ? "a number above 0 and at most \(most)" : "a number between 0 and 1")
    }
    return value
  }
}
