import Foundation
import Harness
import Synchronization
import Verdicts

/// Signals ask the work to stop after the images in hand; a second one ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  private static let statuses: [Int32: ExitStatus] = [
    SIGHUP: .hungUp, SIGINT: .interrupted, SIGQUIT: .quit, SIGTERM: .terminated,
  ]

  /// Ignores the signals of failed writes: the write itself then fails and is reported, and the process goes on.
  static func ignoreFailingWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Starts to listen for the signals that ask to stop.
  static func listen() {
    // A separate queue has its own thread, even while all others are measuring.
    let queue = DispatchQueue(label: "signals")
    sources = statuses.keys.compactMap { number in
      let before = signal(number, SIG_IGN)
      // 'nohup' means that work continues when the terminal is gone.
      if number == SIGHUP && isIgnoring(before) { return nil }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { receive(number) }
      source.resume()
      return source
    }
  }

  private static func receive(_ number: Int32) {
    if received.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged {
      return Console.error("evalkit: finishing the images in hand; a second signal stops at once")
    }
    // A closing terminal hangs up twice, by itself and by its shell.
    if number == SIGHUP { return }
    Console.clear()
    ExternalCommands.endAll()
    exit(128 + number)
  }

  private static func isIgnoring(_ handler: sighandler_t?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whether somebody asked to stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The status of a process that stopped on request.
  static var exitStatus: ExitStatus {
    statuses[received.load(ordering: .relaxed)] ?? .interrupted
  }
}
