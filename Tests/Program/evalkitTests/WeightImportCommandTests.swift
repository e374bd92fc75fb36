import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct WeightImportCommandTests {
  /// One file that nobody knows does not stop the others, and every refusal is told.
  @Test func everyFileIsTried() throws {
    let folder = try TemporaryFolder()
    let unknown = try #require(WeightCatalogue.files.first { $0.digest == .unknown })
    try folder.write("weights".utf8, to: "known.bin")
    try folder.write("<html>".utf8, to: "page.bin")
    func imported(_ arguments: String...) throws -> Outcome {
      try Program.run(
        ["weights", "import", "--output", folder.path("weights")] + arguments, in: folder.url.path)
    }
    try imported("known.bin", "--as", unknown.fileName).expectSuccess()
    // The same bytes are known by no digest, so both are refused, one after the other.
    let outcome = try imported("known.bin", "none.bin", "page.bin")
    outcome.expectRefusal(
      1, "3 of 3 files were not imported", "  known.bin is none of the published files",
      "  none.bin cannot be opened", "  page.bin is none of", "It is an HTML page")
  }
}
