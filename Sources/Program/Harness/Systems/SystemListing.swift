import Generators
import Models
import Pipelines
import Provenance
import Scores

/// The systems that the program has, and what of their weights is there, for people and machines.
package struct SystemListing: Encodable {
  private let schema = 1
  private let systems: [SystemSummary]

  /// Looks at all systems.
  ///
  /// - Parameters:
  ///   - registry: the systems.
  ///   - weights: the suite whose files are looked for.
  /// - Throws: ``HarnessError`` for a suite that is not understood.
  package init(_ registry: SystemRegistry = .standard, weights: String) throws {
    let loader = ModelLoader(try WeightSuite.expected(weights))
    systems = registry.systems.map { SystemSummary($0, loader) }
  }

  /// A few lines for each system.
  package var text: String {
    if systems.isEmpty { return "this program has no systems" }
    return systems.map { system in
      let modes = system.modes.isEmpty ? [] : ["modes: " + system.modes.map(\.name).commas]
      let lines = modes + system.missing.map { "missing: \($0)" }
      return (["\(system.id)  \(system.title): \(system.summary)"] + lines.map { "    \($0)" })
        .joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}

/// One system: what can be chosen, what it reads, which networks it needs and which of them are not there.
package struct SystemSummary: Encodable, Equatable, Sendable {
  /// One way to use it.
  struct Mode: Encodable, Equatable, Sendable {
    let name, summary: String
    /// What it reads of a condition.
    let reads: [String]
    /// Networks, by their roles in a suite of weights.
    let networks: [String]
  }

  /// Something that can be chosen.
  struct Option: Encodable, Equatable, Sendable {
    let name, summary, values: String
    let standard: String?

    enum CodingKeys: String, CodingKey {
      case name, summary, values
      case standard = "default"
    }
  }

  /// A network that it needs.
  struct Network: Encodable, Equatable, Sendable {
    let role: String
    /// Why it is not there; nil if it is.
    let missing: String?
  }

  let id, title, summary, source: String
  let modes: [Mode]
  let options: [Option]
  /// What the default mode reads.
  let reads: [String]
  let networks: [Network]

  /// What is not there, a clause each.
  var missing: [String] { networks.compactMap(\.missing) }

  /// Looks at a system.
  ///
  /// - Parameters:
  ///   - id: its id.
  ///   - registry: the systems.
  ///   - weights: the suite whose files are looked for.
  /// - Throws: `MethodError.unknownSystem`; ``HarnessError`` for a suite that is not understood.
  package init(
    of id: String, in registry: SystemRegistry = .standard, weights: String
  ) throws {
    self.init(try registry.named(id), ModelLoader(try WeightSuite.expected(weights)))
  }

  init(_ system: any GenerationSystem, _ loader: ModelLoader) {
    id = system.id
    title = system.title
    summary = system.summary
    source = system.source
    options = system.options.map {
      Option(
        name: $0.name, summary: $0.summary, values: $0.values.text, standard: $0.standard)
    }
    let choices = system.options.first { $0.name == "mode" }?.values.choices ?? []
    modes = choices.map { choice in
      let needs = Needs(of: system, ["mode": choice.name])
      return Mode(
        name: choice.name, summary: choice.summary, reads: needs.reads,
        networks: needs.roles.map(\.rawValue))
    }
    let standard = Needs(of: system, [:])
    reads = standard.reads
    let all = choices.flatMap { Needs(of: system, ["mode": $0.name]).roles } + standard.roles
    networks = WeightRole.allCases.filter(all.contains).map {
      Network(role: $0.rawValue, missing: loader.absence(of: $0))
    }
  }

  /// What a choice of options needs; nothing where options must be given that have no default.
  private struct Needs {
    var reads: [String] = []
    var roles: [WeightRole] = []

    init(of system: any GenerationSystem, _ chosen: [String: String]) {
      guard let options = try? SystemOptions(chosen, of: system) else { return }
      reads = ImageCondition.allCases.filter(system.conditions(for: options).contains)
        .map(\.rawValue)
      roles = system.roles(for: options)
    }
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }

  /// For people.
  package var text: String {
    var lines = ["\(id): \(title), \(summary)", source, "reads: \(reads.words)"]
    if !modes.isEmpty {
      lines += ["", "modes:"]
      lines += modes.map {
        "  \($0.name): \($0.summary); reads \($0.reads.words); networks \($0.networks.words)"
      }
    }
    if !options.isEmpty {
      var table = TextTable([
        ("option", .left), ("default", .left), ("values", .left), ("", .left),
      ])
      for option in options {
        table.add([option.name, option.standard ?? "-", option.values, option.summary])
      }
      lines += ["", table.text]
    }
    if !networks.isEmpty {
      lines += ["", "networks:"]
      lines += networks.map { "  \($0.role): \($0.missing ?? "there")" }
    }
    let example =
      options.first { $0.standard != nil }
      .map { ":\($0.name)=\($0.standard ?? "")" } ?? ""
    return (lines + ["", "--method NAME=builtin:\(id)\(example)"]).joined(separator: "\n")
  }
}

extension SystemOption.Values {
  /// The words of a choice; none of other options.
  fileprivate var choices: [SystemOption.Choice] {
    if case .choice(let choices) = self { choices } else { [] }
  }

  /// In few words.
  fileprivate var text: String {
    switch self {
    case .choice(let choices): choices.map(\.name).commas
    case .integer(let range): "\(range.lowerBound)…\(range.upperBound)"
    case .number(let range): "\(range.lowerBound)…\(range.upperBound)"
    case .text: "text"
    }
  }
}

extension [String] {
  fileprivate var commas: String { joined(separator: ", ") }
  fileprivate var words: String { isEmpty ? "nothing" : commas }
}
