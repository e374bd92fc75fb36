import Foundation

/// The processes that a command has started, and those that these have started, wherever they have gone.
///
/// A process that leaves its parent's group and session (`setsid`, a double fork) keeps its environment, so a
/// mark in the environment finds it. One that clears its environment, or is another user's, stays unknown.
struct Descendants {
  /// Name of the mark.
  let mark: String

  /// A mark that nothing else has.
  init() { mark = "EVALKIT_COMMAND_\(getpid())_\(UInt64.random(in: 0 ... .max))" }

  /// The variable that a command gets in its environment.
  var variable: String { "\(mark)=1" }

  /// One process that is alive.
  struct Found: Equatable {
    let pid: pid_t
    /// What it is called.
    let name: String
  }

  /// Ends all that are alive.
  ///
  /// - Returns: those that were found, each once.
  func end() -> [Found] {
    var ended: [Found] = []
    // One may start another while the list is read.
    for _ in 0..<20 {
      let found = alive
      guard !found.isEmpty else { break }
      for process in found {
        kill(process.pid, SIGKILL)
        if !ended.contains(where: { $0.pid == process.pid }) { ended.append(process) }
      }
      usleep(2_000)
    }
    return ended
  }

  /// All that have the mark and are not yet dead.
  private var alive: [Found] {
    let wanted = Array(variable.utf8)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(pid_t.init).compactMap { pid in
      // The dead have no environment.
      guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
        environment.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
      else { return nil }
      let name = FileManager.default.contents(atPath: "/proc/\(pid)/comm") ?? Data()
      return Found(
        pid: pid,
        name: String(decoding: name, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
