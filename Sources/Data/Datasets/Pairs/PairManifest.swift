import Essentials
import Foundation
import Tensors

/// The pairs of a table, sorted by the bytes of their ids; on disk JSON Lines.
///
/// A line is an object with `id` and any of `image`, `mask`, `text`, `scribble`, `identity`,
/// `group`, `source_text`, `target_text` and `sha256` (an object from `image`, `mask`, `scribble`
/// to 64 hexadecimal digits). Paths are relative to the manifest; `null` means absent; blank lines
/// are allowed.
package struct PairManifest: Equatable, Sendable {
  /// The pairs, sorted by id.
  package let pairs: [Pair]

  /// Sorts pairs by the bytes of their ids.
  ///
  /// - Throws: `DatasetError.invalidID` for an id that is no file name or occurs twice.
  package init(pairs: [Pair]) throws(DatasetError) {
    for pair in pairs {
      if let fault = Identifier.fault(in: pair.id) {
        throw .invalidID(id: pair.id, reason: fault)
      }
    }
    self.pairs = pairs.sorted { Identifier.precedes($0.id, $1.id) }
    for (first, second) in zip(self.pairs, self.pairs.dropFirst()) where first.id == second.id {
      throw .invalidID(id: first.id, reason: "occurs twice")
    }
  }

  /// Reads a manifest and checks that its files exist and lie below its folder.
  ///
  /// A file elsewhere is accepted where its line has the file's SHA-256: whoever wrote that knew the file,
  /// so that nothing of this machine can be had by naming it.
  ///
  /// - Parameters:
  ///   - path: the JSON Lines file.
  ///   - allowsOutside: whether files elsewhere need no SHA-256.
  /// - Throws: `DatasetError`, with file and line where a line is at fault.
  package init(contentsOf path: String, allowsOutside: Bool = false) throws(DatasetError) {
    let folder = Paths.realFolder(of: path)
    var lineOfID: [String: Int] = [:]
    var found: [Pair] = []
    try JSONLines.forEach(
      of: PairLine.self, in: path, keys: PairLine.CodingKeys.allCases.map(\.rawValue)
    ) { line, number throws(DatasetError) in
      if let first = lineOfID.updateValue(number, forKey: line.id) {
        throw .duplicateID(path: path, line: number, id: line.id, firstLine: first)
      }
      let pair = try Self.checked(line, folder: folder, path: path, number: number)
      if !allowsOutside { try Self.checkPlaces(of: pair, in: folder, path: path, number: number) }
      found.append(pair)
    }
    guard !found.isEmpty else { throw .noPairs(place: path, reason: "it has no lines") }
    try self.init(pairs: found)
  }

  /// Writes the manifest, sorted by id, under its name as a whole or not at all.
  ///
  /// - Throws: `DatasetError.unwritable`.
  package func write(to path: String) throws(DatasetError) {
    let folder = Paths.realFolder(of: path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes: [UInt8] = []
    do {
      for pair in pairs {
        bytes += try encoder.encode(PairLine(pair, relativeTo: folder))
        bytes.append(UInt8(ascii: "\n"))
      }
    } catch {
      throw .unwritable(path: path, reason: "a pair cannot be put into JSON")
    }
    try DatasetFiles.write(bytes, to: path)
  }

  /// The same pairs with the SHA-256 of each file, read from disk.
  ///
  /// - Throws: `DatasetError.unreadable`; `.checksumMismatch` if a pair was made for other bytes.
  package func withChecksums(
    using workers: Workers = Workers()
  ) throws(DatasetError) -> PairManifest {
    do {
      return try PairManifest(
        pairs: workers.map(pairs.count) { index, _ in try pairs[index].withChecksums() })
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unreadable(path: "the pairs' files", reason: "\(error)")
    }
  }

  /// SHA-256 over the pairs: ids, texts and the files' SHA-256; a fingerprint of what is measured.
  ///
  /// A file counts by its SHA-256 where that is known and else by its name without folders, so that
  /// moving a dataset changes nothing. After `withChecksums()` it stands for every byte.
  package var contentHash: String {
    var text = "pair-manifest-1\n"
    func add(_ key: String, _ value: String?) {
      // Lengths keep a value from passing for two.
      if let value { text += "\(key) \(value.utf8.count):\(value)\n" }
    }
    for pair in pairs {
      add("id", pair.id)
      for file in PairFile.allCases {
        let name = pair.path(of: file).map { "name " + ($0 as NSString).lastPathComponent }
        add(file.rawValue, pair.checksums[file].map { "sha256 " + $0 } ?? name)
      }
      add("text", pair.text)
      add("identity", pair.identity)
      add("group", pair.group)
      add("source_text", pair.sourceText)
      add("target_text", pair.targetText)
    }
    return FileDigest.sha256(of: text.utf8)
  }
}

extension PairManifest {
  /// Turns a line into a pair whose id, digests and files have been looked at.
  private static func checked(
    _ line: PairLine, folder: String, path: String, number: Int
  ) throws(DatasetError) -> Pair {
    var line = line
    line.sha256 = line.sha256?.mapValues { $0.lowercased() }
    if let fault = Identifier.fault(in: line.id) {
      throw .malformedLine(path: path, line: number, reason: "the id '\(line.id)' \(fault)")
    }
    let pair = line.pair(relativeTo: folder)
    for (role, digest) in (line.sha256 ?? [:]).sorted(by: { $0.key < $1.key }) {
      if let reason = fault(inDigest: digest, of: role, pair: pair) {
        throw .malformedLine(path: path, line: number, reason: reason)
      }
    }
    for file in PairFile.allCases {
      guard let place = pair.path(of: file), !isFile(place) else { continue }
      throw .missingFile(path: path, line: number, role: file.rawValue, file: place)
    }
    return pair
  }

  private static func fault(inDigest digest: String, of role: String, pair: Pair) -> String? {
    guard let file = PairFile(rawValue: role) else {
      return "'sha256' has the unknown key '\(role)'; known are image, mask and scribble"
    }
    if pair.path(of: file) == nil { return "'sha256' names the \(role), but the line has none" }
    return FileDigest.isDigest(digest)
      ? nil : "the SHA-256 of the \(role) is not 64 hexadecimal digits: '\(digest)'"
  }

  /// Refuses a file without SHA-256 that does not lie below the manifest's folder, whatever links lead
  /// to it.
  private static func checkPlaces(
    of pair: Pair, in folder: String, path: String, number: Int
  ) throws(DatasetError) {
    for file in PairFile.allCases where pair.checksums[file] == nil {
      guard let place = pair.path(of: file), !Paths.lies(place, below: folder) else { continue }
      throw .outsideFile(path: path, line: number, role: file.rawValue, file: place)
    }
  }
}
