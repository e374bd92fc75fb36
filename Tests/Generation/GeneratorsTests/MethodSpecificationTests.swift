import Generators
import Testing

@Suite struct MethodSpecificationTests {
  @Test(arguments: [
    ("ours=folder:a/b=c", MethodSpecification(name: "ours", source: .folder(directory: "a/b=c"))),
    (
      "x y=command:python3 gen.py --text 'a b'",
      MethodSpecification(
        name: "x y", source: .command(arguments: ["python3", "gen.py", "--text", "a b"]))
    ),
    ("best=builtin:ground-truth", .init(name: "best", source: .builtin(.groundTruth))),
    ("m=builtin:mean-face", .init(name: "m", source: .builtin(.meanFace))),
    ("s=builtin:shuffled", .init(name: "s", source: .builtin(.shuffled))),
    ("b=builtin:blurred", .init(name: "b", source: .builtin(.blurred))),
    ("p=builtin:paint", .init(name: "p", source: .builtin(.paint))),
    ("r=builtin:retrieve", .init(name: "r", source: .builtin(.retrieve))),
  ])
  func parses(text: String, expected: MethodSpecification) throws {
    #expect(try MethodSpecification(parsing: text) == expected)
  }

  @Test(arguments: [
    ("folder:DIR", "expected NAME=SPEC"), ("=folder:x", "the name '' is empty"),
    ("a/b=folder:x", "contains '/'"), ("a=folder:", "nothing follows 'folder:'"),
    ("a=folder", "nothing follows 'folder:'"), ("a=command:  ", "no program is named"),
    ("a=command:x 'y", "the quote ' is not closed"), ("a=command:x \\", "last backslash"),
    ("a=command:'' y", "no program is named"),
    ("a=foldr:x", "did you mean 'folder:DIR'?"), ("a=cmd:x", "did you mean 'command:"),
    ("a=", "unknown kind of method ''"),
    ("a=builtin:groundtruth", "did you mean 'ground-truth'?"),
    ("a=builtin:meanface", "did you mean 'mean-face'?"),
    ("a=builtin:painted", "did you mean 'paint'?"),
    ("a=builtin:retreive", "did you mean 'retrieve'? Known: ground-truth, shuffled"),
  ])
  func explainsWhatIsWrong(text: String, reason: String) throws {
    let error = try #require(throws: MethodError.self) { try MethodSpecification(parsing: text) }
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func refusesEqualNames() {
    #expect(throws: MethodError.duplicateName("a")) {
      try MethodSpecification.parse(all: ["a=folder:x", "b=folder:x", "a=builtin:blurred"])
    }
  }

  @Test(arguments: [
    (#"a  b"#, ["a", "b"]), (#" 'a b' "c d" "#, ["a b", "c d"]),
    (#"a\ b "\"x\"""#, ["a b", "\"x\""]),
    (#"a '' ''"#, ["a", "", ""]), (#"a'b'"c"d"#, ["abcd"]), (#"'a\b'"#, [#"a\b"#]),
    ("a\tb", ["a", "b"]), ("$HOME *.py ~", ["$HOME", "*.py", "~"]),
  ])
  func splitsCommandsLikeAShellWithoutExpanding(text: String, words: [String]) throws {
    let method = try MethodSpecification(parsing: "m=command:\(text)")
    #expect(method.source == .command(arguments: words))
  }
}
