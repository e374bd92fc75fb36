import Foundation
import TestSupport
import Testing

/// stdout carries the result and nothing else; stderr is plain where it is no terminal.
@Suite struct OutputTests {
  @Test func jsonIsAloneOnStdout() throws {
    let faces = try Faces(3)
    let result = try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--metrics", "mae,psnr",
      "--weights", SyntheticWeights.empty, "--json")
    result.expectSuccess()
    let json = try result.json()
    #expect(json["schema"] as? Int == 2 && (json["tool"] as? String)?.hasPrefix("evalkit ") == true)
    #expect(result.errors.contains("3 of 3 pairs"), "\(result)")
    let table = try faces.run(
      "table1", "--dataset", "folder:reference", "--metrics", "mae", "--weights",
      SyntheticWeights.empty, "--json")
    table.expectSuccess()
    _ = try table.json()
    for arguments in [["protocols", "list", "--json"], ["gate", "--require", "mae<=1", "--json"]] {
      let outcome = try Program.run(arguments, in: faces.path)
      #expect(throws: Never.self, "\(outcome)") {
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      }
    }
  }

  @Test func aMetricNamedTwiceIsMeasuredOnce() throws {
    let faces = try Faces(1)
    let metrics = try faces.score("mae,ssim, mae", "--json").json()["metrics"] as? [String: Any]
    #expect(metrics.map { Set($0.keys) } == ["mae", "ssim"])
  }

  @Test func equalImagesHaveAnInfiniteRatio() throws {
    let faces = try Faces(2)
    let arguments = [
      "score", "--reference", "reference", "--generated", "reference", "--metrics", "psnr,mae",
      "--weights", SyntheticWeights.empty, "--quiet",
    ]
    let text = try Program.run(arguments, in: faces.path)
    text.expectSuccess()
    #expect(text.output.contains("∞ dB"), "\(text)")
    let metrics = try Program.run(arguments + ["--json"], in: faces.path).json()["metrics"]
    let psnr = try #require((metrics as? [String: [String: Any]])?["psnr"])
    #expect(psnr["value"] is NSNull && psnr["reason"] as? String == "inf", "\(psnr)")
  }

  @Test func aTerminalsControlsStayOnTerminals() throws {
    let faces = try Faces(2)
    for environment in [["NO_COLOR": "1"], ["TERM": "dumb"], [:]] {
      let result = try Program.run(
        Faces.scoring("mae"), in: faces.path, environment: environment)
      result.expectSuccess()  // Which looks for control characters.
      #expect(result.errors.contains("2 of 2 pairs"))
    }
    let quiet = try Program.run(Faces.scoring("mae") + ["--quiet"], in: faces.path)
    #expect(quiet.errors.isEmpty, "\(quiet)")
    let silent = try Program.run(Faces.scoring("mae") + ["--no-progress"], in: faces.path)
    #expect(!silent.errors.contains("pairs"), "\(silent)")
  }

  @Test func aReaderThatLeavesDoesNoHarm() throws {
    let faces = try Faces(2)
    let scoring = Faces.scoring("mae").map { "'\($0)'" }.joined(separator: " ")
    // The reader is gone before anything is written.
    let piped = try Program.shell(
      "{ evalkit \(scoring) --json --quiet; echo $? > code; } | true", in: faces.path)
    #expect(piped.code == 0 && piped.errors.isEmpty, "\(piped)")
    #expect(String(decoding: try faces.bytes(of: "code"), as: UTF8.self) == "0\n")
    let head = try Program.shell("evalkit report --format json | head -n 1", in: faces.path)
    #expect(head.code == 0 && head.output == "{\n" && head.errors.isEmpty, "\(head)")
    let status = try Database(faces.path("Results")).rows("SELECT status FROM run")
    #expect(status == ["status=\"complete\""])
  }

  @Test func aResultThatCannotBeWrittenIsAnError() throws {
    let faces = try Faces(1)
    for arguments in [Faces.scoring("mae") + ["--quiet"], ["report"], ["protocols"]] {
      let full = try Program.run(arguments, in: faces.path, outputPath: "/dev/full")
      full.expectRefusal(1, "stdout", "No space left")
    }
    let runs = try Database(faces.path("Results")).rows("SELECT status FROM run")
    #expect(runs == ["status=\"complete\""])
  }

  @Test func perImageValuesAreWritten() throws {
    let faces = try Faces(3)
    try faces.write([], to: "generated/01.png")
    try faces.score("mae,ssim", "--per-image", "values.csv").expectSuccess()
    let text = String(decoding: try faces.bytes(of: "values.csv"), as: UTF8.self)
    let lines = text.split(separator: "\r\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines.map(\.[0]) == ["image", "00", "01", "02"])
    #expect(lines.map(\.[1]) == ["state", "scored", "empty", "scored"])
    let stored = try Database(faces.path("Results")).count(
      "SELECT count(*) FROM scores_per_image WHERE metric = 'mae' AND value IN "
        + "(\(lines[1][2]), \(lines[3][2]))")
    #expect(stored == 2, "\(text)")
  }
}
