import Datasets
import Foundation
import Generators
import Synchronization
import Terms
import TestSupport
import Testing

@Suite struct CommandMethodTests {
  @Test(arguments: [1, 3, 100])
  func makesEveryImageWithOneStart(inFlight: Int) throws {
    var bench = try Bench(count: 6, "echo working on $id >&2; \(Bench.work)")
    bench.context.command.requestsInFlight = inFlight
    bench.context.seed = 9
    let method = try bench.run()
    try bench.expectGroundTruth(method)
    #expect(bench.lines("starts").count == 1)
    #expect(
      method.times
        == Dictionary(
          uniqueKeysWithValues: bench.faces.pairs.map { ($0.id, GenerationTime(seconds: 0.5)) }))
    let log = try String(contentsOfFile: #require(method.logPath), encoding: .utf8)
    #expect(log.split(separator: "\n").count == 6)
    let seed = SeedPlan(runSeed: 9).portableSeed(for: "003")
    #expect(bench.lines("requests")[3].contains(#""seed":\#(seed)"#))
    #expect(bench.lines("requests")[3].contains(#""text":"face 3""#))
  }

  @Test func acceptsAnswersInAnyOrder() throws {
    var bench = try Bench(
      """
      if [ $((n % 2)) = 1 ]; then first=$id; firstImage=$image; firstOutput=$output; else
        \(Bench.work)
        id=$first; image=$firstImage; output=$firstOutput
        \(Bench.work)
      fi
      """)
    bench.context.command.requestsInFlight = 2
    try bench.expectGroundTruth(bench.run())
  }

  @Test func recordsWhatTheCommandReports() throws {
    let bench = try Bench(
      """
      if [ $id = 002 ]; then cp "$image" "$output"; echo '{"id":"002","ok":false,"error":"no face"}'
      else \(Bench.work); fi
      """)
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["002"])
    #expect(
      method.failures["002"]
        == GenerationFailure(state: .reported, reason: "the command reports: no face"))
    let error = try #require(throws: MethodError.self) {
      try method.image(for: bench.faces.pairs[2])
    }
    #expect(error.ledgerState.rawValue == "generation-failed")
    #expect(bench.lines("starts").count == 1)
  }

  @Test func startsAgainAfterACrashAndAsksAgain() throws {
    // Only the second request ever crashes, so that asking again helps.
    var bench = try Bench("[ $n = 2 ] && exit 3\n\(Bench.work)")
    bench.context.command.maximumAttempts = 2
    try bench.expectGroundTruth(bench.run())
    #expect(bench.lines("starts").count == 2)
    #expect(bench.lines("requests").count == 5)
  }

  @Test(arguments: [1, 3])
  func blamesTheIDThatAlwaysCrashes(inFlight: Int) throws {
    var bench = try Bench(
      "[ $id = 001 ] && { echo half > \"$output\"; kill -9 $$; }\n\(Bench.work)")
    bench.context.command.requestsInFlight = inFlight
    bench.context.command.maximumAttempts = 2
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["001"])
    let failure = try #require(method.failures["001"])
    #expect(failure.state == .crashed)
    #expect(failure.reason.contains("signal 9"), "\(failure)")
    #expect(bench.lines("starts").count == 3)
    let log = try String(contentsOfFile: #require(method.logPath), encoding: .utf8)
    #expect(log.contains("evalkit: start 2 ended"))
  }

  @Test func givesUpAfterABoundedNumberOfStarts() throws {
    var bench = try Bench(count: 9, "[ $n = 1 ] || exit 4\n\(Bench.work)")
    bench.context.command.maximumRestarts = 2
    bench.context.command.maximumAttempts = 2
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: Set((1...8).map { "00\($0)" }))
    #expect(bench.lines("starts").count == 3)
    // Start 1 makes 000 and fails on 001, start 2 fails on 001 for good, start 3 fails on 002.
    #expect(method.failures["001"]?.state == .crashed)
    let last = try #require(method.failures["008"])
    #expect(last.state == .notRun)
    #expect(last.reason.contains("after 3 starts") && last.reason.contains("status 4"), "\(last)")
  }

  @Test func startsAgainAsLongAsItGetsOn() throws {
    // More breakdowns than restarts, but an answer in between.
    var bench = try Bench(
      count: 12, "[ $((n % 3)) = 2 ] && exit 3\n\(Bench.work)")
    bench.context.command.maximumRestarts = 1
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["001", "004", "007", "010"])
    #expect(Set(method.failures.values.map(\.state)) == [.crashed])
    #expect(bench.lines("requests").count == 12)
    #expect(bench.lines("starts").count == 5)
  }

  @Test func failsAnIDThatTakesTooLong() throws {
    var bench = try Bench("[ $id = 002 ] && { echo > \"$1/late\"; sleep 600; }\n\(Bench.work)")
    bench.pass(once: "late")
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["002"])
    #expect(method.failures["002"]?.state == .timedOut)
    #expect(bench.lines("starts").count == 2)
  }

  @Test(arguments: [
    ("echo 'Loading model'", "Loading model"),
    (#"echo '{"id":"000","ok":"yes"}'"#, "not a JSON object"),
    (#"echo '{"id":"000","ok":tr'"#, "not a JSON object"),
    (#"echo '{"id":"elsewhere","ok":true}'"#, "no request with this id is open"),
    (#"echo '{"id":"000","ok":true,"seconds":-1}'"#, "must be a number from 0 to"),
    (#"echo '{"id":"000","ok":true,"steps":0}'"#, "a whole number from 1 to"),
    (#"echo '{"id":"000","ok":true,"seconds":1e308}'"#, "must be a number from 0 to"),
    ("echo", "not a JSON object"),
  ])
  func refusesWhatIsNoAnswer(garbage: String, reason: String) throws {
    var bench = try Bench(count: 2, "[ $id = 000 ] && { \(garbage); continue; }\n\(Bench.work)")
    bench.context.command.maximumRestarts = 5
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["000"])
    let failure = try #require(method.failures["000"])
    #expect(failure.state == .invalidAnswer)
    #expect(failure.reason.contains(reason), "\(failure)")
    #expect(failure.reason.contains("standard error"))
  }

  @Test func refusesALineWithoutEnd() throws {
    let bench = try Bench(count: 1, "cat /dev/zero")
    let method = try bench.run()
    #expect(method.failures["000"]?.state == .invalidAnswer)
    #expect(method.failures["000"]?.reason.contains("end of line") == true)
  }

  @Test func checksThatTheImageIsThereAndDecodes() throws {
    let bench = try Bench(
      """
      case $id in
        000) echo '{"id":"000","ok":true}'; continue;;
        001) echo 'no picture' > "$output"; echo '{"id":"001","ok":true}'; continue;;
        002) : > "$output"; echo '{"id":"002","ok":true}'; continue;;
      esac
      \(Bench.work)
      """)
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["000", "001", "002"])
    #expect(method.failures["000"]?.state == .missingOutput)
    #expect(method.failures["001"]?.state == .badOutput)
    #expect(method.failures["002"]?.state == .badOutput)
    #expect(bench.lines("starts").count == 1)
  }

  @Test func saysThatAProgramIsNotThere() throws {
    let bench = try Bench(Bench.work)
    let program = bench.faces.path("no-such-program")
    #expect(
      throws: MethodError.notStarted(program: program, reason: "no such file or directory")
    ) { try CommandMethod(name: "m", arguments: [program], running: bench.context) }
  }

  @Test func recordsAConditionThatCannotBeRead() throws {
    let bench = try Bench(Bench.work)
    try FileManager.default.removeItem(atPath: bench.faces.path("masks/001.png"))
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["001"])
    #expect(method.failures["001"]?.state == .badCondition)
    #expect(bench.lines("requests").count == 3)
  }

  @Test func survivesACommandThatNeverReads() throws {
    // More than a pipe holds is queued for a command that closes its input at once.
    var bench = try Bench(count: 2, "", before: "exec 0<&-; sleep 0.2; exit 7")
    bench.context.pairs = bench.context.pairs.map { pair in
      var pair = pair
      pair.text = String(repeating: "x", count: 300_000)
      return pair
    }
    bench.context.command.requestsInFlight = 2
    let method = try bench.run()
    #expect(method.failures.count == 2)
    #expect(method.failures["000"]?.reason.contains("status 7") == true)
  }

  @Test func endsWhatTheCommandHasStarted() throws {
    var bench = try Bench(
      count: 1, "sleep 300 & echo $! > \"$1/grandchild\"; sleep 300")
    bench.pass(once: "grandchild")
    let method = try bench.run()
    #expect(method.failures["000"]?.state == .timedOut)
    let pid = try #require(bench.lines("grandchild").first.flatMap { pid_t($0) })
    // Reparented to init; until it reaps, the killed process is a zombie in state Z.
    #expect(isGone(pid))
  }

  /// One that has a session of its own, and one that was also left by its parent, as daemons are.
  @Test(arguments: [
    "setsid sh -c 'echo $$; exec sleep 300' &", "( setsid sh -c 'echo $$; exec sleep 300' & )",
  ])
  func endsWhatHasLeftItsGroup(_ start: String) throws {
    let bench = try Bench(
      count: 2, Bench.work,
      before: """
        { \(start)
        } >> "$1/strangers" 2>/dev/null
        until [ -s "$1/strangers" ]; do sleep 0.01; done
        """)
    let method = try bench.run()
    try bench.expectGroundTruth(method)
    let pid = try #require(bench.lines("strangers").first.flatMap { pid_t($0) })
    #expect(isGone(pid))
    let log = try String(contentsOfFile: #require(method.logPath), encoding: .utf8)
    #expect(log.contains("start 1 left processes running, which were ended:"), "\(log)")
    #expect(log.contains("(\(pid))"), "\(log)")
  }

  @Test func refusesALinkAsAnImage() throws {
    let bench = try Bench(
      """
      case $id in
        001) ln -s "$image" "$output" ;;
        002) mkfifo "$output" ;;
        003) mkdir "$output" ;;
        *) cp "$image" "$output" ;;
      esac
      echo "{\\"id\\":\\"$id\\",\\"ok\\":true}"
      """)
    let before = try Data(
      contentsOf: URL(fileURLWithPath: try #require(bench.faces.pairs[1].imagePath)))
    let method = try bench.run()
    try bench.expectGroundTruth(method, except: ["001", "002", "003"])
    for (id, reason) in [
      ("001", "a symbolic link; it must be a file"), ("002", "device or pipe"),
      ("003", "directory"),
    ] {
      let failure = try #require(method.failures[id])
      #expect(failure.state == .badOutput && failure.reason.contains(reason), "\(failure)")
    }
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: try #require(bench.faces.pairs[1].imagePath)))
        == before)
  }

  @Test func noticesAnEndThatAGrandchildHides() throws {
    // The grandchild keeps standard output open after its parent has ended.
    var bench = try Bench(count: 1, "sleep 300 & exit 5")
    // Whoever waited for the grandchild would call the answer late.
    bench.context.command.now = { .now }
    bench.context.command.secondsPerRequest = 60
    bench.context.command.secondsToStart = 60
    let method = try bench.run()
    #expect(method.failures["000"]?.state == .crashed)
    #expect(method.failures["000"]?.reason.contains("status 5") == true)
  }

  @Test func stopsOnRequestAndKeepsWhatIsFinished() throws {
    var bench = try Bench("[ $id != 002 ] || [ -e \"$1/go\" ] || sleep 300\n\(Bench.work)")
    let shared = Shared()
    bench.context.progress = { done in
      shared.note(done.finished)
      #expect(done.total == 4)
    }
    bench.context.shouldStop = { shared.done >= 2 }
    #expect(throws: MethodError.cancelled) { try bench.run() }
    bench.context.shouldStop = { false }
    try bench.faces.folder.write([], to: "notes/go")
    let reused = Shared()
    bench.context.progress = { reused.note($0.reused) }
    let method = try bench.run()
    try bench.expectGroundTruth(method)
    #expect(method.reused == ["000", "001"] && reused.done == 2)
  }

  private func isGone(_ pid: pid_t) -> Bool {
    for _ in 0..<100 {
      let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
      guard let status else { return true }
      if status.contains(") Z ") { return true }
      usleep(20_000)
    }
    return false
  }
}

/// A number that closures of a run may share.
private final class Shared: Sendable {
  private let value = Mutex(0)
  var done: Int { value.withLock { $0 } }
  func note(_ number: Int) { value.withLock { $0 = number } }
}
