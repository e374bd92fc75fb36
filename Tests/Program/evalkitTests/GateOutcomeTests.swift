import Foundation
import Images
import Tensors
import Testing

/// Every way in which a gate can end: code, last line, printed checks, JSON, JUnit, step summary, page,
/// OpenMetrics, SARIF and the note in the database say the same.
@Suite struct GateOutcomeTests {
  /// A case: what is done to the faces before the gate, and what the gate must say.
  private struct Case: Sendable {
    let code: Int32
    let outcome: String
    let words: [String]
    var arguments: [String] = []
    var count = 12
    /// What SARIF tells of single images.
    var rule: String?
    /// Between baseline and gate.
    let change: @Sendable (Faces) throws -> Void
  }

  private static let cases = [
    Case(code: 0, outcome: "pass", words: ["equivalent: generated: mae"]) { _ in },
    Case(code: 0, outcome: "pass", words: ["improved: generated: ssim, generated: mae"]) { faces in
      for index in 0..<12 {
        var near = Faces.face(seed: UInt64(index), side: 32)
        near.samples[0] ^= 1
        try faces.write(ImageEncoder.png(near), to: "generated/\(Faces.id(index)).png")
      }
      try faces.score("mae,ssim").expectSuccess()
    },
    Case(
      code: 2, outcome: "regression", words: ["broken: generated: ssim, generated: mae"],
      rule: "worst-pair"
    ) { try worsen($0) },
    Case(
      code: 2, outcome: "regression", words: ["breaks the bound"],
      arguments: ["--require", "mae<=0.0001"]
    ) { _ in },
    Case(
      code: 2, outcome: "regression", words: ["generated: repeated images"],
      rule: "repeated-image"
    ) { faces in
      try faces.write(faces.bytes(of: "generated/00.png"), to: "generated/01.png")
      try faces.score("mae,ssim").expectSuccess()
    },
    Case(code: 0, outcome: "inconclusive", words: ["more pairs"], count: 3) {
      try worsen($0, 3)
    },
    Case(
      code: 3, outcome: "inconclusive", words: ["undecided"], arguments: ["--strict"], count: 3
    ) { try worsen($0, 3) },
    Case(code: 5, outcome: "not-comparable", words: ["variant is vainf-ssim"]) { faces in
      try faces.score("mae,ssim", "--ssim-variant", "vainf-ssim").expectSuccess()
    },
    Case(
      code: 6, outcome: "invalid", words: ["1 of 12 images of generated failed"],
      rule: "failed-image"
    ) { faces in
      try faces.write([], to: "generated/03.png")
      try faces.score("mae,ssim").expectSuccess()
    },
    Case(
      code: 6, outcome: "invalid", words: ["stale"], arguments: ["--max-age", "0"]
    ) { _ in },
  ]

  private static func worsen(_ faces: Faces, _ count: Int = 12) throws {
    for index in 0..<count {
      let face = Faces.face(seed: UInt64(index), side: 32)
      let noisy = Faces.noisy(
        Faces.noisy(face, seed: UInt64(2000 + index)), seed: UInt64(3000 + index))
      try faces.write(ImageEncoder.png(noisy), to: "generated/\(Faces.id(index)).png")
    }
    try faces.score("mae,ssim").expectSuccess()
  }

  @Test(arguments: cases.indices)
  func allFormsAgree(number: Int) throws {
    let asked = Self.cases[number]
    let faces = try Faces(asked.count, side: 32)
    try faces.score("mae,ssim").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    try asked.change(faces)
    let arguments =
      ["gate", "--baseline", "main", "--junit", "gate.xml", "--summary", "gate.md"]
      + ["--sarif", "gate.sarif", "--openmetrics", "gate.txt", "--html", "gate.html"]
      + asked.arguments
    let outcome = try Program.run(arguments, in: faces.path)
    outcome.expectVerdict(asked.code)
    for word in asked.words {
      #expect((outcome.output + outcome.errors).contains(word), "\(outcome)")
    }
    let last = String(outcome.errors.split(separator: "\n").last ?? "")
    #expect(last.hasPrefix("Verdict: \(asked.outcome): "), "\(last)")

    func text(_ name: String) throws -> String {
      String(decoding: try faces.bytes(of: name), as: UTF8.self)
    }
    func count(_ mark: String, in text: String) -> Int {
      text.components(separatedBy: mark).count - 1
    }
    let checks = outcome.output.split(separator: "\n").count
    let junit = try text("gate.xml")
    #expect(count("<testcase", in: junit) == checks)
    let broken = count("<failure", in: junit)
    let errors = count("<error", in: junit)
    let skipped = count("<skipped", in: junit)
    switch asked.code {
    case 2: #expect(broken > 0 && errors == 0, "\(junit)")
    case 3: #expect(broken + errors == 0 && skipped > 0, "\(junit)")
    case 5, 6: #expect(errors > 0, "\(junit)")
    default: #expect(broken + errors == 0, "\(junit)")
    }
    for (name, marks) in [
      ("gate.md", ["| ✗ |", "| ⚠ |", "| ? |", "| ✓ |"]),
      ("gate.html", ["<td>✗</td>", "<td>⚠</td>", "<td>?</td>", "<td>✓</td>"]),
    ] {
      let page = try text(name)
      #expect(
        marks.map { count($0, in: page) } == [
          broken, errors, skipped, checks - broken - errors - skipped,
        ], "\(page)")
      #expect(page.contains("exit code \(asked.code)"))
    }
    let metrics = try text("gate.txt")
    #expect(metrics.contains("evalkit_gate_exit_code{gate=\"score\"} \(asked.code)\n"))
    for (state, number) in [("broken", broken), ("invalid", errors), ("undecided", skipped)] {
      #expect(count("outcome=\"\(state)\"} 1\n", in: metrics) == number, "\(metrics)")
    }
    let sarif = try text("gate.sarif")
    #expect(sarif.contains("\"failed-image\"") && sarif.contains("\"omittedResults\" : 0"))
    for rule in ["failed-image", "repeated-image", "copied-image", "worst-pair"] {
      #expect(sarif.contains("\"ruleId\" : \"\(rule)\"") == (rule == asked.rule), "\(sarif)")
    }
    #expect(sarif.contains("\"uri\" : \"generated/") == (asked.rule != nil), "\(sarif)")
    let noted = try Database(faces.path("Results")).rows(
      "SELECT code, outcome FROM verdict ORDER BY id DESC LIMIT 1")
    #expect(noted == ["code=\(asked.code) outcome=\"\(asked.outcome)\""])
    let json = try Program.run(
      ["gate", "--baseline", "main", "--json"] + asked.arguments, in: faces.path
    ).json()
    #expect(json["code"] as? Int32 == asked.code && json["outcome"] as? String == asked.outcome)
    #expect(json["sentence"] as? String == last)
    #expect((json["checks"] as? [Any])?.count == checks)
  }

  /// What is not understood, or not there, says nothing in any form.
  @Test func usageErrorsWriteNothing() throws {
    let faces = try Faces(3, side: 32)
    try faces.score("mae").expectSuccess()
    let forms = ["--junit", "g.xml", "--sarif", "g.sarif", "--html", "g.html"]
    for (arguments, code) in [
      (["--require", "mea<=1"], 64), (["--require", "mae<=1", "--stric"], 64),
      (["--baseline", "main"], 5),
    ] as [([String], Int32)] {
      let outcome = try Program.run(["gate"] + arguments + forms, in: faces.path)
      #expect(outcome.code == code && outcome.output.isEmpty, "\(outcome)")
      for name in ["g.xml", "g.sarif", "g.html"] {
        #expect(!FileManager.default.fileExists(atPath: faces.path(name)))
      }
    }
    try faces.run("gate", "--require", "mae<=1", "--html", "nowhere/g.html")
      .expectRefusal(1, "nowhere/g.html")
  }
}
