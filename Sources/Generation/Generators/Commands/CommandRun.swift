import Datasets
import Foundation

/// One pass of an external command over pairs: asks, waits, checks, starts again.
///
/// Requests go out in order, a bounded number at a time. Whatever goes wrong is blamed on the
/// request that has waited longest: it alone is charged with an attempt, the others are asked again.
final class CommandRun {
  /// What came of a pass.
  struct Result {
    var failures: [String: GenerationFailure] = [:]
    var times: [String: GenerationTime] = [:]
    var reused: [String] = []
    var logPath: String?
  }

  private struct Work {
    let pair: Pair
    let key: String
    var attempts = 0
    var sent: ContinuousClock.Instant
  }

  private let arguments: [String]
  private let workspace: CommandWorkspace
  private let options: CommandOptions
  private let context: MethodContext
  private var waiting: [Work] = []
  private var inFlight: [Work] = []
  private var process: CommandProcess?
  private var log: Int32 = -1
  private var starts = 0
  private var fruitlessEnds = 0
  private var hasAnswered = false
  private var lastEvent: ContinuousClock.Instant
  private var total = 0
  private var result = Result()

  /// A pass of a command that keeps its images in a workspace.
  init(arguments: [String], workspace: CommandWorkspace, context: MethodContext) {
    self.arguments = arguments
    self.workspace = workspace
    self.context = context
    options = context.command
    lastEvent = options.now()
  }

  deinit { if log >= 0 { close(log) } }

  /// Makes the images that are missing.
  ///
  /// - Throws: `MethodError.notStarted`, `.cancelled`, `.file`.
  func generate(_ pairs: [Pair]) throws(MethodError) -> Result {
    total = pairs.count
    plan(pairs)
    while !waiting.isEmpty || !inFlight.isEmpty {
      if context.shouldStop() {
        endProcess(graceSeconds: 0)
        throw .cancelled
      }
      if let process = try runningProcess() { step(process) }
    }
    endProcess(graceSeconds: options.secondsToLeave)
    return result
  }

  /// Ends the process, and notes in the log what it had started and left running.
  private func endProcess(graceSeconds: Double) {
    guard let process else { return }
    _ = process.end(graceSeconds: graceSeconds)
    self.process = nil
    guard !process.leftBehind.isEmpty else { return }
    let names = process.leftBehind.map { "\($0.name) (\($0.pid))" }.joined(separator: ", ")
    note("left processes running, which were ended: \(names)")
  }

  private func note(_ text: String) {
    let line = "\(Self.notePrefix)\(starts) \(text)\n"
    _ = write(log, line, line.utf8.count)
  }

  /// Sorts pairs into finished, impossible and waiting ones, of which the next one is last.
  private func plan(_ pairs: [Pair]) {
    for pair in pairs.sorted(by: { Identifier.precedes($0.id, $1.id) }).reversed() {
      do throws(GenerationFailure) {
        let key = try workspace.requestKey(for: pair)
        if let receipt = workspace.validReceipt(for: pair.id, request: key) {
          result.times[pair.id] = receipt.time
          result.reused.append(pair.id)
        } else {
          waiting.append(Work(pair: pair, key: key, sent: options.now()))
        }
      } catch {
        settle(pair.id, error)
      }
    }
    reportProgress()
  }

  /// The process, started if need be; nil once the command has been given up.
  private func runningProcess() throws(MethodError) -> CommandProcess? {
    if let process { return process }
    if log < 0 {
      do {
        let opened = try workspace.openLog()
        log = opened.descriptor
        result.logPath = opened.path
      } catch {
        throw .file(error)
      }
    }
    do throws(GenerationFailure) {
      process = try CommandProcess(arguments: arguments, log: log)
    } catch {
      if starts == 0 { throw .notStarted(program: arguments[0], reason: error.reason) }
      giveUp(after: error.reason)
      return nil
    }
    starts += 1
    hasAnswered = false
    lastEvent = options.now()
    return process
  }

  /// Sends what may be sent and deals with what comes back.
  private func step(_ process: CommandProcess) {
    fill(process)
    switch process.exchange(milliseconds: min(100, max(1, millisecondsLeft))) {
    case .silence where millisecondsLeft <= 0:
      interrupt(
        GenerationFailure(
          state: .timedOut, reason: "no answer within \(secondsAllowed) seconds"))
    case .silence: break
    case .lines(let lines): for line in lines where self.process != nil { receive(line) }
    case .ended(let how):
      interrupt(
        GenerationFailure(
          state: .crashed, reason: "the command \(how) without an answer\(logHint)"))
    case .endlessLine:
      interrupt(
        GenerationFailure(
          state: .invalidAnswer,
          reason: "the command wrote more than \(CommandProcess.maximumLineLength) bytes "
            + "without an end of line"))
    }
  }

  private func fill(_ process: CommandProcess) {
    while inFlight.count < max(1, options.requestsInFlight), var work = waiting.popLast() {
      do throws(GenerationFailure) {
        let line = try workspace.request(for: work.pair).line()
        // Not earlier: an id that is never requested keeps the image that it had.
        workspace.clear(work.pair.id)
        process.send(line)
        work.sent = options.now()
        inFlight.append(work)
      } catch {
        settle(work.pair.id, error)
      }
    }
  }
}

extension CommandRun {
  /// How evalkit's own lines in a log begin.
  static let notePrefix = "evalkit: start "

  private var logHint: String { result.logPath.map { "; see \($0)" } ?? "" }

  private var secondsAllowed: Double {
    options.secondsPerRequest + (hasAnswered ? 0 : options.secondsToStart)
  }

  /// Until the request that has waited longest is late.
  ///
  /// Its time runs from when it was sent, or from the answer before it, if that is later: a command
  /// may work on one request at a time.
  private var millisecondsLeft: Int32 {
    guard let oldest = inFlight.first else { return 100 }
    let late = max(oldest.sent, lastEvent) + .seconds(secondsAllowed)
    return Int32(min(max((late - options.now()) / .milliseconds(1), 0), 1e6))
  }

  private func receive(_ line: [UInt8]) {
    do throws(GenerationFailure) {
      let answer = try CommandAnswer.parse(line)
      guard let index = inFlight.firstIndex(where: { $0.pair.id == answer.id }) else {
        throw CommandAnswer.invalid(line, "no request with this id is open")
      }
      let work = inFlight.remove(at: index)
      let elapsed = (options.now() - max(work.sent, lastEvent)) / .seconds(1)
      hasAnswered = true
      lastEvent = options.now()
      finish(work, answer, elapsed: elapsed)
    } catch {
      interrupt(error)
    }
  }

  private func finish(_ work: Work, _ answer: CommandAnswer, elapsed: Double) {
    do throws(GenerationFailure) {
      guard answer.ok else {
        unlink(workspace.pendingPath(of: work.pair.id))
        throw GenerationFailure(
          state: .reported, reason: "the command reports: \(answer.error ?? "no reason given")")
      }
      let receipt = try workspace.accept(
        work.pair.id, request: work.key,
        time: GenerationTime(seconds: answer.seconds ?? elapsed, steps: answer.steps))
      result.times[work.pair.id] = receipt.time
      reportProgress()
    } catch {
      settle(work.pair.id, error)
    }
  }

  /// Ends the process and charges the request that has waited longest.
  private func interrupt(_ failure: GenerationFailure) {
    endProcess(graceSeconds: 0)
    for var work in inFlight.reversed() {
      unlink(workspace.pendingPath(of: work.pair.id))
      let isBlamed = work.pair.id == inFlight.first?.pair.id
      if isBlamed { work.attempts += 1 }
      if isBlamed && (failure.state == .timedOut || work.attempts >= options.maximumAttempts) {
        settle(work.pair.id, failure)
      } else {
        waiting.append(work)
      }
    }
    inFlight = []
    note("ended: \(failure.reason)")
    // A command that gets on, however often it breaks down, is worth another start.
    fruitlessEnds = hasAnswered ? 1 : fruitlessEnds + 1
    if fruitlessEnds > options.maximumRestarts { giveUp(after: failure.reason) }
  }

  private func giveUp(after reason: String) {
    for work in waiting {
      settle(
        work.pair.id,
        GenerationFailure(
          state: .notRun, reason: "the command was given up after \(starts) starts: \(reason)"))
    }
    waiting = []
  }

  private func settle(_ id: String, _ failure: GenerationFailure) {
    result.failures[id] = failure
    reportProgress()
  }

  private func reportProgress() {
    context.progress(
      MethodProgress(
        finished: result.times.count + result.failures.count, reused: result.reused.count,
        total: total))
  }
}
