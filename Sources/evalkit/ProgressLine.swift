import Foundation
import Harness
import Synchronization

/// Progress with rate and remaining time: a bar on a terminal, elsewhere a line now and then.
final class ProgressLine: Sendable {
  private struct State {
    var start = Date()
    var printed = Date.distantPast
  }

  private let state = Mutex(State())
  private let isTerminal: Bool
  private let isSilent: Bool
  private let unit: String

  /// - Parameters:
  ///   - isSilent: whether nothing is to be shown at all.
  ///   - unit: what is counted, in the plural.
  init(isSilent: Bool, unit: String = "pairs") {
    self.isSilent = isSilent
    self.unit = unit
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? "dumb"
    isTerminal = isatty(STDERR_FILENO) == 1 && terminal != "dumb"
  }

  /// Shows how far the work has come.
  func show(_ progress: JobProgress) {
    guard !isSilent else { return }
    let now = Date()
    let elapsed: TimeInterval? = state.withLock { state in
      if progress.finished == 0 { state.start = now }
      let isLast = progress.finished == progress.total
      let interval = isTerminal ? 0.1 : 30
      guard isLast || now.timeIntervalSince(state.printed) >= interval else { return nil }
      // Off a terminal the first line would say nothing.
      if !isTerminal && progress.finished == 0 {
        state.printed = now
        return nil
      }
      state.printed = now
      return now.timeIntervalSince(state.start)
    }
    guard let elapsed else { return }
    let text = text(progress, elapsed: elapsed)
    if isTerminal {
      let end = progress.finished == progress.total ? "\n" : ""
      FileHandle.standardError.write(Data("\r\u{1B}[K\(Self.bar(progress)) \(text)\(end)".utf8))
    } else {
      Console.error("evalkit: \(text)")
    }
  }

  private static func bar(_ progress: JobProgress) -> String {
    let width = 24
    let filled = progress.total == 0 ? width : progress.finished * width / progress.total
    return "[" + String(repeating: "=", count: filled)
      + String(repeating: " ", count: width - filled) + "]"
  }

  private func text(_ progress: JobProgress, elapsed: TimeInterval) -> String {
    var text = "\(progress.finished) of \(progress.total) \(unit)"
    if progress.finished > 0 && elapsed > 0 {
      let rate = Double(progress.finished) / elapsed
      let left = Double(progress.total - progress.finished) / rate
      text += String(format: ", %.1f a second", rate)
      text +=
        progress.finished == progress.total
        ? ", took \(Self.duration(elapsed))" : ", \(Self.duration(left)) left"
    }
    if progress.failures > 0 { text += ", \(progress.failures) failed" }
    return text
  }

  private static func duration(_ seconds: TimeInterval) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
