import Foundation
import Testing

extension Outcome {
  /// Checks a gate's exit code and its last line.
  func expectVerdict(
    _ code: Int32, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(!wasKilled && self.code == code, "\(self)", sourceLocation: sourceLocation)
    let last = errors.split(separator: "\n").last ?? ""
    #expect(last.hasPrefix("Verdict: "), "\(self)", sourceLocation: sourceLocation)
    #expect(last.contains("exit code \(code)"), "\(self)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        (output + errors).contains(part), "no '\(part)': \(self)", sourceLocation: sourceLocation)
    }
  }
}

/// `gate` and `report` over what is stored.
@Suite struct StoredRunTests {
  @Test func theGateJudgesByItsExitCode() throws {
    let faces = try Faces(3)
    try faces.write([], to: "generated/00.png")
    try faces.score("mae,ssim").expectSuccess()
    func gate(_ requirements: String..., failures: Int = 1) throws -> Outcome {
      try Program.run(
        ["gate", "--max-failures", "\(failures)"]
          + requirements.flatMap { ["--require", $0] }, in: faces.path)
    }
    try gate("mae<=0.5", "ssim >= 0.01").expectVerdict(0, "pass")
    try gate("generated:mae<=0.5").expectVerdict(0)
    try gate("mae<=0.5", "ssim>=1.5").expectVerdict(2, "ssim >= 1.5", "breaks")
    try gate("fid<=47").expectVerdict(6, "no number for fid")
    try gate("mae<=0.5", failures: 0).expectVerdict(6, "1 of 3 images")
    try gate("mae<=0.5", "ssim>=1.5", "fid<=47").expectVerdict(6)
    try gate("fed<=47").expectRefusal(64, "'fed'", "did you mean 'fid'")
    try gate("theirs:mae<=47").expectRefusal(64, "'theirs'", "generated")
    try gate("mae").expectRefusal(64, "'mae'")
    try gate("mae<=nan").expectRefusal(64, "'nan'")
    try faces.run("gate", "--run", "19", "--require", "mae<=1").expectRefusal(5, "'19'")
    let json = try faces.run("gate", "--max-failures", "1", "--require", "mae<=0.5", "--json")
      .json()
    #expect(json["code"] as? Int == 0 && json["outcome"] as? String == "pass")
    try faces.run(
      "gate", "--max-failures", "1", "--require", "ssim>=1.5", "--junit", "gate.xml"
    ).expectVerdict(2)
    #expect(String(decoding: try faces.bytes(of: "gate.xml"), as: UTF8.self).contains("<failure"))
  }

  @Test func aScoreThatIsNoNumberIsInvalid() throws {
    let faces = try Faces(3)
    try faces.score("mae").expectSuccess()
    let database = try Database(faces.path("Results"))
    try database.execute("UPDATE setScore SET value = NULL, reason = 'nan'")
    try faces.run("gate", "--require", "mae<=1").expectVerdict(6, "no number for mae")
    try database.execute("UPDATE setScore SET value = NULL, reason = 'infinite'")
    try faces.run("gate", "--require", "mae<=1").expectVerdict(2, "mae ∞, which breaks the bound")
    // No evalkit writes infinity as a number.
    try database.execute("UPDATE setScore SET value = 9e999, reason = NULL")
    try faces.run("gate", "--require", "mae<=1").expectRefusal(1, "damaged", "'value'")
    try database.execute("DELETE FROM setScore")
    try faces.run("gate", "--require", "mae<=1").expectVerdict(6, "no number for mae")
  }

  @Test func reportsOfUnknownRunsAreRefused() throws {
    let faces = try Faces(2)
    try faces.run("report").expectRefusal(5, "no database")
    try faces.run("gate", "--require", "fid<=1").expectRefusal(5, "no database")
    try faces.score("mae").expectSuccess()
    try faces.run("report", "no-such-run").expectRefusal(5, "no-such-run")
    try faces.score("mae").expectSuccess()
    try faces.run("report", "2").expectRefusal(64, "2 runs")
  }

  @Test func everyFormatIsWritten() throws {
    let faces = try Faces(2)
    try faces.score("mae,psnr").expectSuccess()
    for (format, part) in [
      ("markdown", "| "), ("csv", ","), ("latex", "tabular"), ("junit", "<testsuite"),
      ("html", "<table"),
    ] {
      let report = try faces.run("report", "--format", format)
      report.expectSuccess()
      #expect(report.output.contains(part) && report.errors.isEmpty, "\(format): \(report)")
    }
    _ = try faces.run("report", "--format", "json").json()
  }
}
