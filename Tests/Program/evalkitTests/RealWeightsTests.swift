import Foundation
import TestSupport
import Testing

/// The main job on real faces with real weights.
@Suite(.enabled(if: Fixtures.arePresent)) struct RealWeightsTests {
  private static let columns = ["fid", "lpips-alex", "ms-ssim", "id", "accuracy", "miou"]

  private func table(in folder: String, _ further: String...) throws -> Outcome {
    let manifest = try String(
      contentsOf: Fixtures.projectRoot.appendingPathComponent("Protocols/weights/fixtures.yaml"),
      encoding: .utf8)
    let moved = manifest.replacing(
      /directory: .*/, with: "directory: \(Fixtures.path("weights"))")
    try Data(moved.utf8).write(to: URL(fileURLWithPath: folder + "/weights.yaml"))
    return try Program.run(
      [
        "table1", "--dataset", "folder:\(Fixtures.path("faces"))", "--weights", "weights.yaml",
        "--limit", "6",
      ] + further, in: folder)
  }

  @Test func everyColumnOrdersItsAnchors() throws {
    let folder = try TemporaryFolder()
    let result = try table(in: folder.url.path, "--jobs", "2")
    result.expectSuccess()
    #expect(result.output.contains("| ground-truth |") || result.output.contains("ground-truth"))
    let report = String(
      decoding: try Data(contentsOf: folder.url.appendingPathComponent("Reports/table1.md")),
      as: UTF8.self)
    // Only what is printed names the run, so that the file is the same after every run.
    let printed = result.output.split(separator: "\n").filter { !$0.hasPrefix("| run |") }
    #expect(report.split(separator: "\n") == printed)
    let database = try Database(folder.path("Results"))
    let found = try database.rows("SELECT DISTINCT metric FROM scores ORDER BY 1")
    #expect(found.count == Self.columns.count, "\(found)")
    for metric in found {
      let order = metric.contains("fid") || metric.contains("lpips") ? "ASC" : "DESC"
      let name = metric.dropFirst("metric=".count).replacing("\"", with: "'")
      let best = try database.rows(
        """
        SELECT method FROM scores WHERE metric = \(name) AND abs(value -
          (SELECT value FROM scores WHERE metric = \(name) ORDER BY value \(order) LIMIT 1)) < 1e-10
        """)
      // Shuffled images are the same set, so that only what compares images tells them from the real ones;
      // sums in another order differ by rounding, which for FID is below 2048·ε·(tr Σ₁ + tr Σ₂), some 1e-11.
      let expected = metric.contains("fid") ? ["ground-truth", "shuffled"] : ["ground-truth"]
      #expect(best.sorted() == expected.map { "method=\"\($0)\"" }, "\(metric): \(best)")
    }
  }

  @Test func bitsDoNotDependOnJobs() throws {
    let folder = try TemporaryFolder()
    for jobs in ["1", "2"] {
      try table(
        in: folder.url.path, "--jobs", jobs, "--results", "jobs\(jobs)", "--quiet"
      ).expectSuccess()
    }
    let scores = try ["jobs1", "jobs2"].map { try Database(folder.path($0)).scores() }
    #expect(scores[0] == scores[1] && !scores[0].isEmpty)
  }
}
