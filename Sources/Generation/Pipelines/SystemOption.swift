/// Something about a system that can be chosen, with its default.
package struct SystemOption: Equatable, Sendable {
  /// The values that an option takes.
  package enum Values: Equatable, Sendable {
    /// One of several words, each with a line on what it means.
    case choice([Choice])
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number.
    case number(ClosedRange<Double>)
    /// Any text, for example a file's path.
    case text
  }

  /// One of several words.
  package struct Choice: Equatable, Sendable {
    /// The word.
    package let name: String
    /// What it means, in a line.
    package let summary: String

    /// A word and what it means.
    package init(_ name: String, _ summary: String) {
      self.name = name
      self.summary = summary
    }
  }

  /// Its name on the command line.
  package let name: String
  /// What it does, in a line.
  package let summary: String
  /// What it can be.
  package let values: Values
  /// What it is unless somebody says otherwise; nil if it is left out then.
  package let standard: String?

  /// Describes an option.
  package init(_ name: String, _ summary: String, _ values: Values, standard: String?) {
    self.name = name
    self.summary = summary
    self.values = values
    self.standard = standard
  }

  /// The choice of a mode, by the name `mode`; the first is the default.
  package static func mode(_ modes: [Choice]) -> SystemOption {
    SystemOption("mode", "what the system does", .choice(modes), standard: modes.first?.name)
  }
}

/// Chosen options, checked against a system's own; what nobody chose has its default.
package struct SystemOptions: Equatable, Sendable {
  /// Values by name, as written; complete but for options without a default.
  package let values: [String: String]

  /// Checks what was chosen.
  ///
  /// - Parameters:
  ///   - chosen: values by name.
  ///   - system: whose options they are.
  /// - Throws: ``SystemError/unknownOption(system:name:known:)``, `.invalidValue`.
  package init(
    _ chosen: [String: String] = [:], of system: any GenerationSystem
  ) throws(SystemError) {
    let known = system.options
    for name in chosen.keys.sorted() where !known.contains(where: { $0.name == name }) {
      throw .unknownOption(system: system.id, name: name, known: known.map(\.name))
    }
    var values: [String: String] = [:]
    for option in known {
      guard let value = chosen[option.name] ?? option.standard else { continue }
      guard option.accepts(value) else {
        throw .invalidValue(system: system.id, option: option.name, value: value, option.expected)
      }
      values[option.name] = value
    }
    self.values = values
  }

  /// A text or a choice; nil if there is none.
  package subscript(_ name: String) -> String? { values[name] }

  /// A whole number; nil if there is none.
  package func integer(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

  /// A number; nil if there is none.
  package func number(_ name: String) -> Double? { values[name].flatMap { Double($0) } }

  /// All of them in order of their names, `name=value`, for fingerprints.
  package var text: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}

extension SystemOption {
  fileprivate func accepts(_ value: String) -> Bool {
    switch values {
    case .choice(let choices): choices.contains { $0.name == value }
    case .integer(let range): Int(value).map { range.contains($0) } ?? false
    case .number(let range): Double(value).map { range.contains($0) } ?? false
    case .text: !value.isEmpty
    }
  }

  /// What it can be, in words.
  package var expected: String {
    switch values {
    case .choice(let choices): choices.map(\.name).joined(separator: ", ")
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .text: "a text"
    }
  }
}
