import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// An image that is too large for the memory is a failure in the ledger; the others are measured.
@Suite struct MemoryTests {
  @Test(arguments: ["mae", "ms-ssim", "lpips-alex"])
  func anImageThatIsTooLargeIsALineInTheLedger(metric: String) throws {
    let faces = try Faces(2)
    let large = ImageEncoder.png(Faces.face(seed: 7, side: 1536))
    for side in ["reference", "generated"] { try faces.write(large, to: "\(side)/large.png") }
    func score(_ memory: String) throws -> [String: Any] {
      let outcome = try Program.run(
        Faces.scoring(metric, weights: "compact")
          + ["--quiet", "--json", "--memory", memory, "--jobs", "2"], in: faces.path)
      outcome.expectSuccess()
      return try outcome.json()
    }
    let limited = try score(metric == "mae" ? "16MB" : "32MB")
    let failures = try #require(limited["failures"] as? [[String: Any]])
    #expect(!failures.isEmpty && failures.allSatisfy { $0["id"] as? String == "large" })
    let first = try #require(failures.first)
    let reason = try #require(first["reason"] as? String)
    #expect(first["state"] as? String == "too-large" || reason.contains("memory"), "\(first)")
    #expect(reason.contains("1536×1536") && reason.contains("--memory"), "\(reason)")
    let metrics = try #require(limited["metrics"] as? [String: [String: Any]])
    #expect(metrics[metric]?["n"] as? Int == 2, "\(limited)")
    // With room it is measured like any other.
    let whole = try #require(try score("2GB")["metrics"] as? [String: [String: Any]])
    #expect(whole[metric]?["n"] as? Int == 3, "\(whole)")
  }

  /// With less the system's loader and libraries fail before the program begins.
  @Test(arguments: [300_000, 600_000])
  func tooLittleAddressSpaceIsTold(kilobytes: Int) throws {
    let faces = try Faces(1)
    let command = Faces.scoring("mae,lpips-alex", weights: "compact").joined(separator: " ")
    let outcome = try Program.shell(
      "ulimit -v \(kilobytes); evalkit \(command) --jobs 2 --quiet", in: faces.path)
    outcome.expectRefusal(1, "ulimit -v", "address space")
  }
}
