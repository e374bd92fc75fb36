import Essentials
import Foundation
import Terms

/// The tables, gates and claims of some places; where two places have a file of one name, the first one's counts.
///
/// Which places are asked is the caller's business; nothing here looks for them.
package struct ProtocolFiles: Sendable {
  /// In the order in which they are asked.
  package let sources: [ProtocolSource]
  /// The metrics that files may name.
  package let metrics: [Metric]

  /// Refers to places without touching them.
  package init(_ sources: [ProtocolSource], metrics: [Metric]) {
    self.sources = sources
    self.metrics = metrics
  }

  /// The ids of all tables, sorted.
  ///
  /// - Throws: `TableError` where a named folder cannot be listed.
  package func ids() throws(TableError) -> [String] { try names(in: .tables) }

  /// The table with an id.
  ///
  /// - Throws: `TableError` for an unknown id, naming the nearest ones, and for a faulty file.
  package func table(_ id: String) throws(TableError) -> PaperTable {
    guard let source = try source(of: id, in: .tables) else {
      throw unknown(.unknownTable(id, known: try ids()))
    }
    return try table(id, from: source)
  }

  /// The file of the table with an id, as it was written.
  ///
  /// - Throws: `TableError` for an unknown id, naming the nearest ones, and for a file that cannot be read.
  package func text(ofTable id: String) throws(TableError) -> String {
    guard let source = try source(of: id, in: .tables) else {
      throw unknown(.unknownTable(id, known: try ids()))
    }
    return try source.text(of: id, in: .tables)
  }

  /// Whether there is a gate of a name.
  ///
  /// - Throws: `TableError` where a named folder cannot be listed.
  package func hasGate(_ name: String) throws(TableError) -> Bool {
    try source(of: name, in: .gates) != nil
  }

  /// The gate of a name, from `gates/<name>.yaml`, or of a path that ends in `.yaml`.
  ///
  /// - Throws: `TableError` for an unknown name, naming the nearest ones, and for a faulty file.
  package func gate(_ name: String) throws(TableError) -> GateFile {
    if name.hasSuffix(".yaml") {
      return try GateFile(
        yaml: try ProtocolSource.text(ofFile: name), file: name, metrics: metrics)
    }
    guard let source = try source(of: name, in: .gates) else {
      throw unknown(.unknownGate(name, known: try gateNames()))
    }
    return try GateFile(
      yaml: try source.text(of: name, in: .gates), file: source.path(of: name, in: .gates),
      metrics: metrics)
  }

  /// The names of all gates, sorted.
  ///
  /// - Throws: `TableError` where a named folder cannot be listed.
  package func gateNames() throws(TableError) -> [String] { try names(in: .gates) }

  /// The ids of all papers with claims, sorted.
  ///
  /// - Throws: `TableError` where a named folder cannot be listed.
  package func claimIDs() throws(TableError) -> [String] { try names(in: .claims) }

  /// The claims of a paper, from `claims/<id>.yaml`.
  ///
  /// - Throws: `TableError` for an unknown id, naming the nearest ones, and for a faulty file.
  package func claims(_ id: String) throws(TableError) -> ClaimFile {
    guard let source = try source(of: id, in: .claims) else {
      throw unknown(.unknownClaims(id, known: try claimIDs()))
    }
    let path = source.path(of: id, in: .claims)
    let file = try ClaimFile(
      yaml: try source.text(of: id, in: .claims), file: path, metrics: metrics)
    try require(file.id, toBe: id, in: path)
    return file
  }

  /// What a person should know of where a table comes from: it is one of the working folder, or another than the
  /// working folder has; nil where there is nothing to say.
  ///
  /// - Throws: `TableError` where a named folder cannot be listed.
  package func note(on id: String) throws(TableError) -> String? {
    guard let used = try source(of: id, in: .tables) else { return nil }
    for case .workingFolder(let url) in sources {
      let own = ProtocolSource.workingFolder(url)
      let path = own.path(of: id, in: .tables)
      if used == own { return "\(id) is the table of \(path)" }
      guard case .program = used, let text = try? own.text(of: id, in: .tables),
        try text != used.text(of: id, in: .tables)
      else { continue }
      return "\(path) is another table than evalkit's own \(id), which is used; "
        + "'--protocols \(url.relativePath)' takes the file"
    }
    return nil
  }

  // MARK: Looking

  private func names(in part: ProtocolSource.Part) throws(TableError) -> [String] {
    var names: Set<String> = []
    for source in sources { names.formUnion(try self.names(in: part, of: source)) }
    return names.sorted()
  }

  private func names(
    in part: ProtocolSource.Part, of source: ProtocolSource
  ) throws(TableError) -> [String] {
    try source.names(in: part).filter { counts($0, in: part, of: source) }
  }

  /// Of the working folder, only files that are protocols of their name count.
  private func counts(
    _ name: String, in part: ProtocolSource.Part, of source: ProtocolSource
  ) -> Bool {
    guard case .workingFolder = source, part == .tables else { return true }
    return (try? table(name, from: source)) != nil
  }

  /// The first place that has a file.
  private func source(
    of name: String, in part: ProtocolSource.Part
  ) throws(TableError) -> ProtocolSource? {
    for source in sources {
      let isThere = try source.names(in: part).contains(name)
      if isThere, counts(name, in: part, of: source) { return source }
    }
    return nil
  }

  private func table(
    _ id: String, from source: ProtocolSource
  ) throws(TableError) -> PaperTable {
    let path = source.path(of: id, in: .tables)
    let table = try PaperTable(
      yaml: try source.text(of: id, in: .tables), file: path, metrics: metrics)
    try require(table.id, toBe: id, in: path)
    return table
  }

  /// Refuses a file whose id is not its name.
  private func require(_ found: String, toBe id: String, in path: String) throws(TableError) {
    guard found != id else { return }
    let reason = "is '\(found)', but the file's name says '\(id)'; make them agree"
    throw TableError(file: path, key: "id", problem: .inconsistent(reason: reason))
  }

  private func unknown(_ problem: TableError.Problem) -> TableError {
    TableError(file: sources.map(\.place).joined(separator: ", "), problem: problem)
  }
}
