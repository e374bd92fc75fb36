import Essentials
import Foundation

/// Brings a file that is already on this machine into the weights folder under its published name.
package struct WeightImport: Sendable {
  /// How the bytes get there.
  package enum Manner: Sendable {
    case copy
    /// A symbolic link to the file where it lies.
    case link
  }

  /// Why a file was not taken.
  package struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which file was refused, why, and what to do instead.
    package let description: String
  }

  private let folder: String
  private let manner: Manner

  /// Prepares to import into a folder.
  package init(into folder: String, manner: Manner) {
    self.folder = folder
    self.manner = manner
  }

  /// Imports one file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: the published name it is to have; nil finds it by the digest.
  /// - Returns: where it stands now.
  /// - Throws: ``Refusal`` or `FileError`.
  package func run(_ path: String, as name: String? = nil) throws -> String {
    let digest = try FileDigest.sha256(ofFile: path)
    let weights = try published(path, digest: digest, name: name)
    let destination = "\(folder)/\(weights.fileName)"
    if FileManager.default.fileExists(atPath: destination) {
      guard try FileDigest.sha256(ofFile: destination) == digest else {
        throw Refusal(
          description: "\(destination) exists and holds other bytes; remove it to replace it")
      }
      return destination
    }
    let parent = PathText.folder(of: destination)
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    switch manner {
    case .copy: try copy(path, to: destination)
    case .link:
      try FileManager.default.createSymbolicLink(
        atPath: destination, withDestinationPath: URL(fileURLWithPath: path).path)
    }
    return destination
  }

  private func published(_ path: String, digest: String, name: String?) throws -> PublishedWeights {
    guard let name else {
      let found = WeightCatalogue.files.filter { $0.digest.matches(digest) == true }
      if let weights = found.first { return weights }
      throw Refusal(
        description:
          "\(path) is none of the published files: its SHA-256 is \(digest). "
          + (Self.strangeness(of: path).map { "It \($0). " } ?? "")
          + "Name it in a weights manifest\(Self.namesWithoutDigest)")
    }
    guard let weights = WeightCatalogue.files.first(where: { $0.fileName == name }) else {
      let question = Spelling.question(for: name, among: WeightCatalogue.files.map(\.fileName))
      throw Refusal(
        description: "unknown published file '\(name)'; "
          + (question ?? "see 'evalkit weights list'"))
    }
    let md5 = try weights.digest.md5.flatMap { _ in try FileDigest.md5(ofFile: path) }
    guard weights.digest.matches(digest) != false, md5 == nil || md5 == weights.digest.md5 else {
      throw Refusal(
        description:
          "\(path) has \(weights.digest.algorithm) \(md5 ?? digest), which is not that of "
          + "the published \(name); name it in a weights manifest to use it anyway")
    }
    return weights
  }

  /// The files that `--as` is needed for, since their SHA-256 is not published.
  private static var namesWithoutDigest: String {
    let names = WeightCatalogue.files.filter { $0.digest.matches("") == nil }.map(\.fileName)
    return names.isEmpty
      ? "" : ", or, if it is \(names.joined(separator: " or ")), say so with --as"
  }

  /// What a file without weights is, judged by its beginning.
  private static func strangeness(of path: String) -> String? {
    guard let file = try? ByteStore(path: path).slice else { return nil }
    return StrangeFile(file)?.reason
  }

  private func copy(_ path: String, to destination: String) throws {
    let target = try AtomicFile(destination)
    var failure: FileError?
    try RegularFile(path).forEachPiece { piece in
      guard failure == nil else { return }
      do throws(FileError) { try target.append(piece) } catch { failure = error }
    }
    if let failure { throw failure }
    try target.commit()
  }
}
