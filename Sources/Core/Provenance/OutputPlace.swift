import Essentials
import Foundation

/// The files that a job writes when it is done, checked before hours of measuring and not after them.
///
/// What is there already is replaced only where evalkit wrote it, which its contents show, or where somebody
/// said so. What the job itself reads, links, devices and pipes are never replaced.
package struct OutputPlace {
  /// Whether files may be replaced that evalkit did not write.
  package var isReplacing = false
  /// Files that the job reads; nil and missing files are ignored.
  package var inputs: [String?] = []

  /// Sets which files may be replaced and which must not be.
  package init(isReplacing: Bool = false, inputs: [String?] = []) {
    self.isReplacing = isReplacing
    self.inputs = inputs
  }

  /// How many of a file's first bytes are searched for signs of its writer.
  private static let beginning = 16 << 20

  /// Refuses a file that could not or should not be written.
  ///
  /// A file is really made and removed: permissions alone say nothing about read-only mounts.
  ///
  /// - Throws: ``HarnessError`` with the reason.
  package func check(_ path: String, as format: OutputFormat) throws {
    if let objection = try objection(to: path, format) {
      throw HarnessError(.runtime, "\(path) cannot be written: \(objection)")
    }
    do { _ = try AtomicFile(path) } catch {
      throw HarnessError(.runtime, "\(path) cannot be written: \(error.reason)")
    }
  }

  /// Creates a file's folder and checks the file.
  ///
  /// - Throws: ``HarnessError``.
  package func prepare(_ path: String, as format: OutputFormat) throws {
    let folder = PathText.folder(of: path)
    do {
      try FileManager.default.createDirectory(
        atPath: folder.isEmpty ? "." : folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.runtime, "\(path) cannot be written: the folder \(folder) cannot be made")
    }
    try check(path, as: format)
  }

  /// Refuses a folder for many files that holds what evalkit did not put there; hidden files do not count.
  ///
  /// - Parameters:
  ///   - path: the folder, which need not be there.
  ///   - isOwn: whether these names are those of a folder that evalkit filled.
  /// - Throws: ``HarnessError``.
  package func checkFolder(_ path: String, isOwn: (Set<String>) -> Bool) throws {
    guard !isReplacing, let names = try? FileManager.default.contentsOfDirectory(atPath: path),
      !isOwn(Set(names))
    else { return }
    let foreign = names.filter { !$0.hasPrefix(".") && $0 != "lost+found" }.sorted()
    guard let first = foreign.first else { return }
    throw HarnessError(
      .runtime,
      "\(path) cannot be filled: it holds \(first) and other things that evalkit did not put there; "
        + "name another folder or say --force")
  }

  /// Why a file may not be written; nil if it may.
  private func objection(to path: String, _ format: OutputFormat) throws -> String? {
    let kind = FileIdentity(path)
    if let kind, inputs.contains(where: { $0.flatMap(FileIdentity.init) == kind }) {
      return "this command reads it"
    }
    // The link itself would be replaced, /dev/stdout among them.
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
      return "it is a link to \(target); name the file itself"
    }
    guard let kind else { return nil }
    if kind.isFolder { return "it is a folder" }
    guard kind.isFile else { return "it is a device or pipe" }
    if isReplacing && format != .addition { return nil }
    guard let file = FileHandle(forReadingAtPath: path) else { return "it cannot be read" }
    let bytes = [UInt8](try file.read(upToCount: Self.beginning) ?? Data())
    if bytes.isEmpty || format.isOwn(bytes) { return nil }
    if format == .addition { return "it is not a text file, so nothing can be appended to it" }
    let isDatabase = bytes.starts(with: "SQLite format 3".utf8)
    return "it is there, and \(isDatabase ? "a database" : "nothing shows that evalkit wrote it"); "
      + "name another file or say --force"
  }
}
