import Foundation
import TestSupport
import Testing

/// `evalkit generate`, and methods that break down in every way at once.
@Suite struct GenerateCommandTests {
  private func generate(_ faces: Faces, _ method: String, _ further: String...) throws -> Outcome {
    try Program.run(
      [
        "generate", "--dataset", "folder:reference", "--method", "m=\(method)", "--output", "out",
        "--quiet", "--json",
      ] + further, in: faces.path)
  }

  private func failures(_ outcome: Outcome) throws -> [String] {
    let list = try #require(try outcome.json()["failures"] as? [[String: String]], "\(outcome)")
    return list.map { "\($0["id"] ?? "") \($0["state"] ?? "")" }
  }

  @Test func anchorsAreWrittenOnceWithReceipts() throws {
    let faces = try Faces(3, side: 32)
    let first = try generate(faces, "builtin:shuffled", "--size", "16")
    first.expectSuccess()
    let json = try first.json()
    #expect(json["made"] as? Int == 3 && json["reused"] as? Int == 0)
    let again = try generate(faces, "builtin:shuffled", "--size", "16").json()
    #expect(again["made"] as? Int == 0 && again["reused"] as? Int == 3)
    let receipts = String(
      decoding: try faces.bytes(of: "out/.evalkit/receipts.jsonl"), as: UTF8.self)
    #expect(receipts.split(separator: "\n").count == 3)
    try faces.remove("out/.evalkit/receipts.jsonl")
    try generate(faces, "builtin:shuffled").expectRefusal(1, "did not make")
  }

  @Test func aFolderIsCheckedAndTakenOver() throws {
    let faces = try Faces(3, side: 32)
    try faces.remove("generated/01.png")
    try faces.write(Array("no picture".utf8), to: "generated/02.png")
    let outcome = try generate(faces, "folder:generated")
    outcome.expectSuccess()
    #expect(try failures(outcome) == ["01 missing", "02 not-an-image"])
    let ledger = String(decoding: try faces.bytes(of: "out/.evalkit/failures.jsonl"), as: UTF8.self)
    #expect(ledger.split(separator: "\n").count == 2)
    try generate(faces, "folder:generated", "--max-failures", "1").expectRefusal(
      6, "2 images failed")
    try generate(faces, "folder:reference/nowhere").expectRefusal(1, "nowhere")
  }

  @Test func aCommandThatMakesNothingIsQuoted() throws {
    let faces = try Faces(2, side: 32)
    let script = "#!/bin/sh\necho 'ModuleNotFoundError: torch' >&2\nexit 1\n"
    try faces.write(Array(script.utf8), to: "method.sh")
    try generate(faces, "command:/bin/sh method.sh").expectRefusal(
      6, "no image was made",
      "out/.evalkit/command-1.log ends with:\n  ModuleNotFoundError: torch\n")
  }

  /// Crashes at every 50th request, cuts a PNG short and answers garbage once each.
  ///
  /// Nothing hangs here: while one request waits for its end, a slow machine may make others late.
  private static let breaking = """
    #!/bin/sh
    while read -r line; do
      id=${line#*'"id":"'}; id=${id%%'"'*}
      image=${line#*'"image":"'}; image=${image%%'"'*}
      output=${line#*'"output":"'}; output=${output%%'"'*}
      n=$(cat count 2>/dev/null || echo 0); n=$((n + 1)); echo $n > count
      [ $((n % 50)) = 0 ] && exit 3
      case $id in
        33) [ -e cut ] || { : > cut; head -c 300 "$image" > "$output"
              echo "{\\"id\\":\\"$id\\",\\"ok\\":true}"; continue; } ;;
        71) [ -e garbage ] || { : > garbage; echo 'Segmentation fault'; continue; } ;;
      esac
      cp "$image" "$output"; echo "{\\"id\\":\\"$id\\",\\"ok\\":true}"
    done

    """

  /// In the order of bytes, 39 is the 50th id and 89 the 100th: 00 … 10, 100 … 109, 11 … 99.
  private static let broken = [
    "33 bad-output", "39 crashed", "71 invalid-answer", "89 crashed",
  ]

  /// 110 faces of which each is a copy of one of four; ids `00`, `01`, …, `109`.
  private func manyFaces() throws -> Faces {
    let faces = try Faces(4, side: 32)
    for index in 4..<110 {
      try faces.write(
        faces.bytes(of: "reference/0\(index % 4).png"), to: "reference/\(Faces.id(index)).png")
    }
    try faces.write(Array(Self.breaking.utf8), to: "method.sh")
    return faces
  }

  @Test(arguments: [1, 3])
  func whateverBreaksIsRecordedAndTheRestIsMade(inFlight: Int) throws {
    let faces = try manyFaces()
    let command = "command:/bin/sh method.sh"
    let limits = ["--command-in-flight", "\(inFlight)"]
    let outcome = try Program.run(
      [
        "generate", "--dataset", "folder:reference", "--method", "m=\(command)", "--output", "out",
        "--quiet", "--json",
      ] + limits, in: faces.path)
    outcome.expectSuccess()
    let failed = try failures(outcome)
    let json = try outcome.json()
    #expect(json["made"] as? Int == 110 - failed.count)
    // Requests in flight behind a breakdown are sent again, which moves every 50th to another id.
    if inFlight == 1 { #expect(failed.sorted() == Self.broken.sorted(), "\(failed)") }
    let states = failed.map { String($0.split(separator: " ")[1]) }
    #expect(states.count { $0 == "crashed" } >= 2 && failed.count == states.count)
    for state in ["bad-output", "invalid-answer"] {
      #expect(states.count { $0 == state } == 1, "\(failed)")
    }
    let log = try #require(json["log"] as? String)
    #expect(try String(contentsOfFile: log, encoding: .utf8).contains("start 1 ended"))
    // A second call asks for what is missing, and nothing else.
    try faces.write(Array("0".utf8), to: "count")
    let second = try Program.run(
      [
        "generate", "--dataset", "folder:reference", "--method", "m=\(command)", "--output", "out",
        "--quiet", "--json",
      ] + limits, in: faces.path
    ).json()
    #expect(
      second["made"] as? Int == failed.count && second["reused"] as? Int == 110 - failed.count)
    let requests = String(decoding: try faces.bytes(of: "count"), as: UTF8.self)
    #expect(Int(requests.trimmingCharacters(in: .whitespacesAndNewlines)) == failed.count)
  }

  @Test func aTableScoresAllOthersAndTheLedgerHoldsExactlyThese() throws {
    let faces = try manyFaces()
    try Program.run(
      [
        "table1", "--dataset", "folder:reference", "--method", "m=command:/bin/sh method.sh",
        "--metrics", "mae", "--weights", SyntheticWeights.empty, "--quiet",
      ], in: faces.path
    ).expectSuccess()
    let database = try Database(faces.path("Results"))
    let ledger = try database.rows(
      "SELECT imageID || ' ' || state AS entry FROM failure WHERE method = 'm' ORDER BY 1")
    #expect(ledger == Self.broken.sorted().map { "entry=\"\($0)\"" }, "\(ledger)")
    #expect(try database.rows("SELECT n FROM scores WHERE method = 'm'") == ["n=106"])
  }

  /// The example with a model that needs nothing but Python itself.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
  func theExampleConnectsAModel() throws {
    let faces = try Faces(4, side: 32)
    let model = """
      import shutil


      class Model:
          def generate(self, request):
              print("working on", request["id"])
              if request["id"] == "02":
                  raise ValueError("no idea")
              assert 0 <= request["seed"] < 2**31
              shutil.copyfile(request["image"], request["output"])

      """
    try faces.write(Array(model.utf8), to: "fake_method.py")
    let example = Fixtures.projectRoot.appendingPathComponent("Examples/pytorch_method.py").path
    let outcome = try Program.run(
      [
        "generate", "--dataset", "folder:reference", "--method",
        "m=command:/usr/bin/python3 '\(example)'", "--output", "out", "--quiet", "--json",
      ], in: faces.path, environment: ["METHOD_MODULE": "fake_method", "PYTHONPATH": faces.path])
    outcome.expectSuccess()
    #expect(try failures(outcome) == ["02 generation-failed"])
    let json = try outcome.json()
    #expect(
      (json["failures"] as? [[String: String]])?.first?["reason"]?.contains("no idea") == true)
    #expect(try faces.bytes(of: "out/03.png") == faces.bytes(of: "reference/03.png"))
    let log = try String(contentsOfFile: #require(json["log"] as? String), encoding: .utf8)
    #expect(log.contains("working on 00"))
  }
}
