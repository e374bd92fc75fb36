import Essentials
import Foundation
import Measurement
import Provenance
import Tables

/// The protocols that commands may name.
package enum ProtocolLibrary {
  /// The variable of the environment that names a folder of more protocols; `--protocols` sets it.
  package static let variable = "EVALKIT_PROTOCOLS"

  /// Those of the folder that ``variable`` names, then the program's own, then those of `Protocols` in the working
  /// folder.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` if the named folder is none.
  package static func files() throws -> ProtocolFiles {
    var sources = [ProtocolSource.program]
    if let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty {
      guard PathKind(at: named) == .folder else {
        throw HarnessError(
          .usage, "\(named), named by --protocols or \(variable), is no folder")
      }
      sources.insert(.folder(URL(fileURLWithPath: named)), at: 0)
    }
    let here = URL(fileURLWithPath: "Protocols")
    if PathKind(at: here.path) == .folder { sources.append(.workingFolder(here)) }
    return ProtocolFiles(sources, metrics: MetricRegistry.metrics)
  }

  /// Ids of tables and of claim files; none where the folders cannot be read, which a command says that opens them.
  package static var names: (tables: [String], claims: [String]) {
    guard let files = try? files() else { return ([], []) }
    return ((try? files.ids()) ?? [], (try? files.claimIDs()) ?? [])
  }

  /// The file of a table, as it was written.
  ///
  /// - Throws: as ``files()``; `TableError` for an unknown id.
  package static func text(of id: String) throws -> String { try files().text(ofTable: id) }
}
