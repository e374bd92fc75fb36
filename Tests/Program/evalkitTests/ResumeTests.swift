import Foundation
import Testing

/// Runs that are stopped in the middle go on where they were, to the same bits.
@Suite struct ResumeTests {
  private static let count = 24
  private static let scoring = Faces.scoring(
    "lpips-squeeze,ms-ssim,mae", weights: SyntheticWeights.distances)

  /// Starts to score, and sends a signal when a few images are stored.
  ///
  /// A run that was quicker than this test, which other work may keep waiting, is begun anew.
  private func interrupt(_ faces: Faces, results: String, by signal: Int32) throws -> Outcome {
    while true {
      let program = try Program.start(
        Self.scoring + ["--jobs", "1", "--results", results], in: faces.path)
      program.send(signal, once: { stored(faces.path(results)) >= 3 })
      let outcome = try program.outcome()
      if outcome.code != 0 || outcome.wasKilled { return outcome }
      try faces.remove(results)
    }
  }

  private func stored(_ results: String) -> Int {
    guard FileManager.default.fileExists(atPath: results + "/evalkit.sqlite") else { return 0 }
    // The tables may not be there yet.
    return (try? Database(results).count("SELECT count(*) FROM image")) ?? 0
  }

  private func finish(_ faces: Faces, results: String, jobs: Int) throws -> Outcome {
    let outcome = try Program.run(
      Self.scoring + ["--jobs", "\(jobs)", "--results", results], in: faces.path)
    outcome.expectSuccess()
    return outcome
  }

  @Test func scoresDoNotDependOnJobsOrOnBeingKilled() throws {
    let faces = try Faces(Self.count)
    for jobs in [1, 2, 5] { _ = try finish(faces, results: "jobs\(jobs)", jobs: jobs) }
    let expected = try Database(faces.path("jobs1")).scores()
    #expect(expected.count == 3 * Self.count + 3)
    for jobs in [2, 5] { #expect(try Database(faces.path("jobs\(jobs)")).scores() == expected) }

    let killed = try interrupt(faces, results: "killed", by: SIGKILL)
    #expect(killed.wasKilled && killed.code == SIGKILL, "\(killed)")
    let database = try Database(faces.path("killed"))
    let before = try database.rows("SELECT key, created, rowid FROM artifact ORDER BY key")
    #expect(try database.rows("SELECT status FROM run") == ["status=\"running\""])
    // Three scores a pair, and what its two files decode to.
    #expect(!before.isEmpty && before.count < 5 * Self.count, "\(before.count) results")
    _ = try finish(faces, results: "killed", jobs: 2)
    #expect(try database.scores() == expected)
    #expect(try database.rows("SELECT status FROM run") == ["status=\"complete\""])
    // What was there was neither replaced nor doubled.
    let after = try database.rows("SELECT key, created, rowid FROM artifact ORDER BY key")
    #expect(Set(after).isSuperset(of: before) && after.count == 5 * Self.count)
  }

  @Test(
    arguments: [(SIGHUP, 129), (SIGINT, 130), (SIGQUIT, 131), (SIGTERM, 143)] as [(Int32, Int32)])
  func aSignalStopsAndASecondCallResumes(_ signal: Int32, _ code: Int32) throws {
    // Under 'nohup' the program must not hear of it.
    if signal == SIGHUP && Self.ignoresHangUp { return }
    let faces = try Faces(Self.count)
    let stopped = try interrupt(faces, results: "Results", by: signal)
    #expect(!stopped.wasKilled && stopped.code == code, "\(stopped)")
    #expect(stopped.errors.hasSuffix("evalkit: stopped on request; a second call resumes\n"))
    #expect(stopped.output.isEmpty)
    let database = try Database(faces.path("Results"))
    #expect(try database.rows("SELECT status FROM run") == ["status=\"interrupted\""])
    let done = try database.count("SELECT count(*) FROM image WHERE method = 'generated'")
    #expect(done >= 3 && done < Self.count)
    try Program.run(["gate", "--require", "mae<=1"], in: faces.path).expectVerdict(6, "interrupted")

    // A remembered result is used, not computed again: one that was changed shows in the score.
    let marked = 0.123456789
    try database.replaceResults(of: 8, by: withUnsafeBytes(of: marked) { Array($0) })
    _ = try finish(faces, results: "Results", jobs: 2)
    for metric in ["lpips-squeeze", "ms-ssim"] {
      let found = try database.count(
        "SELECT count(*) FROM scores_per_image WHERE metric = '\(metric)' AND value = \(marked)")
      #expect(found == done, "\(found) of \(done) remembered results of \(metric) were used")
    }
    #expect(try database.count("SELECT count(*) FROM run") == 1)
  }

  private static let ignoresHangUp: Bool = {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }()

  /// A shell that closes hangs up, too, so two hang-ups are one; 'nohup' asks for work that goes on.
  @Test func nohupIsRespected() throws {
    let faces = try Faces(Self.count)
    let line = (Self.scoring + ["--jobs", "1"]).map { "'\($0)'" }.joined(separator: " ")
    let program = try RunningProgram(
      executable: "/bin/sh", arguments: ["-c", "trap '' HUP; exec '\(Program.path)' \(line)"],
      folder: faces.path, environment: [:], outputPath: nil)
    program.send(SIGHUP, once: { stored(faces.path("Results")) >= 3 })
    try program.outcome(within: 60).expectSuccess()
    let database = try Database(faces.path("Results"))
    #expect(try database.rows("SELECT status FROM run") == ["status=\"complete\""])
  }

  /// A limit on the size of files is an error to be told, and what was measured before is kept.
  @Test func aFileThatMustNotGrowIsTold() throws {
    let faces = try Faces(Self.count)
    let line = Self.scoring.map { "'\($0)'" }.joined(separator: " ")
    let limited = try Program.shell("ulimit -f 300; evalkit \(line) --quiet", in: faces.path)
    limited.expectRefusal(1, "evalkit.sqlite")
    _ = try finish(faces, results: "Results", jobs: 2)
    // Through a pipe, since the limit holds for a file of errors, too.
    let told = try Program.shell(
      "(ulimit -f 0; evalkit protocols show ddgi.table1 2>&1 > shown.txt; echo code $?) | cat",
      in: faces.path
    ).output
    #expect(
      told.contains("cannot be written to stdout: File too large") && told.hasSuffix("code 1\n"),
      "\(told)")
  }

  @Test func aFinishedRunIsNotTouchedByTheNext() throws {
    let faces = try Faces(2)
    try faces.score("mae").expectSuccess()
    try faces.score("mae").expectSuccess()
    let runs = try Database(faces.path("Results")).rows("SELECT status FROM run")
    #expect(runs == ["status=\"complete\"", "status=\"complete\""])
  }
}
