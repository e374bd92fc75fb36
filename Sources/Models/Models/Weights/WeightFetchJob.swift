import Checkpoints
import Essentials
import Foundation
import Provenance

/// Puts a file of this machine into the weights folder under its published name.
package struct WeightImportJob: Sendable {
  private let work: WeightImport

  /// - Parameters:
  ///   - folder: the folder of weights.
  ///   - isLinking: whether to make symbolic links instead of copies.
  package init(into folder: String, isLinking: Bool) {
    work = WeightImport(into: folder, manner: isLinking ? .link : .copy)
  }

  /// Imports files, each found by its digest unless a published name is given; one that is refused does not
  /// keep the others from being imported.
  ///
  /// - Parameters:
  ///   - paths: the files.
  ///   - name: the published name that a single file is to have.
  ///   - done: told of each file that is there now, and where.
  /// - Throws: ``HarnessError`` with every reason, once all files have been tried.
  package func run(
    _ paths: [String], as name: String?, done: (_ path: String, _ place: String) throws -> Void
  ) throws {
    var refusals: [String] = []
    for path in paths {
      let place: String
      do { place = try work.run(path, as: name) } catch {
        refusals.append("\(error)")
        continue
      }
      try done(path, place)
    }
    guard let first = refusals.first else { return }
    throw HarnessError(
      .runtime,
      paths.count == 1
        ? first
        : "\(refusals.count) of \(paths.count) files were not imported:"
          + refusals.map { "\n  \($0)" }.joined())
  }
}

/// Fetches what a user names of the published files.
package struct WeightFetchJob: Sendable {
  /// What became of one file.
  package struct Entry: Encodable, Equatable, Sendable {
    /// Name in the catalogue.
    package let file: String
    /// One of `present`, `fetched`, `failed`, or `would fetch` on a rehearsal.
    package let state: String
    /// Where it stands, or why it does not.
    package let detail: String
    /// SHA-256 of what was fetched.
    package let sha256: String?
  }

  /// The files to fetch, in the order of the catalogue.
  package let files: [PublishedWeights]
  private let folder: String
  private let mirror: URL?

  /// Finds the files that words name.
  ///
  /// - Parameters:
  ///   - words: networks, roles, papers or file names; `all` means every file.
  ///   - folder: the folder of weights.
  ///   - mirror: a folder of the same files on another server.
  /// - Throws: ``HarnessError`` of kind `usage` for a word that names nothing.
  package init(_ words: [String], into folder: String, mirror: String? = nil) throws {
    let wanted = try words.map(Self.selected)
    files = WeightCatalogue.files.filter { file in wanted.contains { $0.contains(file) } }
    self.folder = folder
    self.mirror = try mirror.map { text in
      guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host != nil
      else {
        throw HarnessError(.usage, "--mirror must be an http or https address, not '\(text)'")
      }
      return url
    }
  }

  /// Fetches one file after the other; a failure does not keep the others from being fetched.
  ///
  /// - Parameters:
  ///   - isRehearsal: whether to say only what would be fetched.
  ///   - progress: told of the bytes of a file that have arrived; returns whether to go on.
  /// - Returns: what became of each.
  package func run(
    isRehearsal: Bool,
    progress: @escaping @Sendable (_ file: String, _ bytes: Int, _ total: Int?) -> Bool
  ) -> [Entry] {
    var entries: [Entry] = []
    for file in files {
      entries.append(
        isRehearsal ? rehearse(file) : fetch(file) { progress(file.fileName, $0, file.bytes) })
      if entries.last?.state == "stopped" { break }
    }
    return entries
  }

  private func rehearse(_ file: PublishedWeights) -> Entry {
    let path = WeightCatalogue.path(of: file, in: folder)
    return Entry(
      file: file.fileName, state: path == nil ? "would fetch" : "present",
      detail: path ?? (mirror?.appendingPathComponent(file.fileName) ?? file.address)?
        .absoluteString
        ?? file.source, sha256: nil)
  }

  private func fetch(
    _ file: PublishedWeights, progress: @escaping @Sendable (_ bytes: Int) -> Bool
  ) -> Entry {
    do {
      switch try WeightFetch(file, into: folder, mirror: mirror).run(progress: progress) {
      case .present(let path):
        return Entry(file: file.fileName, state: "present", detail: path, sha256: nil)
      case .fetched(let path, let sha256):
        return Entry(file: file.fileName, state: "fetched", detail: path, sha256: sha256)
      }
    } catch {
      let state = error.kind == .cancelled ? "stopped" : "failed"
      return Entry(file: file.fileName, state: state, detail: error.reason, sha256: nil)
    }
  }

  private static func selected(_ word: String) throws -> Set<PublishedWeights> {
    if word == "all" { return Set(WeightCatalogue.files) }
    let found = WeightCatalogue.files.filter { file in
      names(of: file).contains(word)
    }
    guard found.isEmpty else { return Set(found) }
    let question = Spelling.question(for: word, among: Set(WeightCatalogue.files.flatMap(names)))
    throw HarnessError(
      .usage,
      "unknown network, role, paper or published file '\(word)'; "
        + (question.map { "\($0) " } ?? "") + "'evalkit weights list' names all")
  }

  private static func names(of file: PublishedWeights) -> [String] {
    file.networks + file.papers + [file.role.rawValue, file.fileName]
  }
}
