import Foundation
import Synchronization

/// Temporary files of ``AtomicFile`` that processes left behind when they were killed.
enum Leftovers {
  /// Folders that this process has looked at.
  private static let known = Mutex<Set<String>>([])

  /// A name for a temporary file beside `path`: `.<name>.<process>-<number>.partial`.
  static func name(for path: String, in folder: String) -> String {
    let name = (path as NSString).lastPathComponent
    let unique = "\(getpid())-\(UInt64.random(in: 0 ... .max))"
    return (folder as NSString).appendingPathComponent(".\(name).\(unique).partial")
  }

  /// Removes abandoned temporary files from a folder, once per process.
  ///
  /// Writers hold a lock, on other machines too; nothing is removed on file systems without locks.
  static func clear(_ folder: String) {
    guard known.withLock({ $0.insert(folder).inserted }) else { return }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for name in names where isTemporary(name) {
      let path = (folder as NSString).appendingPathComponent(name)
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }

  /// Whether a name is one that ``name(for:in:)`` gives.
  static func isTemporary(_ name: String) -> Bool {
    guard name.hasPrefix("."), name.hasSuffix(".partial") else { return false }
    let stem = name.dropFirst().dropLast(".partial".count)
    guard let dot = stem.lastIndex(of: "."), dot != stem.startIndex else { return false }
    let numbers = stem[stem.index(after: dot)...].split(
      separator: "-", omittingEmptySubsequences: false)
    return numbers.count == 2
      && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
