import Datasets
import Foundation
import Synchronization

/// A child process that is spoken to line by line, without threads and without ever blocking.
///
/// The child leads its own process group, so that ending it also ends what it has started; what has left
/// the group is found by a mark in its environment. Its standard error goes straight to a log file. The child is
/// reaped when the object is ended, and at the latest when it goes away.
final class CommandProcess {
  /// What happened while waiting.
  enum Event: Equatable {
    /// Nothing yet.
    case silence
    /// The child wrote these complete lines.
    case lines([[UInt8]])
    /// The child closed its output or ended; what it did.
    case ended(String)
    /// The child wrote a line beyond all reason.
    case endlessLine
  }

  /// Longest line that is read, in bytes.
  static let maximumLineLength = 1 << 20

  /// Held while a child starts or a pipe is made, so that no child inherits another child's pipe.
  private static let spawning = Mutex(())

  /// Children that have not been ended.
  private static let living = Mutex<[pid_t: Descendants]>([:])

  private let child: pid_t
  private let descendants = Descendants()
  private var input: Int32
  private let output: Int32
  private var outgoing: [UInt8] = []
  private var incoming: [UInt8] = []
  private var isReaped = false
  /// What the child had started and not ended, and was ended with it.
  private(set) var leftBehind: [Descendants.Found] = []

  /// Starts a program, found on `PATH` unless it is a path, in the working directory.
  ///
  /// - Throws: `GenerationFailure` with state `.notRun` if the system cannot start it.
  init(arguments: [String], log: Int32) throws(GenerationFailure) {
    let toChild = try Self.pipe()
    let fromChild: (read: Int32, write: Int32)
    do throws(GenerationFailure) {
      fromChild = try Self.pipe()
    } catch {
      Self.close([toChild.read, toChild.write])
      throw error
    }
    var pid: pid_t = 0
    let code = Self.spawn(
      &pid, arguments, variable: descendants.variable, input: toChild.read,
      output: fromChild.write, log: log)
    Self.close([toChild.read, fromChild.write])
    guard code == 0 else {
      Self.close([toChild.write, fromChild.read])
      throw GenerationFailure(state: .notRun, reason: FileFault.reason(code: code))
    }
    for descriptor in [toChild.write, fromChild.read] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
    (child, input, output) = (pid, toChild.write, fromChild.read)
    let descendants = descendants
    Self.living.withLock { $0[pid] = descendants }
  }

  deinit {
    if !isReaped { _ = end(graceSeconds: 0) }
    Self.close([output])
  }

  /// Queues a line to be written as soon as the child takes it.
  func send(_ line: [UInt8]) { outgoing += line + [UInt8(ascii: "\n")] }

  /// Writes and reads what can be, waiting at most so long for something to happen.
  func exchange(milliseconds: Int32) -> Event {
    var descriptors = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
    if input >= 0 && !outgoing.isEmpty {
      descriptors.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0))
    }
    let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    if ready > 0 && descriptors.count > 1 && descriptors[1].revents != 0 { writeOutgoing() }
    // A grandchild may hold the output open after the child's end, so the child itself is asked.
    let hasEnded = hasChildEnded
    let isClosed = readIncoming()
    let lines = takeLines()
    if !lines.isEmpty { return .lines(lines) }
    if incoming.count > Self.maximumLineLength { return .endlessLine }
    return isClosed || hasEnded ? .ended(end(graceSeconds: isClosed ? 1 : 0)) : .silence
  }

  /// Ends every child of this process and what these have started, for a process that is about to end.
  static func endAll() {
    for (child, descendants) in living.withLock({ $0 }) {
      kill(-child, SIGKILL)
      _ = descendants.end()
    }
  }

  /// Closes the child's input and waits for it to exit; ends its group if it does not, and everything that it has
  /// left behind.
  ///
  /// - Returns: how the child ended, in words.
  func end(graceSeconds: Double) -> String {
    guard !isReaped else { return "had ended" }
    closeInput()
    let patience = ContinuousClock.now + .seconds(graceSeconds)
    while !hasChildEnded && ContinuousClock.now < patience { usleep(5_000) }
    if !hasChildEnded {
      kill(-child, SIGTERM)
      let mercy = ContinuousClock.now + .milliseconds(500)
      while !hasChildEnded && ContinuousClock.now < mercy { usleep(5_000) }
    }
    // As long as the child is not reaped its number names no other group.
    kill(-child, SIGKILL)
    _ = Self.living.withLock { $0.removeValue(forKey: child) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    isReaped = true
    leftBehind = descendants.end()
    let signal = status & 0x7F
    return signal == 0
      ? "exited with status \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
  }
}

extension CommandProcess {
  /// Whether the child has ended; it is not reaped by asking.
  private var hasChildEnded: Bool {
    var info = siginfo_t()
    let options = WEXITED | WNOHANG | WNOWAIT
    return waitid(P_PID, id_t(child), &info, options) == 0 && info.si_signo == SIGCHLD
  }

  private func closeInput() {
    if input >= 0 { Self.close([input]) }
    input = -1
  }

  /// Writes as much as the pipe takes; an input without a reader is closed.
  private func writeOutgoing() {
    let written = outgoing.withUnsafeBytes { bytes in
      Self.withoutBrokenPipeSignal { write(input, bytes.baseAddress, bytes.count) }
    }
    if written.count > 0 {
      outgoing.removeFirst(written.count)
    } else if written.code != EAGAIN && written.code != EINTR {
      outgoing = []
      closeInput()
    }
  }

  /// Reads what is available; returns whether the other end is closed.
  private func readIncoming() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while incoming.count <= Self.maximumLineLength {
      let count = read(output, &buffer, buffer.count)
      if count > 0 {
        incoming += buffer[..<count]
      } else if count == 0 {
        return true
      } else if errno != EINTR {
        return errno != EAGAIN
      }
    }
    return false
  }

  private func takeLines() -> [[UInt8]] {
    guard let last = incoming.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    let lines = incoming[..<last].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    incoming.removeFirst(last + 1)
    return lines.map(Array.init)
  }

  /// Calls `body` while this thread cannot be killed for writing to a closed pipe.
  ///
  /// The process's own way with SIGPIPE stays as it is: only this thread blocks the signal, and
  /// takes it back if the write raised it.
  private static func withoutBrokenPipeSignal(_ body: () -> Int) -> (count: Int, code: Int32) {
    var pipeSignal = sigset_t()
    var before = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
    let count = body()
    let code = count < 0 ? errno : 0
    if code == EPIPE {
      var now = timespec(tv_sec: 0, tv_nsec: 0)
      while sigtimedwait(&pipeSignal, nil, &now) < 0 && errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return (count, code)
  }

  private static func pipe() throws(GenerationFailure) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    let code = spawning.withLock { _ -> Int32 in
      guard Foundation.pipe(&ends) == 0 else { return errno }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return 0
    }
    guard code == 0 else {
      throw GenerationFailure(state: .notRun, reason: FileFault.reason(code: code))
    }
    return (ends[0], ends[1])
  }

  private static func close(_ descriptors: [Int32]) {
    for descriptor in descriptors { _ = Foundation.close(descriptor) }
  }

  /// The child leads a group of its own, and starts with the default way with signals, whatever this process has set.
  private static func setGroupAndSignals(_ attributes: inout posix_spawnattr_t) {
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      sigaddset(&signals, signal)
    }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  }

  /// Starts the child; returns 0 or an `errno` value.
  private static func spawn(
    _ pid: inout pid_t, _ arguments: [String], variable: String, input: Int32, output: Int32,
    log: Int32
  ) -> Int32 {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    for (descriptor, standard) in [(input, 0), (output, 1), (log, 2)] {
      posix_spawn_file_actions_adddup2(&files, descriptor, Int32(standard))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setGroupAndSignals(&attributes)
    var words = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    guard let program = words[0] else { return ENOMEM }
    let mark = strdup(variable)
    defer { free(mark) }
    var environment: [UnsafeMutablePointer<CChar>?] = []
    var entry = environ
    while let text = entry.pointee {
      environment.append(text)
      entry += 1
    }
    environment += [mark, nil]
    return spawning.withLock { _ in
      posix_spawnp(&pid, program, &files, &attributes, words, environment)
    }
  }
}
