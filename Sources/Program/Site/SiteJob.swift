import Essentials
import Foundation
import Gate
import Provenance
import Reports
import Runs
import Store
import Tables
import Tensors

/// Writes a results database as a site of static pages: an overview, the history of every metric, runs with their
/// verdicts, claims.
///
/// The pages need no server: they link to each other by relative paths and load nothing from elsewhere. Style and script
/// are files of their own, once for all pages.
package struct SiteJob: RunConfigurable {
  /// How the job runs.
  package var runOptions = RunOptions()
  private let folder: String

  /// What was written.
  package struct Summary: Sendable, Encodable {
    private let schema = 1
    /// The first page.
    package let page: String
    /// Files, and how long they are together.
    package let files, bytes: Int
    /// Runs that have a page.
    package let runs: Int

    /// The same as JSON.
    package var json: String { JSONText.encode(self, pretty: true) }

    /// For people.
    package var text: String {
      "\(page): \(runs.grouped) runs in \(files.grouped) files of \(bytes.inBytes)"
    }
  }

  /// Prepares to fill a folder.
  package init(folder: String) { self.folder = folder }

  /// Writes the site; pages of runs that are no longer stored are removed.
  ///
  /// - Returns: what was written.
  /// - Throws: ``HarnessError`` where there is no database, or for a folder that holds something else; errors of the
  ///   store and of files.
  package func run() throws -> Summary {
    let store = try ResultsDatabase.open(self.results)
    try OutputPlace(isReplacing: self.isReplacing).checkFolder(folder) {
      $0.contains("index.html") && $0.contains("page.js")
    }
    var history = HistoryJob()
    history.runOptions = runOptions
    var claims = try ClaimsJob("all")
    claims.runOptions = runOptions
    let records = try store.runs(limit: .max)
    let runs = try self.workers.map(records.count) { index, _ in
      try SiteRun(records[index], in: store)
    }
    let site = Site(runs: runs, history: try history.report(), claims: try claims.report())
    let protocols = try ProtocolLibrary.files()
    // A protocol that is gone leaves the metrics' own columns.
    let tables = Set(runs.map(\.table)).reduce(into: [:]) { $0[$1] = try? protocols.table($1) }
    var files = site.pages
    files += try self.workers.map(runs.count) { index, _ in
      try runs[index].files(
        of: tables[runs[index].table], isLatest: site.isLatest(runs[index]),
        after: site.predecessor(of: runs[index]), runOptions, in: store)
    }.joined()
    try removeOld(keeping: Set(files.map(\.path)))
    for file in files {
      let path = "\(folder)/\(file.path)"
      try FileManager.default.createDirectory(
        atPath: PathText.folder(of: path), withIntermediateDirectories: true)
      try AtomicFile.write(file.bytes, to: path)
    }
    return Summary(
      page: "\(folder)/index.html", files: files.count,
      bytes: files.reduce(0) { $0 + $1.bytes.count }, runs: runs.count)
  }

  /// Removes pages that an earlier call wrote and this one does not.
  private func removeOld(keeping paths: Set<String>) throws {
    for part in [Site.runFolder, Site.historyFolder] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)")) ?? []
      for name in names where name.hasSuffix(".html") && !paths.contains("\(part)/\(name)") {
        try FileManager.default.removeItem(atPath: "\(folder)/\(part)/\(name)")
      }
    }
  }
}

/// A file of the site.
struct SiteFile {
  /// From the site's folder.
  let path: String
  let bytes: [UInt8]

  init(_ path: String, _ text: String) {
    self.path = path
    bytes = Array(text.utf8)
  }

  init(_ path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
