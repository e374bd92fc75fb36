import Yams

/// A method that a protocol measures on drawn faces where the user names none.
package struct DefaultMethod: Hashable, Sendable {
  /// The row's name; that of a published row fills it.
  package let name: String
  /// As `--method NAME=SPEC` takes it, for example `builtin:sdg:mode=text`.
  package let specification: String
  /// Values of switches with which it is measured; with others it is left out.
  package let requirements: [String: String]

  /// What sees conditions alone, needs no options and competes.
  package enum Builtin: String, CaseIterable, Sendable {
    /// The label map in flat colors.
    case paint
    /// The nearest face of another synthetic world.
    case retrieve
    /// A small diffusion network.
    case denoise
  }

  /// A built-in method under its own name.
  package init(_ builtin: Builtin) {
    self.init(name: builtin.rawValue, specification: "builtin:\(builtin.rawValue)")
  }

  /// A method with options.
  package init(name: String, specification: String, requirements: [String: String] = [:]) {
    self.name = name
    self.specification = specification
    self.requirements = requirements
  }

  /// Whether it is measured with a table's choice of switches.
  package func isMeasured(in table: PaperTable) -> Bool {
    requirements.allSatisfy { table.value(of: $0.key) == $0.value }
  }
}

extension DefaultMethod {
  /// Reads a built-in method's name, or `{id: …, method: builtin:…, if: {switch: value}}`.
  init(_ value: StrictValue, switches: [Switch]) throws(TableError) {
    if value.node.scalar != nil {
      self.init(try value.choice(of: Builtin.self))
      return
    }
    let entries = try value.mapping(allowing: ["id", "method", "if"])
    let conditions = try entries.optional("if")?.mapping(allowing: switches.map(\.name)).entries
    var requirements: [String: String] = [:]
    for condition in conditions ?? [] {
      let value = try condition.value.string()
      for known in switches where known.name == condition.name {
        guard known.allowed.contains(value) else {
          throw condition.value.unknownValue(value, allowed: known.allowed.words)
        }
      }
      requirements[condition.name] = value
    }
    self.init(
      name: try entries["id"].string(), specification: try entries["method"].builtinMethod(),
      requirements: requirements)
  }
}
