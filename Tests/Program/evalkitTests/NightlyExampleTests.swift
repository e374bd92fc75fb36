import Foundation
import Images
import TestSupport
import Testing
import Yams

/// The examples in `Examples/nightly`, by running what stands in them on a small folder.
@Suite struct NightlyExampleTests {
  /// What an example runs: lines of shell with the variables that they need.
  struct Example: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var variables: [String: String] = [:]
    /// Each by itself, as its service runs them; the second says whether it runs after a failure, too.
    var steps: [(text: String, always: Bool)] = []
    /// The folder that the example calls the project's.
    var place: String?
  }

  private static let names = [
    "nightly.sh", "crontab", "evalkit-nightly.service", "github-actions.yml", "gitlab-ci.yml",
  ]
  private static let folder = Fixtures.projectRoot.appending(path: "Examples/nightly")

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  private static func read(_ name: String) throws -> Example {
    var example = Example(testDescription: name)
    let lines = try text(name).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    switch name {
    case "nightly.sh": example.steps = [("sh Examples/nightly/nightly.sh", false)]
    case "crontab":
      example.variables = variables(lines.filter { !$0.contains(" * * ") })
      // Five fields of time, then the command.
      let line = try #require(lines.last?.split(separator: " ", maxSplits: 5).last)
      example.steps = [(String(line), false)]
      example.place = "/srv/method"
    case "evalkit-nightly.service":
      func values(_ key: String) -> [String] {
        lines.filter { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
      }
      example.variables = variables(values("Environment"))
      example.steps = [(try #require(values("ExecStart").first), false)]
      example.place = values("WorkingDirectory").first
    case "gitlab-ci.yml":
      let yaml = try #require(try Yams.load(yaml: text(name)) as? [String: Any])
      let job = try #require(yaml["scores"] as? [String: Any])
      example.variables = try #require(job["variables"] as? [String: String])
      example.steps =
        try #require(job["script"] as? [String]).map { ($0, false) }
        + #require(job["after_script"] as? [String]).map { ($0, true) }
    default:
      let yaml = try #require(try Yams.load(yaml: text(name)) as? [AnyHashable: Any])
      let jobs = try #require(yaml["jobs"] as? [String: [String: Any]])
      let job = try #require(jobs["scores"])
      example.variables = try #require(job["env"] as? [String: String])
      example.steps = try #require(job["steps"] as? [[String: Any]]).compactMap { step in
        (step["run"] as? String).map { ($0, step["if"] as? String == "always()") }
      }
    }
    return example
  }

  private static func variables(_ lines: [String]) -> [String: String] {
    Dictionary(
      lines.map { line in
        let parts = line.split(separator: "=", maxSplits: 1)
        return (String(parts[0]), String(parts.last ?? ""))
      }, uniquingKeysWith: { $1 })
  }

  /// Twelve faces with a baseline of the table that needs no weights.
  private static func project() throws -> Faces {
    let faces = try Faces(12, side: 64)
    for folder in ["bin", "Examples"] { try faces.make(folder) }
    try FileManager.default.copyItem(
      atPath: folder.path, toPath: faces.path("Examples/nightly"))
    try faces.write(
      Array("#!/bin/sh\nexec '\(Program.path)' \"$@\"\n".utf8), to: "bin/evalkit")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: faces.path("bin/evalkit"))
    return faces
  }

  private static let own = [
    "TABLE": "diffusionclip.table1", "DATASET": "folder:reference",
    "WEIGHTS": SyntheticWeights.empty, "METHOD": "folder:generated", "BASELINE": "main",
  ]

  /// Runs an example's steps; returns the code that its service would see.
  private static func run(_ example: Example, _ faces: Faces) throws -> Int32 {
    var code: Int32 = 0
    for step in example.steps where code == 0 || step.always {
      let text = example.place.map { step.text.replacing($0, with: faces.path) } ?? step.text
      let outcome = try Program.shell(
        "set -e\n" + text, in: faces.path,
        environment: own.merging([
          "PATH": "\(faces.path)/bin:/usr/bin:/bin",
          "GITHUB_STEP_SUMMARY": faces.path("summary.md"),
        ]) { $1 })
      if outcome.code != 0, code == 0 { code = outcome.code }
    }
    return code
  }

  @Test(arguments: names)
  func theGatesCodeComesThrough(name: String) throws {
    let example = try Self.read(name)
    if name != "nightly.sh" {
      #expect(Set(Self.own.keys).isSubset(of: example.variables.keys), "\(example.variables)")
    }
    let faces = try Self.project()
    // Nothing to compare with yet.
    #expect(try Self.run(example, faces) == 5)
    try faces.run("baseline", "set", "main").expectSuccess()
    #expect(try Self.run(example, faces) == 0)
    for file in ["Reports/gate.xml", "Reports/gate.html", "Reports/table.html"] {
      #expect(try !faces.bytes(of: file).isEmpty, "\(file)")
    }
    for index in 0..<12 {
      let face = Faces.face(seed: UInt64(300 + index), side: 64)
      try faces.write(ImageEncoder.png(face), to: "generated/\(Faces.id(index)).png")
    }
    try faces.remove("Reports/table.html")
    #expect(try Self.run(example, faces) == 2)
    let page = String(decoding: try faces.bytes(of: "Reports/gate.html"), as: UTF8.self)
    #expect(page.contains("(exit code 2)"))
    // A failed gate is reported all the same.
    #expect(try !faces.bytes(of: "Reports/table.html").isEmpty)
    try faces.write([], to: "generated/04.png")
    #expect(try Self.run(example, faces) == 6)
  }

  /// Every example has the same three commands.
  @Test(arguments: names.filter { $0.hasSuffix("l") || $0.hasSuffix("h") })
  func tableGateAndReport(name: String) throws {
    let text = try Self.text(name).replacing("\\\n", with: " ")
    let commands = text.split(separator: "\n").compactMap { line in
      line.split(separator: " ").drop { $0 == "-" }.first == "evalkit"
        ? line.split(separator: " ").drop { $0 == "-" }.dropFirst().first : nil
    }
    #expect(commands == ["table", "gate", "report"], "\(commands)")
  }

  @Test func theTimerStartsTheService() throws {
    let timer = try Self.text("evalkit-nightly.timer")
    #expect(timer.contains("\nOnCalendar=") && timer.contains("\nWantedBy=timers.target"))
    #expect(Self.names.contains("evalkit-nightly.service"))
  }
}
