import Foundation
import TestSupport
import Testing
import Yams

/// `action.yml`, by running what stands in it as a runner would.
@Suite struct ActionTests {
  /// An archive with the layout of the one that `make dist` makes.
  private func archive(in faces: Faces) throws {
    let folder = faces.path("stage/evalkit-test/bin")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("#!/bin/sh\nexec '\(Program.path)' \"$@\"\n".utf8)
      .write(to: URL(fileURLWithPath: "\(folder)/evalkit"))
    try Program.shell(
      "chmod +x stage/evalkit-test/bin/evalkit && tar -czf evalkit.tar.gz -C stage evalkit-test",
      in: faces.path
    ).expectSuccess()
  }

  private func run(_ inputs: [String: String], in faces: Faces) throws -> Outcome {
    let text = try String(
      contentsOf: Fixtures.projectRoot.appending(path: "action.yml"), encoding: .utf8)
    let action = try #require(try Yams.load(yaml: text) as? [String: Any])
    let known = try #require(action["inputs"] as? [String: [String: Any]])
    let steps = try #require((action["runs"] as? [String: Any])?["steps"] as? [[String: Any]])
    let step = try #require(steps.first)
    var environment: [String: String] = [
      "GITHUB_STEP_SUMMARY": "summary.md", "GITHUB_OUTPUT": "output.txt",
    ]
    for (name, value) in try #require(step["env"] as? [String: String]) {
      let input = value.replacing("${{ inputs.", with: "").replacing(" }}", with: "")
      let declared = try #require(known[input], "\(input) is no input")
      environment[name] = inputs[input] ?? declared["default"] as? String
      #expect(environment[name] != nil, "\(input) is required")
    }
    #expect(inputs.keys.allSatisfy { known[$0] != nil })
    try Data((try #require(step["run"] as? String)).utf8)
      .write(to: URL(fileURLWithPath: faces.path("step.sh")))
    return try Program.shell("bash step.sh", in: faces.path, environment: environment)
  }

  @Test func aRegressionFailsTheStep() throws {
    let faces = try Faces(12)
    try archive(in: faces)
    let measure =
      "score --reference reference --generated generated --metrics mae,ssim --weights "
      + SyntheticWeights.empty
    let inputs = ["archive": "evalkit.tar.gz", "measure": measure]
    let first = try run(inputs, in: faces)
    #expect(first.code == 5, "\(first)")
    try faces.run("baseline", "set", "main").expectSuccess()
    let same = try run(inputs.merging(["gate": "--require 'mae<=1'"]) { $1 }, in: faces)
    #expect(same.code == 0, "\(same)")
    let summary = String(decoding: try faces.bytes(of: "summary.md"), as: UTF8.self)
    #expect(summary.contains("Verdict: pass"), "\(summary)")
    for index in 0..<12 {
      let id = Faces.id(index)
      try faces.write(
        faces.bytes(of: "generated/\(Faces.id((index + 1) % 12)).png"), to: "worse-\(id)")
    }
    for index in 0..<12 {
      let id = Faces.id(index)
      try faces.write(faces.bytes(of: "worse-\(id)"), to: "generated/\(id).png")
    }
    let worse = try run(inputs, in: faces)
    #expect(worse.code == 2, "\(worse)")
    let output = String(decoding: try faces.bytes(of: "output.txt"), as: UTF8.self)
    #expect(output.split(separator: "\n") == ["code=5", "code=0", "code=2"])
    for name in ["gate.xml", "gate.html", "gate.sarif"] {
      #expect(try !faces.bytes(of: "Reports/\(name)").isEmpty, "\(name)")
    }
    let wrong = try run(
      inputs.merging(["sha256": String(repeating: "0", count: 64)]) { $1 }, in: faces)
    #expect(wrong.code == 1 && !wrong.errors.contains("Verdict"), "\(wrong)")
  }
}
