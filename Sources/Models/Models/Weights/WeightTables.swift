import Checkpoints
import Essentials
import Foundation
import Provenance

/// What `evalkit weights list` and `verify` print.
package enum WeightTables {
  /// One published file as JSON has it.
  package struct Entry: Encodable, Sendable {
    let file: String
    let otherNames: [String]
    let role: String
    let networks: [String]
    let bytes: Int?
    let sha256: String?
    let md5: String?
    let tensors: Int?
    let parameters: Int?
    let papers: [String]
    let licence: String
    let source: String
    /// Where it lies in the weights folder, whatever its bytes; nil where it is missing.
    let path: String?
  }

  /// The catalogue of published files and what a folder has of them.
  package static func entries(in folder: String) -> [Entry] {
    WeightCatalogue.files.map {
      Entry(
        file: $0.fileName, otherNames: $0.otherNames, role: $0.role.rawValue,
        networks: $0.networks, bytes: $0.bytes, sha256: $0.digest.sha256, md5: $0.digest.md5,
        tensors: $0.tensorCount, parameters: $0.parameterCount, papers: $0.papers,
        licence: $0.license, source: $0.source, path: WeightCatalogue.path(of: $0, in: folder))
    }
  }

  /// The catalogue as a table for terminals, sources below; presence is told by name alone.
  package static func list(_ folder: String) -> String {
    var table = TextTable([
      ("file", .left), ("role", .left), ("networks", .left), ("size", .right), ("SHA-256", .left),
      ("present", .left), ("licence", .left),
    ])
    for file in WeightCatalogue.files {
      table.add([
        file.fileName, file.role.rawValue,
        file.networks.count > 2
          ? "\(file.networks.count) CLIP models" : file.networks.joined(separator: ", "),
        file.bytes?.inBytes ?? "?", file.digest.text,
        WeightCatalogue.path(of: file, in: folder) == nil ? "no" : "yes", file.license,
      ])
    }
    let sources = WeightCatalogue.files.map { "  \($0.fileName)\n    \($0.source)" }
    return table.text + "\n\nfolder: \(folder)\n\nsources\n" + sources.joined(separator: "\n")
  }
}

extension PublishedWeights.Digest {
  /// The first digits, for a table.
  var text: String {
    sha256.map { "\($0.prefix(8))…" } ?? md5.map { "MD5 \($0.prefix(8))…" } ?? "unknown"
  }
}

/// Whether weight files are the published ones.
package struct WeightCheck: Encodable, Sendable {
  /// Verdict on one file.
  package struct File: Encodable, Equatable, Sendable {
    /// Name in the catalogue; of other files their own.
    package let file: String
    /// Where it lies; nil where it is missing.
    package let path: String?
    /// One of `ok`, `missing`, `wrong size`, `wrong hash`, `unknown hash`, `unreadable`, `not listed`.
    package let state: String
    /// What differs.
    package let detail: String
    /// Whether it is there and not what it should be.
    package let isWrong: Bool
  }

  /// All verdicts, in the order of the catalogue.
  package let files: [File]

  /// Files that are there and are not what they should be.
  package var wrong: [File] { files.filter(\.isWrong) }

  /// Checks a folder of weights, or a single file.
  ///
  /// A single file goes by its name and, where no published file has that name, by its digest.
  ///
  /// - Throws: ``HarnessError`` if there is nothing at the path, or if it is a file that nobody published;
  ///   `CheckpointError` for files that cannot be read.
  package init(_ path: String) throws {
    switch PathKind(at: path) {
    case nil: throw HarnessError(.runtime, "there is neither a file nor a folder at \(path)")
    case .folder:
      let listed = WeightCatalogue.verify(path).map { File($0.weights, $0.path, $0.state) }
      files = listed + Self.others(in: path, beside: Set(listed.compactMap(\.path)))
    case .file:
      files = try Self.candidates(for: path).map { weights in
        File(weights, path, WeightCatalogue.state(of: weights, at: path))
      }
    }
  }

  /// Files of a folder under names that the catalogue does not know; only a digest can tell them.
  private static func others(in folder: String, beside known: Set<String>) -> [File] {
    let entries = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return entries.sorted().compactMap { entry in
      let path = "\(folder)/\(entry)"
      let isHidden = entry.split(separator: "/").contains { $0.hasPrefix(".") }
      guard PathKind(at: path) != .folder, !isHidden, !known.contains(path) else { return nil }
      return other(entry, at: path)
    }
  }

  private static func other(_ name: String, at path: String) -> File {
    do {
      let digest = try FileDigest.sha256(ofFile: path)
      let twin = WeightCatalogue.files.first { $0.digest.matches(digest) == true }
      return File(
        file: name, path: path, state: twin == nil ? "not listed" : "ok",
        detail: digest + (twin.map { ", the same as \($0.fileName)" } ?? ""), isWrong: false)
    } catch {
      return File(
        file: name, path: path, state: "unreadable", detail: error.reason, isWrong: true)
    }
  }

  private static func candidates(for path: String) throws -> [PublishedWeights] {
    let name = (path as NSString).lastPathComponent
    let named = WeightCatalogue.files.filter { weights in
      ([weights.fileName] + weights.otherNames).contains {
        ($0 as NSString).lastPathComponent == name
      }
    }
    if !named.isEmpty { return named }
    let digest = try FileDigest.sha256(ofFile: path)
    let same = WeightCatalogue.files.filter { $0.digest == .exact(digest) }
    guard same.isEmpty else { return same }
    throw HarnessError(
      .runtime,
      "\(path) is none of the published files, neither by its name nor by its SHA-256 "
        + "\(digest); 'evalkit weights list' names them")
  }

  /// The verdict in words.
  package var verdict: String {
    wrong.isEmpty
      ? "no file differs from the published one"
      : "\(wrong.count) file\(wrong.count == 1 ? " is" : "s are") not as published: "
        + wrong.compactMap(\.path).joined(separator: ", ")
  }

  /// A table for terminals; missing files are only named.
  package var text: String {
    var table = TextTable([("file", .left), ("state", .left), ("", .left)])
    for file in files {
      guard let path = file.path else { continue }
      table.add([path, file.state, file.detail])
    }
    let missing = files.filter { $0.path == nil }.map(\.file)
    let rest = missing.isEmpty ? "" : "missing: \(missing.joined(separator: ", "))"
    let present = files.count == missing.count ? "" : table.text
    return [present, rest].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }
}

extension WeightCheck.File {
  fileprivate init(
    _ weights: PublishedWeights, _ path: String?, _ state: WeightVerification.State
  ) {
    let (word, detail, isWrong): (String, String, Bool) =
      switch state {
      case .missing: ("missing", "", false)
      case .ok(let digest): ("ok", digest, false)
      case .wrongSize(let found, let expected):
        ("wrong size", "\(found.grouped) bytes, published are \(expected.grouped)", true)
      case .wrongHash(let found, let expected):
        ("wrong hash", "\(found), published is \(expected)", true)
      case .unknownHash(let found): ("unknown hash", "\(found); none was published", false)
      case .unreadable(let reason): ("unreadable", reason, true)
      }
    self.init(
      file: weights.fileName, path: path, state: word, detail: detail, isWrong: isWrong)
  }
}
