import Foundation
import TestSupport
import Testing

/// Outputs that are there already: evalkit's own are replaced, others only by `--force`.
@Suite struct OverwriteTests {
  /// A command and the file that it writes.
  struct Case: CustomTestStringConvertible, Sendable {
    let file: String
    let arguments: [String]
    /// What the file cannot lie beside.
    var needsRun = false
    /// Pictures do not show whose they are.
    var isRecognized = true

    var testDescription: String { file }
  }

  private static let scoring = [
    "score", "--reference", "reference", "--generated", "generated", "--quiet", "--metrics",
  ]

  private static let cases = [
    Case(
      file: "out/scores.csv",
      arguments: scoring + ["mae", "--weights", "EMPTY", "--per-image", "out/scores.csv"]),
    Case(
      file: "out/real.npz",
      arguments: scoring + [
        "fid", "--fid-dims", "64", "--weights", "INCEPTION", "--save-stats", "out/real.npz",
      ]),
    Case(
      file: "out/features.npy",
      arguments: [
        "features", "--network", "compact-iresnet", "--images", "reference", "--output",
        "out/features.npy", "--quiet",
      ]),
    Case(
      file: "out/pairs.jsonl",
      arguments: [
        "pairs", "--dataset", "folder:reference", "--require", "image", "--output",
        "out/pairs.jsonl", "--quiet",
      ]),
    Case(
      file: "out/gate.xml",
      arguments: ["gate", "--require", "mae<=1", "--junit", "out/gate.xml"], needsRun: true),
    Case(
      file: "out/gate.sarif",
      arguments: ["gate", "--require", "mae<=1", "--sarif", "out/gate.sarif"], needsRun: true),
    Case(
      file: "out/gate.txt",
      arguments: ["gate", "--require", "mae<=1", "--openmetrics", "out/gate.txt"], needsRun: true),
    Case(
      file: "out/gate.html",
      arguments: ["gate", "--require", "mae<=1", "--html", "out/gate.html"], needsRun: true),
    Case(
      file: "out/table1.md",
      arguments: [
        "table1", "--dataset", "folder:reference", "--metrics", "mae", "--weights", "EMPTY",
        "--reports", "out", "--quiet",
      ]),
    Case(file: "out/history.md", arguments: ["history", "--reports", "out"], needsRun: true),
    Case(file: "out/claims.md", arguments: ["claims", "--reports", "out"]),
    Case(
      file: "out/report.md",
      arguments: ["faces", "--count", "2", "--size", "64", "--report", "out/report.md"]),
    Case(
      file: "out/sheet.jpg",
      arguments: ["faces", "--count", "1", "--size", "64", "--sheet", "out/sheet.jpg"],
      isRecognized: false),
    Case(
      file: "out/table.tsv",
      arguments: [
        "faces", "--count", "1", "--size", "64", "--real", "TABLE", "--save-table", "out/table.tsv",
      ]),
  ]

  private static let tables = Fixtures.projectRoot.appending(
    path: "Tests/Data/FacesTests/Goldens/real_masks.tsv"
  ).path

  private static func run(_ arguments: [String], in faces: Faces) throws -> Outcome {
    let places = [
      "EMPTY": SyntheticWeights.empty, "INCEPTION": SyntheticWeights.inception, "TABLE": tables,
    ]
    return try Program.run(arguments.map { places[$0] ?? $0 }, in: faces.path)
  }

  @Test(arguments: cases)
  func aFileOfOthersIsKept(_ known: Case) throws {
    let faces = try Faces(2, side: 64)
    try faces.make("out")
    if known.needsRun { try faces.score("mae").expectSuccess() }
    let precious = Array("the only copy\n".utf8)
    try faces.write(precious, to: known.file)
    let refused = try Self.run(known.arguments, in: faces)
    refused.expectRefusal(1, known.file, "cannot be written", "nothing shows that evalkit wrote it")
    #expect(try faces.bytes(of: known.file) == precious)
    #expect(refused.output.isEmpty)
    try Self.run(known.arguments + ["--force"], in: faces).expectSuccess()
    #expect(try faces.bytes(of: known.file) != precious)
    // The next night writes to the same place.
    let again = try Self.run(known.arguments, in: faces)
    if known.isRecognized {
      again.expectSuccess()
    } else {
      again.expectRefusal(1, known.file, "--force")
    }
    // Nobody loses anything with an empty file.
    try faces.write([], to: known.file)
    try Self.run(known.arguments, in: faces).expectSuccess()
  }

  @Test func aDatabaseIsKept() throws {
    let faces = try Faces(2, side: 64)
    try faces.score("mae").expectSuccess()
    let place = "Results/evalkit.sqlite"
    for further in [[], ["--force"]] {
      for option in ["--junit", "--summary", "--sarif", "--openmetrics", "--html"] {
        let gate = try Program.run(
          ["gate", "--require", "mae<=1", option, place] + further, in: faces.path)
        gate.expectRefusal(1, place, "this command reads it")
      }
      let score = try Program.run(
        Self.scoring + ["mae", "--weights", SyntheticWeights.empty, "--per-image", place] + further,
        in: faces.path)
      score.expectRefusal(1, place, "this command reads it")
    }
    #expect(try Database(faces.path("Results")).count("SELECT count(*) FROM run") == 1)
    try FileManager.default.copyItem(
      atPath: faces.path(place), toPath: faces.path("another.sqlite"))
    try faces.score("mae", "--per-image", "another.sqlite").expectRefusal(1, "a database")
    try faces.run("gate", "--require", "mae<=1", "--summary", "another.sqlite").expectRefusal(
      1, "not a text file, so nothing can be appended to it")
  }

  @Test func aSummaryIsAddedToOtherText() throws {
    let faces = try Faces(2, side: 64)
    try faces.score("mae").expectSuccess()
    try faces.write(Array("what the step said before\n".utf8), to: "summary.md")
    try faces.run("gate", "--require", "mae<=1", "--summary", "summary.md").expectSuccess()
    let text = String(decoding: try faces.bytes(of: "summary.md"), as: UTF8.self)
    #expect(text.hasPrefix("what the step said before\n") && text.contains("mae"), "\(text)")
  }

  @Test func whatIsReadIsNotReplaced() throws {
    let faces = try Faces(2, side: 64)
    try Self.run(
      Self.scoring + [
        "fid", "--fid-dims", "64", "--weights", "INCEPTION", "--save-stats", "real.npz",
      ], in: faces
    ).expectSuccess()
    let before = try faces.bytes(of: "real.npz")
    try FileManager.default.createSymbolicLink(
      atPath: faces.path("link.npy"), withDestinationPath: "input.npy")
    try Self.run(
      [
        "features", "--network", "compact-iresnet", "--images", "reference", "--output",
        "input.npy",
      ],
      in: faces
    ).expectSuccess()
    for output in ["input.npy", "./input.npy", "link.npy"] {
      try Self.run(
        ["features", "--network", "compact-iresnet", "--input", "input.npy", "--output", output],
        in: faces
      ).expectRefusal(1, output, "this command reads it")
    }
    #expect(try faces.bytes(of: "real.npz") == before)
  }

  @Test func linksAndPipesAreNoFiles() throws {
    let faces = try Faces(1, side: 64)
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: faces.path("link.csv"), withDestinationPath: "far.csv")
    try manager.createSymbolicLink(atPath: faces.path("null"), withDestinationPath: "/dev/null")
    #expect(mkfifo(faces.path("pipe"), 0o600) == 0)
    for (place, reason) in [
      ("link.csv", "a link to far.csv"), ("null", "a link to /dev/null"),
      ("pipe", "a device or pipe"),
    ] {
      try faces.score("mae", "--per-image", place, "--force").expectRefusal(1, place, reason)
    }
    #expect(try manager.destinationOfSymbolicLink(atPath: faces.path("link.csv")) == "far.csv")
  }

  @Test func foldersOfOthersAreKept() throws {
    let faces = try Faces(2, side: 64)
    try faces.make("home")
    try faces.write(Array("mine".utf8), to: "home/notes.txt")
    let generate = ["generate", "--dataset", "folder:reference", "--method", "m=builtin:blurred"]
    let export = ["pairs", "--dataset", "folder:reference", "--require", "image"]
    for (arguments, option) in [(generate, "--output"), (export, "--export")] {
      for place in ["home", "/"] {
        try Program.run(arguments + [option, place, "--quiet"], in: faces.path).expectRefusal(
          1, place, "cannot be filled", "--force")
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: faces.path("home")) == ["notes.txt"])
      try faces.make("new")
      try faces.write([], to: "new/.hidden")
      for place in ["new", "new"] {
        try Program.run(arguments + [option, place, "--quiet"], in: faces.path).expectSuccess()
      }
      try faces.remove("new")
    }
    #expect(!FileManager.default.fileExists(atPath: "/.evalkit"))
    try Program.run(generate + ["--output", "home", "--force", "--quiet"], in: faces.path)
      .expectSuccess()
    try faces.run("selftest", "--record", "home").expectRefusal(1, "cannot be filled")
  }

  /// What is under version control is replaced without a word, and the run's name is not in it.
  @Test func theReportOfTheProjectIsRecognized() throws {
    let faces = try Faces(2, side: 64)
    try faces.make("Reports/table1")
    for name in ["table1.md", "table1/scores.svg", "table1/sheet.jpg"] {
      try FileManager.default.copyItem(
        atPath: Fixtures.projectRoot.appending(path: "Reports/\(name)").path,
        toPath: faces.path("Reports/\(name)"))
    }
    let arguments = [
      "table1", "--dataset", "folder:reference", "--metrics", "mae", "--weights", "EMPTY",
      "--quiet",
    ]
    let first = try Self.run(arguments, in: faces)
    first.expectSuccess()
    let report = try faces.bytes(of: "Reports/table1.md")
    let second = try Self.run(arguments + ["--jobs", "1"], in: faces)
    second.expectSuccess()
    #expect(first.output != second.output && first.output.contains("| run |"))
    #expect(try faces.bytes(of: "Reports/table1.md") == report)
    #expect(!String(decoding: report, as: UTF8.self).contains("| run |"))
  }
}
