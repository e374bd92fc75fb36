import Essentials
import Foundation
import Provenance
import Runs
import Store
import Tensors

/// The baselines of a results folder: files that are reviewed, and a copy in the database.
///
/// The files are authoritative; the copy replaces them where they are gone, and `list` shows it.
package struct BaselineLibrary {
  private let results: String
  private var folder: String { results + "/baselines" }

  /// Refers to a results folder without touching it.
  package init(results: String) { self.results = results }

  // MARK: Commands

  /// Freezes a run under a name, replacing the previous baseline of that name.
  ///
  /// - Parameters:
  ///   - name: letters, digits, `.`, `-` and `_`.
  ///   - run: a run's id or the beginning of one; nil takes the latest.
  ///   - jobs: threads; nil takes all cores.
  /// - Returns: what was written, as one sentence; then one for each metric that later runs cannot be
  ///   compared in as usual.
  /// - Throws: ``HarnessError`` for a name that is no file name, a run that is not there or says
  ///   nothing; errors of the store.
  package func set(_ name: String, run: String?, jobs: Int?) throws -> String {
    try Self.check(name)
    let store = try ResultsDatabase.open(results, access: .readWrite)
    let stored = try StoredRun.find(run, in: store)
    let maker = BaselineMaker(
      name: name, run: stored, store: store, workers: Workers(count: jobs))
    let files = try maker.files()
    let document = JSONText.encode(files.document, pretty: true) + "\n"
    try OutputPlace().prepare(path(of: name), as: .baseline)
    // The companion first: a JSON file never names one that is not there.
    try AtomicFile.write(
      Array(files.images.text.utf8), to: folder + "/" + files.document.images.file)
    try AtomicFile.write(Array(document.utf8), to: path(of: name))
    try store.replace(
      BaselineRecord(
        name: name, run: stored.record.id, document: document, images: files.images.text))
    let methods = files.document.methods.map(\.name).joined(separator: ", ")
    let sentence =
      "baseline \(name) is run \(stored.record.id) (\(methods)), written to \(path(of: name))"
    return ([sentence] + maker.notes).joined(separator: "\n")
  }

  /// One line for each baseline.
  package func list(json: Bool) throws -> String {
    let entries = try names().map { name in
      let document = try files(name).document
      return ListEntry(
        name: name, run: document.run.id, protocol: document.run.protocol,
        created: document.run.created, methods: document.methods.map(\.name))
    }
    if json { return JSONText.encode(entries, pretty: true) }
    if entries.isEmpty { return "no baselines in \(folder)" }
    return entries.map { entry in
      "\(entry.name): run \(entry.run) of \(entry.protocol), \(entry.created), "
        + entry.methods.joined(separator: ", ")
    }.joined(separator: "\n")
  }

  /// A baseline in words, or its file.
  package func show(_ name: String, json: Bool) throws -> String {
    let document = try files(name).document
    if json { return JSONText.encode(document, pretty: true) }
    let head =
      "\(name): run \(document.run.id) of \(document.run.protocol), \(document.run.created), "
      + "\(document.run.pairs) pairs, weights \(document.run.weights)"
    let rows = document.methods.flatMap { method in
      ["\(method.name): \(method.scored) scored, \(method.failed) failed"]
        + method.scores.keys.sorted().map { metric in
          let score = method.scores[metric]
          let value = score?.value.map { "\($0)" } ?? "none (\(score?.reason ?? ""))"
          let error = score?.standardError.map { " ± \($0)" } ?? ""
          return "  \(metric) \(value)\(error), n = \(score?.count ?? 0), "
            + "fingerprint \(score?.fingerprint.prefix(12) ?? "")"
        }
    }
    return ([head] + rows).joined(separator: "\n")
  }

  /// Removes a baseline's files and its copy.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` if there is none.
  package func delete(_ name: String) throws -> String {
    try Self.check(name)
    try requireKnown(name)
    for file in [path(of: name), folder + "/\(name).images.tsv"]
    where FileManager.default.fileExists(atPath: file) {
      do { try FileManager.default.removeItem(atPath: file) } catch {
        throw HarnessError(.runtime, "\(file) cannot be removed")
      }
    }
    if ResultsDatabase.exists(results) {
      _ = try ResultsDatabase.open(results, access: .readWrite).deleteBaseline(name)
    }
    return "baseline \(name) is deleted"
  }

  private struct ListEntry: Encodable {
    let name, run: String
    let `protocol`: String
    let created: String
    let methods: [String]
  }

  // MARK: Reading

  /// Reads a baseline.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` if there is none, or its files do not belong
  ///   together.
  func files(_ name: String) throws -> BaselineFiles {
    try Self.check(name)
    guard FileManager.default.fileExists(atPath: path(of: name)) else {
      try requireKnown(name)
      guard let copy = try ResultsDatabase.open(results).baseline(name) else {
        throw HarnessError(.notComparable, "\(folder) has no baseline '\(name)'")
      }
      return try parse(
        copy.document, path(of: name), images: { _ in copy.images })
    }
    return try parse(try text(of: path(of: name)), path(of: name)) { file in
      try text(of: folder + "/" + file)
    }
  }

  /// Every baseline's document, sorted by name.
  func documents() throws -> [BaselineDocument] { try names().map { try files($0).document } }

  private func parse(
    _ text: String, _ path: String, images: (String) throws -> String
  ) throws -> BaselineFiles {
    let document: BaselineDocument
    do { document = try JSONDecoder().decode(BaselineDocument.self, from: Data(text.utf8)) } catch {
      throw HarnessError(
        .notComparable, "\(path) is not a baseline of this version; set it anew")
    }
    guard document.schema == 1, !document.images.file.contains("/") else {
      throw HarnessError(.notComparable, "\(path) is of another version; set it anew")
    }
    let companion = try images(document.images.file)
    let place = folder + "/" + document.images.file
    guard FileDigest.sha256(of: companion.utf8) == document.images.sha256 else {
      throw HarnessError(
        .notComparable, "\(place) is not the file that \(path) was written with; set it anew")
    }
    let files = BaselineFiles(
      document: document, images: try BaselineImages(parsing: companion, file: place))
    if let objection = BaselineCheck(files).objection {
      throw HarnessError(
        .notComparable, "\(path) contradicts itself: \(objection); set the baseline anew")
    }
    return files
  }

  private func text(of path: String) throws -> String {
    do { return String(decoding: try RegularFile(path).contents(), as: UTF8.self) } catch {
      throw HarnessError(.notComparable, "\(error)")
    }
  }

  /// Names of the files and of copies without them, sorted.
  private func names() throws -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let named = files.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
      .map { String($0.dropLast(".json".count)) }
    let copies =
      ResultsDatabase.exists(results) ? try ResultsDatabase.open(results).baselineNames() : []
    return Set(named + copies).sorted()
  }

  private func requireKnown(_ name: String) throws {
    let known = try names()
    guard !known.contains(name) else { return }
    let refusal =
      known.isEmpty
      ? "unknown baseline '\(name)'; none has been set, see 'evalkit baseline set --help'"
      : Spelling.refusal(of: name, as: "baseline", known: known)
    throw HarnessError(.notComparable, "\(folder): \(refusal)")
  }

  // MARK: Places

  private func path(of name: String) -> String { "\(folder)/\(name).json" }

  private static func check(_ name: String) throws {
    let allowed = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || "-_.".utf8.contains(byte)
    }
    guard allowed, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 100 else {
      throw HarnessError(
        .usage,
        "'\(name)' cannot name a baseline; use letters, digits, '-', '_' and '.', at most 100")
    }
  }
}
