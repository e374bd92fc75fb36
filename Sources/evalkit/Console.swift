import Essentials
import Foundation
import Harness
import Synchronization
import Verdicts

/// stdout carries results, stderr everything else.
enum Console {
  /// Writes a result.
  ///
  /// - Throws: ``HarnessError`` if it cannot be written, for example to a full disk. A reader that
  ///   went away, as in `evalkit … | head`, is no failure.
  static func result(_ text: String) throws {
    let code = write(text, to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      throw HarnessError(
        .runtime, "the result cannot be written to stdout: \(String(cString: strerror(code)))")
    }
  }

  /// Writes a diagnostic; there is nowhere to complain if that fails.
  static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Returns 0 or the system's error number.
  private static func write(_ text: String, to file: Int32) -> Int32 {
    Array((text.hasSuffix("\n") ? text : text + "\n").utf8).withUnsafeBytes { bytes in
      WholeWrite.run(bytes) { rest, _ in Foundation.write(file, rest.baseAddress, rest.count) }
    }
  }
}

/// Signals ask the work to stop after the images in hand; a second one ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Starts to listen for SIGINT and SIGTERM.
  static func listen() {
    // A queue of its own has its own thread, also while all others are measuring.
    let queue = DispatchQueue(label: "signals")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if received.exchange(number, ordering: .relaxed) != 0 { exit(128 + number) }
        Console.error("evalkit: finishing the images in hand; a second signal stops at once")
      }
      source.resume()
      return source
    }
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The status of a process that stopped on request.
  static var exitStatus: ExitStatus {
    received.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted
  }
}
