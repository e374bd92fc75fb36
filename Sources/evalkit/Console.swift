import Essentials
import Foundation
import Harness
import Synchronization

/// stdout carries results, stderr everything else.
///
/// A line of progress stands on the terminal until something else is written, which takes its place.
enum Console {
  /// Whether a line of progress stands on the terminal.
  private static let isStanding = Mutex(false)

  /// Takes away the line of progress and what a narrower window made of it.
  ///
  /// The cursor waits at the line's beginning and stays there when a terminal breaks the line anew, so nothing
  /// above it is touched.
  private static let erasure = "\r\u{1B}[J"

  /// Writes a result.
  ///
  /// - Throws: ``HarnessError`` if it cannot be written, for example to a full disk. A reader that
  ///   went away, as in `evalkit … | head`, is no failure.
  static func result(_ text: String) throws {
    clear()
    let code = write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      throw HarnessError(
        .runtime, "the result cannot be written to stdout: \(String(cString: strerror(code)))")
    }
  }

  /// Writes a diagnostic; there is nowhere to complain if that fails.
  static func error(_ text: String) {
    replaceLine(by: text.hasSuffix("\n") ? text : text + "\n", isStanding: false)
  }

  /// Shows a line of progress on a terminal; it fits into a row of it.
  static func show(_ line: String) { replaceLine(by: line + "\r", isStanding: true) }

  /// Takes the line of progress away.
  static func clear() { replaceLine(by: "", isStanding: false) }

  private static func replaceLine(by text: String, isStanding stands: Bool) {
    isStanding.withLock { isStanding in
      let output = (isStanding ? erasure : "") + text
      isStanding = stands
      if !output.isEmpty { _ = write(output, to: STDERR_FILENO) }
    }
  }

  /// Columns of the terminal that stderr is; 80 where it does not say.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Returns 0 or the system's error number.
  private static func write(_ text: String, to file: Int32) -> Int32 {
    Array(text.utf8).withUnsafeBytes { bytes in
      WholeWrite.run(bytes) { rest, _ in Foundation.write(file, rest.baseAddress, rest.count) }
    }
  }
}
