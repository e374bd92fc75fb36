import Essentials
import Provenance

/// An option of the command line that a family of metrics reads.
package struct MetricOption: Sendable {
  /// What may be given.
  package enum Value: Sendable {
    /// A text that its family understands.
    case text
    /// A whole number.
    case number
    /// Nothing: the option's name says all.
    case flag
  }

  /// The name, for example `kid-subsets`.
  package let name: String
  /// The key under which stored runs keep the value.
  let key: String
  /// What may be given.
  package let value: Value
  /// What stands for the value in help.
  package let valueName: String
  /// What it decides, with the values that it takes.
  package let help: String
  /// What is taken where nothing is given; empty for a flag.
  package let usual: String
  /// The numbers that may be given; nil where the family decides.
  package let range: NumberRange<Int>?

  /// A flag.
  init(flag name: String, storedAs key: String, _ help: String) {
    (self.name, self.key, self.help) = (name, key, help)
    (value, valueName, usual, range) = (.flag, "", "", nil)
  }

  /// An option whose value the family understands.
  init(
    _ name: String, storedAs key: String, _ value: Value = .text, valueName: String,
    _ help: String, default usual: String
  ) {
    (self.name, self.key, self.help) = (name, key, help)
    (self.value, self.valueName, self.usual, range) = (value, valueName, usual, nil)
  }

  /// An option with a whole number.
  init(
    _ name: String, storedAs key: String, valueName: String = "n", _ what: String,
    in range: NumberRange<Int>, default usual: String
  ) {
    (self.name, self.key, help) = (name, key, "\(what), \(range)")
    (value, self.valueName, self.usual, self.range) = (.number, valueName, usual, range)
  }

  /// An option with one of some names.
  init(
    _ name: String, storedAs key: String, _ value: Value = .text, valueName: String,
    _ what: String, among names: [String], default usual: String
  ) {
    let last = names.suffix(1).joined()
    let list = names.count < 2 ? last : "\(names.dropLast().joined(separator: ", ")) or \(last)"
    self.init(
      name, storedAs: key, value, valueName: valueName, "\(what): \(list)", default: usual)
  }

  /// An option with one of the names of an enumeration.
  init<Choice: RawRepresentable & CaseIterable>(
    _ name: String, storedAs key: String, valueName: String, _ what: String,
    of choices: Choice.Type, default usual: Choice
  ) where Choice.RawValue == String {
    self.init(
      name, storedAs: key, valueName: valueName, what, among: choices.allCases.map(\.rawValue),
      default: usual.rawValue)
  }
}

/// What was typed for the metrics of a score.
///
/// Stored with the run: `metrics`, `seed`, `size`, and one key an option, as ``MetricOption/key`` says.
package struct MetricOptionValues: Sendable {
  /// Comma list of metrics.
  package var metrics = ""
  /// Side at which images are compared.
  package var size: Int?
  /// Start of random draws.
  package var seed: UInt64 = 0
  /// Texts by the names of options; a flag that is set has an empty one.
  package private(set) var values: [String: String] = [:]

  /// Chooses nothing.
  package init() {}

  /// What was typed for an option; nil takes the default.
  package subscript(name: String) -> String? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// Whether a flag is set.
  func has(flag name: String) -> Bool { values[name] != nil }

  /// The value of an option as an enumeration spells it.
  ///
  /// - Parameters:
  ///   - name: the option.
  ///   - kind: what errors call the value.
  /// - Returns: nil where nothing was typed.
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, as kind: String
  ) throws -> Choice? where Choice.RawValue == String {
    try values[name].map { text in
      try choose(text, as: kind, from: Choice.allCases.map(\.rawValue), Choice.init(rawValue:))
    }
  }

  /// The value of an option as a whole number of its range.
  ///
  /// - Returns: nil where nothing was typed.
  /// - Throws: ``HarnessError`` of kind `usage` if it is none, or out of range.
  func number(_ name: String) throws -> Int? {
    let option = MetricRegistry.options.first { $0.name == name }
    guard let text = values[name], let range = option?.range else { return nil }
    return try range.value(of: text, for: "--\(name)")
  }
}

extension MetricOptionValues: Codable {
  /// Reads what a run stored; keys of options that this version has not are passed over.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: NamedKey.self)
    self.init()
    metrics = try container.decode(String.self, forKey: NamedKey("metrics"))
    size = try container.decodeIfPresent(Int.self, forKey: NamedKey("size"))
    seed = try container.decode(UInt64.self, forKey: NamedKey("seed"))
    for option in MetricRegistry.options {
      let key = NamedKey(option.key)
      switch option.value {
      case .text: values[option.name] = try container.decodeIfPresent(String.self, forKey: key)
      case .number:
        values[option.name] = try container.decodeIfPresent(Int.self, forKey: key).map { "\($0)" }
      case .flag:
        let isSet = try container.decodeIfPresent(Bool.self, forKey: key) ?? false
        values[option.name] = isSet ? "" : nil
      }
    }
  }

  /// Writes every option under its key, numbers as numbers.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NamedKey.self)
    try container.encode(metrics, forKey: NamedKey("metrics"))
    try container.encodeIfPresent(size, forKey: NamedKey("size"))
    try container.encode(seed, forKey: NamedKey("seed"))
    for option in MetricRegistry.options {
      let (key, value) = (NamedKey(option.key), values[option.name])
      switch option.value {
      case .text: try container.encodeIfPresent(value, forKey: key)
      case .number: try container.encodeIfPresent(value.flatMap { Int($0) }, forKey: key)
      case .flag: try container.encode(value != nil, forKey: key)
      }
    }
  }
}
