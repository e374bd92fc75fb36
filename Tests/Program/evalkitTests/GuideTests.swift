import Foundation
import TestSupport
import Testing

/// The commands of the guides in `Docs`, run as they stand.
@Suite struct GuideTests {
  @Test(arguments: [
    "evaluate-my-generator", "features-made-elsewhere", "many-machines", "nightly", "own-protocol",
    "reproduce-a-claim", "training-loop",
  ])
  func everyCommandRuns(guide: String) throws {
    let path = Fixtures.projectRoot.appendingPathComponent("Docs/\(guide).md")
    let text = try String(contentsOf: path, encoding: .utf8)
    let folder = try TemporaryFolder()
    var count = 0
    // A block of another language is the file that its first line names.
    for block in text.matches(of: /(?s)```([a-z]+)(?: (\S+))?\n(.*?)```/) {
      if let file = block.2 {
        try folder.write(block.3.utf8, to: String(file))
        continue
      }
      guard block.1 == "sh" else { continue }
      for command in block.3.split(separator: "\n") {
        let outcome = try Program.shell(String(command), in: folder.url.path)
        #expect(!outcome.wasKilled && outcome.code == 0, "\(command): \(outcome)")
        count += 1
      }
    }
    #expect(count > 2)
  }

  /// Every page that the index names is there, and every page is named.
  @Test func theIndexNamesEveryPage() throws {
    let folder = Fixtures.projectRoot.appendingPathComponent("Docs")
    let index = try String(
      contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".md") && $0 != "README.md" }
    #expect(pages.count > 4)
    for page in pages { #expect(index.contains("](\(page))"), "\(page)") }
  }

  /// The codes of the page are those that the program has, each once.
  @Test func everyCodeIsListed() throws {
    let page = try String(
      contentsOf: Fixtures.projectRoot.appendingPathComponent("Docs/exit-codes.md"),
      encoding: .utf8)
    let codes = page.matches(of: /(?m)^\| ([0-9, ]+) \|/).flatMap {
      $0.1.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    #expect(codes == [0, 1, 2, 3, 5, 6, 64, 129, 130, 131, 143])
  }
}
