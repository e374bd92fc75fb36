import Testing

/// The targets of the Makefile, which `make help` lists.
@Suite struct MakefileTests {
  @Test func everyTargetSaysWhatItDoes() throws {
    let text = try ProjectFile.text("Makefile")
    let phony = try #require(text.firstMatch(of: /\n\.PHONY: (.*)\n/)).1.split(separator: " ")
    let targets = text.matches(of: /\n([a-z][a-z0-9-]*):(?!=)(.*)/)
    #expect(targets.map(\.1).sorted() == phony.sorted(), "each target once, and each in .PHONY")
    for target in targets {
      let words = target.2.split(separator: " ## ", maxSplits: 1, omittingEmptySubsequences: false)
      #expect(words.count == 2 && words.last?.isEmpty == false, "\(target.1) has no ## text")
    }
  }

  /// README and CONTRIBUTING name no target that is not there.
  @Test(arguments: ["README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md"])
  func namedTargetsExist(path: String) throws {
    let phony = try #require(try ProjectFile.text("Makefile").firstMatch(of: /\n\.PHONY: (.*)\n/))
    let targets = phony.1.split(separator: " ")
    for name in try ProjectFile.text(path).matches(of: /(?:`| )make ([a-z][a-z0-9-]*)`/).map(\.1) {
      #expect(targets.contains(name), "\(path) names 'make \(name)'")
    }
  }
}
