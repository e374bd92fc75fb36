import Essentials
import Foundation
import Terms

/// A place that holds protocols: one `.yaml` file for each table, and more in the folders `claims` and `gates`.
package enum ProtocolSource: Equatable, Sendable {
  /// A folder that somebody named; each of its `.yaml` files has to be a protocol.
  case folder(URL)
  /// The files that are part of the program.
  case program
  /// The folder `Protocols` of whatever place the program is started in; files that are no protocols do not count.
  case workingFolder(URL)

  /// What the files are for.
  enum Part: String {
    case tables = ""
    case gates = "gates/"
    case claims = "claims/"
  }

  /// What begins the names of the program's own files.
  private static let ownPrefix = "Protocols/"

  /// What messages call it.
  var place: String {
    switch self {
    case .folder(let url), .workingFolder(let url): url.path
    case .program: "evalkit"
    }
  }

  /// What messages call a file.
  func path(of name: String, in part: Part) -> String {
    switch self {
    case .folder(let url), .workingFolder(let url):
      url.appendingPathComponent("\(part.rawValue)\(name).yaml").path
    case .program: "evalkit's own \(part.rawValue)\(name).yaml"
    }
  }

  /// The names of the files of a part, without `.yaml`; hidden files do not count.
  ///
  /// - Throws: `TableError` where a named folder cannot be listed; folders `claims` and `gates` may be missing.
  func names(in part: Part) throws(TableError) -> [String] {
    switch self {
    case .program:
      let prefix = Self.ownPrefix + part.rawValue
      return EmbeddedFile.names.filter { $0.hasPrefix(prefix) }
        .map { String($0.dropFirst(prefix.count)) }.filter { !$0.contains("/") }
        .compactMap(Self.name)
    case .folder(let url), .workingFolder(let url):
      let folder = url.appendingPathComponent(part.rawValue).path
      do {
        return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap(Self.name)
      } catch {
        if self == .workingFolder(url) || part != .tables { return [] }
        throw TableError(
          file: folder, problem: .unreadable(reason: "no such folder, or no right to list it"))
      }
    }
  }

  /// A file's text.
  ///
  /// - Throws: `TableError` for what is no file, larger than 1 MiB or no UTF-8 text.
  func text(of name: String, in part: Part) throws(TableError) -> String {
    let path = path(of: name, in: part)
    guard self == .program else { return try Self.text(ofFile: path) }
    let own = "\(Self.ownPrefix)\(part.rawValue)\(name).yaml"
    return try Self.text(EmbeddedFile.bytes(of: own) ?? [], of: path)
  }

  /// The text of a file anywhere.
  ///
  /// - Throws: as ``text(of:in:)``.
  static func text(ofFile path: String) throws(TableError) -> String {
    let limit = 1 << 20
    let bytes: [UInt8]
    do { bytes = try RegularFile(path).contents(upTo: limit + 1) } catch {
      throw TableError(file: path, problem: .unreadable(reason: error.reason))
    }
    guard bytes.count <= limit else {
      throw TableError(
        file: path, problem: .unreadable(reason: "it is larger than \(limit) bytes"))
    }
    return try text(bytes, of: path)
  }

  private static func text(_ bytes: [UInt8], of path: String) throws(TableError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TableError(file: path, problem: .unreadable(reason: "it is not UTF-8 text"))
    }
    return text
  }

  private static func name(_ file: String) -> String? {
    file.hasSuffix(".yaml") && !file.hasPrefix(".") ? String(file.dropLast(".yaml".count)) : nil
  }
}
