import Essentials
import Terms
import Yams

/// One node of a YAML file that knows where it stands, so that every complaint can say so.
struct StrictValue {
  let node: Node
  /// Path of the file.
  let file: String
  /// Keys from the root, for example `columns[2].heading`.
  let key: String
  /// The metrics that the file may name.
  let metrics: [Metric]

  /// The root of a file's text.
  ///
  /// - Throws: `TableError` for what is no YAML.
  init(yaml: String, file: String, metrics: [Metric]) throws(TableError) {
    if let reason = YAMLLimits.objection(to: yaml) {
      throw TableError(file: file, line: nil, key: "", problem: .notYAML(reason: reason))
    }
    let node: Node?
    do { node = try compose(yaml: yaml) } catch {
      let reason = (error as? YamlError).map(Self.brief) ?? "\(error)"
      throw TableError(file: file, line: nil, key: "", problem: .notYAML(reason: reason))
    }
    guard let node else {
      throw TableError(
        file: file, line: nil, key: "", problem: .notYAML(reason: "the file is empty"))
    }
    self.init(node: node, file: file, key: "", metrics: metrics)
  }

  init(node: Node, file: String, key: String, metrics: [Metric]) {
    self.node = node
    self.file = file
    self.key = key
    self.metrics = metrics
  }

  /// A node below this one.
  func element(_ node: Node, at key: String) -> StrictValue {
    StrictValue(node: node, file: file, key: key, metrics: metrics)
  }

  /// A parser's complaint on one line, without the excerpt of the file that Yams appends.
  private static func brief(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "\(problem) at line \(mark.line)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      "the mapping at line \(context.mark.line) repeats "
        + duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")
    default: "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  /// An error about this node.
  func error(_ problem: TableError.Problem) -> TableError {
    TableError(file: file, line: node.mark?.line, key: key, problem: problem)
  }

  /// The entries of a mapping that may hold the keys `allowed` and no others.
  func mapping(allowing allowed: [String]) throws(TableError) -> StrictMapping {
    guard case .mapping(let mapping) = node else { throw wrongType("a mapping") }
    for entry in mapping.keys {
      let name = entry.scalar?.string ?? ""
      guard !allowed.contains(name) else { continue }
      throw TableError(
        file: file, line: entry.mark?.line, key: joined(name),
        problem: .unknownKey(name, known: allowed))
    }
    return StrictMapping(owner: self, mapping: mapping)
  }

  /// The elements of a sequence; it may not be empty.
  func list() throws(TableError) -> [StrictValue] {
    guard case .sequence(let sequence) = node, !sequence.isEmpty else {
      throw wrongType("a list with at least one entry")
    }
    return sequence.enumerated().map { position, node in
      element(node, at: "\(key)[\(position)]")
    }
  }

  /// A scalar's text, without the blanks around it; it may not be empty.
  func string() throws(TableError) -> String {
    guard let scalar = node.scalar, !isNull else { throw wrongType("a text") }
    let text = scalar.string.split(whereSeparator: \.isNewline).joined(separator: " ")
    guard text.contains(where: { !$0.isWhitespace }) else { throw wrongType("a text") }
    return text
  }

  /// A whole number in a range.
  func integer(in range: ClosedRange<Int>) throws(TableError) -> Int {
    do { return try NumberRange(range).value(of: node.scalar?.string ?? "") } catch {
      throw self.error(.outOfRange(error, found: kind))
    }
  }

  /// Whole numbers of at most seven digits from one to another, written `27000-29999`.
  func range() throws(TableError) -> ClosedRange<Int> {
    let numbers = NumberRange(0...9_999_999)
    let bounds = (node.scalar?.string ?? "").split(separator: "-").map {
      try? numbers.value(of: String($0))
    }
    guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first <= last else {
      throw wrongType("two whole numbers \(numbers) as in 27000-29999")
    }
    return first...last
  }

  /// Numbers beyond these are no scores, amounts or hours.
  static let largestNumber = 1e12

  /// A decimal number in a range.
  func number(
    in range: ClosedRange<Double> = -largestNumber...largestNumber
  ) throws(TableError) -> Double {
    let text = node.scalar?.string ?? ""
    // Neither hexadecimal digits nor names such as inf are meant by anybody.
    let isDecimal = text.allSatisfy { "+-.0123456789eE".contains($0) }
    do { return try NumberRange(range).value(of: isDecimal ? text : "") } catch {
      throw self.error(.outOfRange(error, found: kind))
    }
  }

  /// A finite number written with at most `digits` decimals, or `nil` for `null`.
  func published(digits: Int) throws(TableError) -> Double? {
    if isNull { return nil }
    guard let text = node.scalar?.string, text.allSatisfy({ "+-.0123456789".contains($0) }),
      let value = Double(text), abs(value) <= Self.largestNumber
    else { throw wrongType("a decimal number or null") }
    let decimals = text.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first
    guard (decimals?.count ?? 0) <= digits else {
      throw error(.tooManyDecimals(text, digits: digits))
    }
    return value
  }

  /// `true` or `false`.
  func flag() throws(TableError) -> Bool {
    guard let value = node.bool else { throw wrongType("true or false") }
    return value
  }

  /// One of the words that an enumeration spells.
  func choice<Choice: RawRepresentable & CaseIterable>(
    of choices: Choice.Type
  ) throws(TableError) -> Choice where Choice.RawValue == String {
    let word = try string()
    guard let choice = Choice(rawValue: word) else {
      throw unknownValue(word, allowed: choices.allCases.map(\.rawValue))
    }
    return choice
  }

  /// A built-in method with its options, as `--method NAME=` takes it.
  func builtinMethod() throws(TableError) -> String {
    let text = try string()
    guard text.hasPrefix("builtin:") else {
      throw wrongType("a built-in method such as builtin:sdg:text-scale=120")
    }
    return text
  }

  /// The name of a metric.
  func metric() throws(TableError) -> Metric {
    let name = try string()
    guard let metric = metrics.first(where: { $0.name == name }) else {
      throw unknownValue(name, allowed: metrics.map(\.name))
    }
    return metric
  }

  /// An error that names a word, what it may have meant, and what is allowed.
  func unknownValue(_ word: String, allowed: [String]) -> TableError {
    error(.unknownValue(word, known: allowed))
  }

  func wrongType(_ expected: String) -> TableError {
    error(.wrongType(expected: expected, found: kind))
  }

  func joined(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }

  private var isNull: Bool { node.null != nil }

  private var kind: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence(let sequence): sequence.isEmpty ? "an empty list" : "a list"
    case .scalar(let scalar): isNull || scalar.string.isEmpty ? "empty" : "'\(scalar.string)'"
    case .alias: "an alias"
    }
  }
}

/// A mapping whose keys have been checked.
struct StrictMapping {
  let owner: StrictValue
  let mapping: Node.Mapping

  /// The entry under a key that must be there.
  subscript(_ name: String) -> StrictValue {
    get throws(TableError) {
      if let value = optional(name) { return value }
      throw TableError(
        file: owner.file, line: owner.node.mark?.line, key: owner.joined(name),
        problem: .missingKey)
    }
  }

  /// The entry under a key that may be absent.
  func optional(_ name: String) -> StrictValue? {
    mapping[name].map { owner.element($0, at: owner.joined(name)) }
  }

  /// The entries in the file's order.
  var entries: [(name: String, value: StrictValue)] {
    mapping.map { entry in
      let name = entry.key.scalar?.string ?? ""
      return (name, owner.element(entry.value, at: owner.joined(name)))
    }
  }
}
