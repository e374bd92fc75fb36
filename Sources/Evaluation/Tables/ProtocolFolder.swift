import Essentials
import Foundation
import Terms

/// The folder `Protocols/`, one `<id>.yaml` for each table.
///
/// Where the folder lies is the caller's business; nothing here looks for it.
package struct ProtocolFolder: Sendable {
  /// Where the files are.
  package let url: URL
  /// The metrics that its files may name.
  package let metrics: [Metric]

  /// Refers to a folder without touching it.
  package init(_ url: URL, metrics: [Metric]) {
    self.url = url
    self.metrics = metrics
  }

  /// The ids of all tables, sorted; files that are not `.yaml` and hidden ones do not count.
  ///
  /// - Throws: `TableError` where the folder cannot be listed.
  package func ids() throws(TableError) -> [String] {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: url.path) } catch {
      throw failure(url.path, .unreadable(reason: "no such folder, or no right to list it"))
    }
    return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
      .map { String($0.dropLast(".yaml".count)) }.sorted()
  }

  /// The table with an id.
  ///
  /// - Throws: `TableError` for an unknown id, naming the nearest ones, and for a faulty file.
  package func table(_ id: String) throws(TableError) -> PaperTable {
    let known = try ids()
    guard known.contains(id) else { throw failure(url.path, .unknownTable(id, known: known)) }
    let path = url.appendingPathComponent("\(id).yaml").path
    let table = try PaperTable(yaml: try text(of: path), file: path, metrics: metrics)
    try require(table.id, toBe: id, in: path)
    return table
  }

  /// Whether `gates/` has a file of a name.
  package func hasGate(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: gatePath(name))
  }

  /// The gate of a name, from `gates/<name>.yaml`, or of a path that ends in `.yaml`.
  ///
  /// - Throws: `TableError` for an unknown name, naming the nearest ones, and for a faulty file.
  package func gate(_ name: String) throws(TableError) -> GateFile {
    if name.hasSuffix(".yaml") {
      return try GateFile(yaml: try text(of: name), file: name, metrics: metrics)
    }
    guard hasGate(name) else {
      let gates = folder("gates")
      throw failure(gates.url.path, .unknownGate(name, known: (try? gates.ids()) ?? []))
    }
    return try GateFile(yaml: try text(of: gatePath(name)), file: gatePath(name), metrics: metrics)
  }

  /// The ids of all files in `claims/`, sorted; none where there is no such folder.
  package func claimIDs() -> [String] { (try? folder("claims").ids()) ?? [] }

  /// The claims of a paper, from `claims/<id>.yaml`.
  ///
  /// - Throws: `TableError` for an unknown id, naming the nearest ones, and for a faulty file.
  package func claims(_ id: String) throws(TableError) -> ClaimFile {
    let (place, known) = (folder("claims").url, claimIDs())
    guard known.contains(id) else {
      throw failure(place.path, .unknownClaims(id, known: known))
    }
    let path = place.appendingPathComponent("\(id).yaml").path
    let file = try ClaimFile(yaml: try text(of: path), file: path, metrics: metrics)
    try require(file.id, toBe: id, in: path)
    return file
  }

  /// Refuses a file whose id is not its name.
  private func require(_ found: String, toBe id: String, in path: String) throws(TableError) {
    guard found != id else { return }
    let reason = "is '\(found)', but the file's name says '\(id)'; make them agree"
    throw failure(path, .inconsistent(reason: reason), key: "id")
  }

  private func folder(_ name: String) -> ProtocolFolder {
    ProtocolFolder(url.appendingPathComponent(name), metrics: metrics)
  }

  private func gatePath(_ name: String) -> String {
    url.appendingPathComponent("gates/\(name).yaml").path
  }

  private func text(of path: String) throws(TableError) -> String {
    let limit = 1 << 20
    let bytes: [UInt8]
    do { bytes = try RegularFile(path).contents(upTo: limit + 1) } catch {
      throw failure(path, .unreadable(reason: error.reason))
    }
    guard bytes.count <= limit else {
      throw failure(path, .unreadable(reason: "it is larger than \(limit) bytes"))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure(path, .unreadable(reason: "it is not UTF-8 text"))
    }
    return text
  }

  private func failure(
    _ path: String, _ problem: TableError.Problem, key: String = ""
  ) -> TableError {
    TableError(file: path, line: nil, key: key, problem: problem)
  }
}
