import Datasets
import Essentials
import Pipelines

/// What one `--method NAME=SPEC` names: a row of the table.
package struct MethodSpecification: Equatable, Sendable {
  /// Where a method's images come from.
  package enum Source: Equatable, Sendable {
    /// Images that are already there.
    case folder(directory: String)
    /// A program that gets a request for each image; the first argument is the program.
    case command(arguments: [String])
    /// An anchor or a method that needs nothing of anybody.
    case builtin(BuiltinMethod)
    /// One of the papers' systems, with its options.
    case system(SystemChoice)
  }

  /// The row's name, fit for a folder's name.
  package let name: String
  /// Where its images come from.
  package let source: Source

  /// The valid forms of `SPEC`, for messages.
  package static let forms = [
    "folder:DIR", "command:PROGRAM ARGS…", "builtin:ID[:OPTION=VALUE,…]",
  ]

  /// Joins a name and a source.
  package init(name: String, source: Source) {
    self.name = name
    self.source = source
  }

  /// Parses `NAME=folder:DIR`, `NAME=command:PROGRAM ARGS…` or `NAME=builtin:ID[:OPTION=VALUE,…]`.
  ///
  /// - Parameters:
  ///   - text: what was typed.
  ///   - systems: those that `builtin:` may name beside the built-in methods.
  /// - Throws: `MethodError.malformed`, `.unknownKind` or `.unknownBuiltin`, of which the latter two name
  ///   the nearest valid word; what ``SystemChoice`` throws for options.
  package init(
    parsing text: String, systems: SystemRegistry = .standard
  ) throws(MethodError) {
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else {
      throw .malformed(text: text, reason: "expected NAME=SPEC, for example ours=folder:DIR")
    }
    name = String(halves[0])
    if let fault = Identifier.fault(in: name) {
      throw .malformed(text: text, reason: "the name '\(name)' \(fault)")
    }
    source = try Self.source(String(halves[1]), systems)
  }

  /// `SPEC` as the database keeps it; a command's words are joined by spaces.
  package var text: String {
    switch source {
    case .folder(let directory): "folder:\(directory)"
    case .command(let arguments): "command:\(arguments.joined(separator: " "))"
    case .builtin(let method): method.specification
    case .system(let choice): choice.specification
    }
  }

  /// Whether it reads what is to become of each image.
  package var readsEdits: Bool {
    if case .system(let choice) = source { choice.conditions.contains(.edit) } else { false }
  }

  /// Parses every `--method` of a command line, whose names must differ.
  ///
  /// - Throws: as `init(parsing:)`; `MethodError.duplicateName`.
  package static func parse(
    all texts: [String], systems: SystemRegistry = .standard
  ) throws(MethodError) -> [MethodSpecification] {
    var found: [MethodSpecification] = []
    for text in texts {
      let method = try MethodSpecification(parsing: text, systems: systems)
      if found.contains(where: { $0.name == method.name }) { throw .duplicateName(method.name) }
      found.append(method)
    }
    return found
  }

  private static func source(
    _ text: String, _ systems: SystemRegistry
  ) throws(MethodError) -> Source {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let kind = String(parts[0])
    let rest = parts.count > 1 ? String(parts[1]) : ""
    let kinds = forms.map { String($0.prefix { $0 != ":" }) }
    guard kinds.contains(kind) else { throw .unknownKind(text: kind) }
    guard !rest.isEmpty else { throw .malformed(text: text, reason: "nothing follows '\(kind):'") }
    switch kind {
    case "folder": return .folder(directory: rest)
    case "command": return .command(arguments: try CommandWords.split(rest))
    default: return try builtin(rest, systems)
    }
  }

  private static func builtin(
    _ text: String, _ systems: SystemRegistry
  ) throws(MethodError) -> Source {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (id, options) = (String(parts[0]), parts.dropFirst().first)
    if let method = BuiltinMethod(rawValue: id) {
      if let options { throw .noOptions(method, text: String(options)) }
      return .builtin(method)
    }
    guard let system = systems[id] else {
      throw .unknownBuiltin(
        id: id, known: BuiltinMethod.allCases.map(\.rawValue) + systems.ids)
    }
    guard let options else { return .system(try SystemChoice(system)) }
    return .system(try SystemChoice(system, parsing: options))
  }
}
