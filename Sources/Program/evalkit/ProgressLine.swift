import Foundation
import Harness
import Provenance
import Synchronization

/// A line that says how far the work has come: it rewrites itself on a terminal; elsewhere there is one
/// now and then.
final class ProgressLine: Sendable {
  /// What the line says: a bar where a share is known, and words.
  struct Content {
    /// The finished share, 0…1; nil shows no bar.
    var share: Double?
    var text: String
  }

  private struct State {
    var clock = ActivityClock()
    var activity: String?
    var printed = Date()
    var latest: Content?
    /// Tells of windows of another size.
    var resizing: (any DispatchSourceSignal)?
  }

  /// What is counted, in the plural.
  private let unit: String
  /// Whether the line rewrites itself.
  private let isTerminal: Bool
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
    guard isTerminal && !isSilent else { return }
    state.withLock { state in
      let source = DispatchSource.makeSignalSource(
        signal: SIGWINCH, queue: DispatchQueue(label: "resizing"))
      source.setEventHandler { [weak self] in self?.redraw() }
      source.resume()
      state.resizing = source
    }
  }

  /// Shows how many pieces are done, with rate and remaining time, behind a bar on a terminal.
  ///
  /// The end of what the job is about is left standing; everything else gives way to what follows.
  func show(_ progress: JobProgress) {
    guard !isSilent else { return }
    let isEnd = progress.isFinished && progress.activity == nil
    state.withLock { state in
      let now = Date()
      let time = state.clock.note(progress, at: now.timeIntervalSince1970)
      let isNew = state.activity != progress.activity
      state.activity = progress.activity
      guard isEnd || isDue(at: now, since: state.printed, isFirst: isNew || progress.finished == 0)
      else { return }
      state.printed = now
      let text = progress.text(unit: unit, elapsed: time.elapsed, working: time.working)
      let share = progress.total > 0 ? Double(progress.finished) / Double(progress.total) : nil
      draw(Content(share: share, text: text), isLasting: isEnd, &state)
    }
  }

  /// Shows a text if its time has come.
  func show(_ text: @autoclosure () -> String, isLasting: Bool = false) {
    guard !isSilent else { return }
    state.withLock { state in
      let now = Date()
      guard isLasting || isDue(at: now, since: state.printed, isFirst: false) else { return }
      state.printed = now
      draw(Content(text: text()), isLasting: isLasting, &state)
    }
  }

  /// Clears what is left of an unterminated line.
  func clear() {
    state.withLock { state in
      if state.latest != nil { Console.clear() }
      state.latest = nil
    }
  }

  /// A terminal sees the beginning of everything; elsewhere it would say nothing.
  private func isDue(at now: Date, since printed: Date, isFirst: Bool) -> Bool {
    if isFirst { return isTerminal }
    return now.timeIntervalSince(printed) >= (isTerminal ? 0.1 : 30)
  }

  private func draw(_ content: Content, isLasting: Bool, _ state: inout State) {
    guard isTerminal else { return Console.error("evalkit: \(content.text)") }
    let line = content.line(columns: Console.columns)
    if isLasting { Console.error(line) } else { Console.show(line) }
    state.latest = isLasting ? nil : content
  }

  /// Fits the line into a window of another size.
  private func redraw() {
    state.withLock { state in
      if let latest = state.latest { draw(latest, isLasting: false, &state) }
    }
  }
}

extension ProgressLine.Content {
  /// One row of a terminal of so many columns: the bar gives way first, then the end of the words.
  fileprivate func line(columns: Int) -> String {
    // The last column stays free: a terminal may go to the next row as soon as it is filled.
    let room = max(columns - 1, 1)
    let words = Self.fitted(text, columns: room)
    let bar = share.flatMap { Self.bar($0, width: min(24, room - text.count - 3)) }
    return bar.map { "\($0) \(words)" } ?? words
  }

  /// The beginning that fits, without control characters, which are none of a line's.
  private static func fitted(_ text: String, columns: Int) -> String {
    var rest = columns
    var fitted = ""
    for scalar in text.unicodeScalars {
      rest -= scalar.columns
      if rest < 0 { break }
      fitted.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
    }
    return fitted
  }

  private static func bar(_ share: Double, width: Int) -> String? {
    guard width >= 6 else { return nil }
    let filled = Int(share * Double(width))
    return "[" + String(repeating: "=", count: filled)
      + String(repeating: " ", count: width - filled) + "]"
  }
}
