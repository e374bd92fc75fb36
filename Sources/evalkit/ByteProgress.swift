import Foundation
import Synchronization

/// How much of a file has arrived: a line that rewrites itself on a terminal, elsewhere one now and
/// then.
final class ByteProgress: Sendable {
  private let printed = Mutex(Date.distantPast)
  private let isTerminal: Bool
  private let isSilent: Bool

  /// - Parameter isSilent: whether nothing is to be shown at all.
  init(isSilent: Bool) {
    self.isSilent = isSilent
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// Shows the bytes of a file that are there, of all if their number is known.
  func show(_ file: String, _ count: Int, of total: Int?) {
    guard !isSilent else { return }
    let now = Date()
    let isDue = printed.withLock { printed in
      guard now.timeIntervalSince(printed) >= (isTerminal ? 0.2 : 30) else { return false }
      printed = now
      return true
    }
    guard isDue else { return }
    let megabytes = String(format: "%.1f", Double(count) / 1e6)
    let share = total.map {
      String(format: " of %.1f MB, %d %%", Double($0) / 1e6, 100 * count / $0)
    }
    let text = "\(file): \(megabytes)\(share ?? " MB")"
    if isTerminal {
      FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    } else {
      Console.error("evalkit: \(text)")
    }
  }

  /// Leaves the line.
  func end() {
    guard !isSilent, isTerminal, printed.withLock({ $0 }) != .distantPast else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
