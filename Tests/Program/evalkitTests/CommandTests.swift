import Foundation
import Testing

/// External programs as methods: `--method NAME=command:PROGRAM`.
@Suite struct CommandTests {
  /// Reads requests and answers them; `image` and `output` are the request's paths, `id` its id.
  private func script(_ answer: String) -> [UInt8] {
    Array(
      """
      #!/bin/sh
      field() { printf '%s' "$line" | sed "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/"; }
      while read -r line; do
        id=$(field id); image=$(field image); output=$(field output)
        \(answer)
      done

      """.utf8)
  }

  private func measure(_ faces: Faces, _ answer: String, _ further: String...) throws -> Outcome {
    try faces.write(script(answer), to: "method.sh")
    return try Program.run(
      [
        "table1", "--dataset", "folder:reference", "--method", "theirs=command:/bin/sh method.sh",
        "--metrics", "mae", "--weights", SyntheticWeights.empty, "--quiet",
      ] + further, in: faces.path)
  }

  private func ledger(_ faces: Faces) throws -> [String] {
    try Database(faces.path("Results")).rows(
      "SELECT imageID AS id, state FROM failure WHERE method = 'theirs' ORDER BY 1")
  }

  private static let copy = #"cp "$image" "$output"; echo "{\"id\":\"$id\",\"ok\":true}""#

  @Test func aProgramsImagesAreMeasured() throws {
    let faces = try Faces(4)
    try measure(faces, "echo $id >> calls; " + Self.copy).expectSuccess()
    let database = try Database(faces.path("Results"))
    let scores = try database.rows("SELECT n FROM scores WHERE method = 'theirs'")
    #expect(scores == ["n=4"])
    #expect(try ledger(faces).isEmpty)
    // A second run finds the images and asks for nothing.
    try measure(faces, "echo $id >> calls; " + Self.copy).expectSuccess()
    let calls = String(decoding: try faces.bytes(of: "calls"), as: UTF8.self)
    #expect(calls == "00\n01\n02\n03\n", "\(calls)")
  }

  @Test func failuresAreRowsOfTheLedger() throws {
    let faces = try Faces(5)
    let answers = """
      case $id in
        00) echo "{\\"id\\":\\"$id\\",\\"ok\\":false,\\"error\\":\\"no idea\\"}";;
        01) exit 3;;
        02) echo "{\\"id\\":\\"$id\\",\\"ok\\":true}";;
        03) echo text > "$output"; echo "{\\"id\\":\\"$id\\",\\"ok\\":true}";;
        *) \(Self.copy);;
      esac
      """
    try measure(faces, answers).expectSuccess()
    #expect(
      try ledger(faces) == [
        #"id="00" state="generation-failed""#, #"id="01" state="crashed""#,
        #"id="02" state="missing-output""#, #"id="03" state="bad-output""#,
      ])
    let scores = try Database(faces.path("Results")).rows(
      "SELECT n FROM scores WHERE method = 'theirs'")
    #expect(scores == ["n=1"])
  }

  /// The first run makes all others, so that nothing but the request that hangs can be late.
  @Test func aProgramThatHangsIsEnded() throws {
    let faces = try Faces(3)
    let answers =
      "if [ $id != 01 ]; then \(Self.copy); elif [ -e hangs ]; then sleep 600; else exit 3; fi"
    try measure(faces, answers).expectSuccess()
    try faces.write([], to: "hangs")
    try measure(
      faces, answers, "--command-timeout", "1", "--command-start-timeout", "1"
    ).expectSuccess()
    #expect(
      try ledger(faces) == [#"id="01" state="crashed""#, #"id="01" state="timed-out""#])
  }

  @Test func aSignalEndsTheProgramAndASecondCallResumes() throws {
    let faces = try Faces(4)
    let answers = "echo $id >> calls; [ $id = 02 ] && [ ! -e awake ] && sleep 60; \(Self.copy)"
    try faces.write(script(answers), to: "method.sh")
    let arguments = [
      "table1", "--dataset", "folder:reference", "--method", "theirs=command:/bin/sh method.sh",
      "--metrics", "mae", "--weights", SyntheticWeights.empty, "--quiet",
    ]
    let program = try Program.start(arguments, in: faces.path)
    program.send(SIGTERM, once: { (try? faces.bytes(of: "calls"))?.count ?? 0 >= 9 })
    let stopped = try program.outcome()
    #expect(!stopped.wasKilled && stopped.code == 143, "\(stopped)")
    #expect(stopped.errors.contains("a second call resumes"), "\(stopped)")
    try faces.remove("calls")
    try faces.write([], to: "awake")
    try Program.run(arguments, in: faces.path).expectSuccess()
    let calls = String(decoding: try faces.bytes(of: "calls"), as: UTF8.self)
    #expect(calls == "02\n03\n", "\(calls)")
  }

  @Test func aProgramThatAlwaysCrashesIsAnInvalidRun() throws {
    let faces = try Faces(3, side: 64)
    let outcome = try measure(
      faces, "echo 'Traceback:' >&2; echo 'RuntimeError: no GPU' >&2; exit 3")
    outcome.expectRefusal(
      6, "no image of 'theirs' was scored", "status 3", "/.evalkit/command-1.log ends with:",
      "\n  RuntimeError: no GPU\n")
    #expect(!outcome.errors.contains("evalkit: start"), "\(outcome)")
    #expect(outcome.output.contains("| ground-truth"), "\(outcome)")
    let scores = try Database(faces.path("Results")).rows(
      "SELECT n FROM scores WHERE method = 'ground-truth'")
    #expect(scores == ["n=3"])
  }

  @Test func aProgramThatIsNotThereIsNamed() throws {
    let faces = try Faces(3)
    try faces.run(
      "table1", "--dataset", "folder:reference", "--method", "theirs=command:./nowhere",
      "--metrics", "mae", "--weights", SyntheticWeights.empty, "--quiet"
    ).expectRefusal(1, "./nowhere", "did not start")
  }
}
