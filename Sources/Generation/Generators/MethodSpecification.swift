import Datasets
import Essentials

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
  }

  /// The row's name, fit for a folder's name.
  package let name: String
  /// Where its images come from.
  package let source: Source

  /// The valid forms of `SPEC`, for messages.
  package static let forms = ["folder:DIR", "command:PROGRAM ARGS…", "builtin:ID"]

  /// Joins a name and a source.
  package init(name: String, source: Source) {
    self.name = name
    self.source = source
  }

  /// Parses `NAME=folder:DIR`, `NAME=command:PROGRAM ARGS…` or `NAME=builtin:ID`.
  ///
  /// - Throws: `MethodError.malformed`, `.unknownKind` or `.unknownBuiltin`; the latter two name
  ///   the nearest valid word.
  package init(parsing text: String) throws(MethodError) {
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else {
      throw .malformed(text: text, reason: "expected NAME=SPEC, for example ours=folder:DIR")
    }
    name = String(halves[0])
    if let fault = Identifier.fault(in: name) {
      throw .malformed(text: text, reason: "the name '\(name)' \(fault)")
    }
    source = try Self.source(String(halves[1]))
  }

  /// Parses every `--method` of a command line, whose names must differ.
  ///
  /// - Throws: as `init(parsing:)`; `MethodError.duplicateName`.
  package static func parse(all texts: [String]) throws(MethodError) -> [MethodSpecification] {
    var found: [MethodSpecification] = []
    for text in texts {
      let method = try MethodSpecification(parsing: text)
      if found.contains(where: { $0.name == method.name }) { throw .duplicateName(method.name) }
      found.append(method)
    }
    return found
  }

  private static func source(_ text: String) throws(MethodError) -> Source {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let kind = String(parts[0])
    let rest = parts.count > 1 ? String(parts[1]) : ""
    let kinds = forms.map { String($0.prefix { $0 != ":" }) }
    guard kinds.contains(kind) else { throw .unknownKind(text: kind) }
    guard !rest.isEmpty else { throw .malformed(text: text, reason: "nothing follows '\(kind):'") }
    switch kind {
    case "folder": return .folder(directory: rest)
    case "command": return .command(arguments: try CommandWords.split(rest))
    default: return .builtin(try builtin(rest))
    }
  }

  private static func builtin(_ id: String) throws(MethodError) -> BuiltinMethod {
    if let method = BuiltinMethod(rawValue: id) { return method }
    throw .unknownBuiltin(id: id)
  }
}
