import Foundation
import Synchronization

/// A line that says how far the work has come: it rewrites itself on a terminal; elsewhere there is one
/// now and then.
final class ProgressLine: Sendable {
  /// Where in the work a text belongs.
  enum Moment {
    /// Nothing is done yet; the clock starts.
    case start
    /// Shown if its time has come.
    case middle
    /// Shown in any case, and left standing.
    case end
  }

  private struct State {
    var start = Date()
    var printed = Date.distantPast
    var isStanding = false
  }

  /// What is counted, in the plural.
  let unit: String
  /// Whether the line rewrites itself.
  let isTerminal: Bool
  private let isSilent: Bool
  private let state = Mutex(State())

  /// - Parameters:
  ///   - isSilent: whether nothing is to be shown at all.
  ///   - unit: what is counted, in the plural.
  init(isSilent: Bool, unit: String = "pairs") {
    self.isSilent = isSilent
    self.unit = unit
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? "dumb"
    isTerminal = isatty(STDERR_FILENO) == 1 && terminal != "dumb"
  }

  /// Shows a text, which is made from the seconds since the start only if it is shown.
  func show(_ moment: Moment = .middle, _ text: (_ elapsed: TimeInterval) -> String) {
    guard !isSilent, let elapsed = elapsed(at: moment) else { return }
    if isTerminal {
      write(text(elapsed) + (moment == .end ? "\n" : ""))
    } else {
      Console.error("evalkit: \(text(elapsed))")
    }
  }

  /// Takes away what is left of a line that has no end of its own.
  func clear() {
    let wasStanding = state.withLock { state in
      defer { state.isStanding = false }
      return state.isStanding
    }
    if wasStanding { write("") }
  }

  /// The seconds since the start; nil where nothing is due.
  private func elapsed(at moment: Moment) -> TimeInterval? {
    let now = Date()
    return state.withLock { state in
      if moment == .start { state.start = now }
      let isDue = now.timeIntervalSince(state.printed) >= (isTerminal ? 0.1 : 30)
      guard moment == .end || isDue else { return nil }
      state.printed = now
      // Off a terminal the first line would say nothing.
      guard isTerminal || moment != .start else { return nil }
      state.isStanding = isTerminal && moment != .end
      return now.timeIntervalSince(state.start)
    }
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }
}
