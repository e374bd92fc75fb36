import Foundation
import Provenance
import Store

/// The database of a results folder.
package enum ResultsDatabase {
  /// Path of the file.
  package static func path(_ results: String) -> String { results + "/evalkit.sqlite" }

  /// Whether something has been stored there.
  package static func exists(_ results: String) -> Bool {
    FileManager.default.fileExists(atPath: path(results))
  }

  /// Opens what earlier commands stored.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` if there is nothing; errors of the store.
  package static func open(_ results: String, access: Store.Access = .readOnly) throws -> Store {
    guard exists(results) else {
      throw HarnessError(
        .notComparable, "there is no database at \(path(results)); measure something first")
    }
    return try Store(path: path(results), access: access)
  }
}
