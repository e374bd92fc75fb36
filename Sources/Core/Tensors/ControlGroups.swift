import Foundation

/// What the control groups of this process, and those around them, let it have; containers and job schedulers set them.
///
/// Source: the Linux kernel's documentation, "Control Group v2" and "Control Groups version 1".
package struct ControlGroups {
  private let text: (String) -> String?

  /// Reads the system's files, or others that stand for them.
  ///
  /// - Parameter text: a file's text by its path; nil where there is none.
  package init(
    text: @escaping (String) -> String? = { try? String(contentsOfFile: $0, encoding: .utf8) }
  ) {
    self.text = text
  }

  /// Bytes of memory; nil where no group has a limit.
  package var memory: Int? {
    folders(of: "memory").compactMap { folder, isSecond in
      numbers(folder + (isSecond ? "/memory.max" : "/memory.limit_in_bytes")).first
    }.min()
  }

  /// Cores whose time the process may take, 1.5 for example; nil where no group has a limit.
  package var cores: Double? {
    folders(of: "cpu").compactMap { folder, isSecond in
      // A quota without limit is no number, or −1.
      let share =
        isSecond
        ? numbers("\(folder)/cpu.max")
        : numbers("\(folder)/cpu.cfs_quota_us") + numbers("\(folder)/cpu.cfs_period_us")
      guard share.count == 2, share[0] > 0, share[1] > 0 else { return nil }
      return Double(share[0]) / Double(share[1])
    }.min()
  }

  /// Folders of the groups that limit something, each with those around it, and whether they are of version 2.
  private func folders(of controller: String) -> [(String, isSecond: Bool)] {
    (text("/proc/self/cgroup") ?? "").split(separator: "\n").flatMap {
      line -> [(String, isSecond: Bool)] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isSecond = fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains(Substring(controller)) else {
        return []
      }
      let root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
      let names = fields[2].split(separator: "/")
      return (0...names.count).map { depth in
        (([root] + names.prefix(depth).map(String.init)).joined(separator: "/"), isSecond)
      }
    }
  }

  /// The whole numbers of a file; words count as none.
  private func numbers(_ path: String) -> [Int] {
    (text(path) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
  }
}
