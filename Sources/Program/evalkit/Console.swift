import Essentials
import Foundation
import Harness
import Provenance
import Reports
import Synchronization

/// stdout carries results, stderr everything else.
///
/// A line of progress stands on the terminal until something else is written, which takes its place.
enum Console {
  /// Columns of the line of progress that stands on the terminal; nil where none does.
  private static let standing = Mutex<Int?>(nil)

  /// A result whose place the next one takes; nil where none stands on the terminal.
  private static let draft = Mutex<TerminalDraft?>(nil)

  /// Writes a result whose place the next one takes, on a terminal that can.
  ///
  /// - Throws: as ``result(_:)``.
  static func draft(_ text: String) throws {
    try result(text)
    guard let columns = resultColumns, !isDumb else { return }
    draft.withLock { $0 = TerminalDraft(text, columns: columns) }
  }

  /// Takes a draft away with the diagnostics behind it, and writes those again.
  private static func replaceDraft() {
    let standing = draft.withLock { draft in
      defer { draft = nil }
      return draft
    }
    guard let standing, let erasure = standing.erasure(windowRows: windowRows) else { return }
    _ = write(erasure, to: STDOUT_FILENO)
    for note in standing.notes { error(note) }
  }

  /// Writes a result.
  ///
  /// - Throws: ``HarnessError`` if it cannot be written, for example to a full disk. A reader that
  ///   went away, as in `evalkit … | head`, is no failure.
  static func result(_ text: String) throws {
    clear()
    replaceDraft()
    let code = write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      throw HarnessError(
        .runtime, "the result cannot be written to stdout: \(String(cString: strerror(code)))")
    }
  }

  /// Writes a diagnostic; there is nowhere to complain if that fails.
  static func error(_ text: String) {
    replaceLine(by: text.hasSuffix("\n") ? text : text + "\n", standing: nil)
    if isatty(STDERR_FILENO) == 1 { draft.withLock { $0?.note(text) } }
  }

  /// Shows a line of progress on a terminal; it fits into a row of it.
  static func show(_ line: String) {
    replaceLine(by: line + "\r", standing: line.unicodeScalars.reduce(0) { $0 + $1.columns })
  }

  /// Takes the line of progress away.
  static func clear() { replaceLine(by: "", standing: nil) }

  private static func replaceLine(by text: String, standing next: Int?) {
    standing.withLock { standing in
      let output = (standing.map(erasure) ?? "") + text
      standing = next
      if !output.isEmpty { _ = write(output, to: STDERR_FILENO) }
    }
  }

  /// Takes away a line of so many columns and what a narrower window made of it.
  ///
  /// The cursor waits at the line's beginning and stays there when a terminal breaks the line into several
  /// rows. Rows are cleared one by one, since clearing the whole screen keeps it in some terminals' history.
  private static func erasure(_ width: Int) -> String {
    let further = (max(width, 1) - 1) / columns
    let clearRow = "\u{1B}[K"
    if further == 0 { return "\r" + clearRow }
    let rows = String(repeating: "\u{1B}[B" + clearRow, count: further)
    return "\r\u{1B}7" + clearRow + rows + "\u{1B}8"
  }

  /// Columns of the terminal that stderr is; 80 where it does not say.
  static var columns: Int { columns(of: STDERR_FILENO) ?? 80 }

  /// Columns of the terminal that results go to; nil where they go elsewhere.
  static var resultColumns: Int? {
    isatty(STDOUT_FILENO) == 1 ? columns(of: STDOUT_FILENO) ?? 80 : nil
  }

  /// Rows of the terminal that results go to; 0 where it does not say.
  private static var windowRows: Int { Int(size(of: STDOUT_FILENO)?.ws_row ?? 0) }

  private static func columns(of file: Int32) -> Int? {
    size(of: file).flatMap { $0.ws_col > 0 ? Int($0.ws_col) : nil }
  }

  private static func size(of file: Int32) -> winsize? {
    var size = winsize()
    return ioctl(file, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
  }

  /// Whether the terminal moves no cursor.
  private static var isDumb: Bool { ProcessInfo.processInfo.environment["TERM"] == "dumb" }

  /// Whether the user's environment lets a terminal show colors.
  static var allowsColors: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["NO_COLOR"]?.isEmpty ?? true && !isDumb
  }

  /// Returns 0 or the system's error number.
  private static func write(_ text: String, to file: Int32) -> Int32 {
    Array(text.utf8).withUnsafeBytes { bytes in
      WholeWrite.run(bytes) { rest, _ in Foundation.write(file, rest.baseAddress, rest.count) }
    }
  }
}

extension Unicode.Scalar {
  /// Columns of a terminal that it takes at most: what is not ASCII may be two wide.
  var columns: Int { isASCII ? 1 : 2 }
}
