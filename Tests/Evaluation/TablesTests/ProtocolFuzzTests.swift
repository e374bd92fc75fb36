import Essentials
import Foundation
import Tables
import TestSupport
import Testing

/// Damaged protocols: each is read or refused with its file's name.
@Suite struct ProtocolFuzzTests {
  private static let tokens = [
    "- ", "? ", ": ", "[", "{", "&a ", "*a", "!!binary ", "---\n", "...\n", "\t", "|\n", ">-\n",
    "<<: ",
    "\u{0}", "%YAML 9.9\n", "~", "'", "\"",
  ]

  private static func parse(_ bytes: [UInt8]) -> FuzzOutcome {
    outcome(of: bytes) { (text) throws(TableError) in
      _ = try PaperTable(yaml: text, file: "fuzz.yaml", metrics: .known)
    }
  }

  private static func parseClaims(_ bytes: [UInt8]) -> FuzzOutcome {
    outcome(of: bytes) { (text) throws(TableError) in
      _ = try ClaimFile(yaml: text, file: "fuzz.yaml", metrics: .known)
    }
  }

  private static func outcome(
    of bytes: [UInt8], _ read: (String) throws(TableError) -> Void
  ) -> FuzzOutcome {
    do throws(TableError) {
      try read(String(decoding: bytes, as: UTF8.self))
      return .read
    } catch {
      return error.file == "fuzz.yaml" ? .refused("\(error)") : .wrong("names \(error.file)")
    }
  }

  @Test func damagedProtocols() throws {
    let ids = try ProtocolFiles([.program], metrics: .known).ids()
    let files = try ids.map {
      [UInt8](
        try Data(
          contentsOf: Fixtures.projectRoot.appendingPathComponent("Protocols/\($0).yaml")))
    }
    let target = FuzzTarget(
      "protocols", corpus: Array(files.sorted { $0.count < $1.count }.prefix(4)),
      tokens: Self.tokens,
      // A byte may be a node with marks and tags, and its parser's events.
      permitted: { 1 << 20 + 2048 * $0 }, parse: Self.parse)
    let report = target.run(cases: 300)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 3, "\(report)")
  }

  @Test func damagedClaims() throws {
    let url = Fixtures.projectRoot.appendingPathComponent("Protocols/claims/diffusionclip.yaml")
    let target = FuzzTarget(
      "claims", corpus: [[UInt8](try Data(contentsOf: url))], tokens: Self.tokens,
      permitted: { 1 << 20 + 2048 * $0 }, parse: Self.parseClaims)
    let report = target.run(cases: 300)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 3, "\(report)")
  }

  /// Nests that use up a parser's stack, and a short text that stands for 10⁹ words.
  @Test func bombsAreRefusedUnread() {
    let many = 100_000
    var laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (name, before) in zip("bcdefghi", "abcdefgh") {
      laughs +=
        "\(name): &\(name) ["
        + [String](repeating: "*\(before)", count: 9)
        .joined(separator: ", ") + "]\n"
    }
    let expected = [
      (laughs, "it has 72 aliases"), (laughs + "? *i\n: 1\n", "aliases"),
      (String(repeating: "[", count: many), "brackets open at once"),
      (String(repeating: "{a: ", count: many), "brackets open at once"),
      (String(repeating: "- ", count: many), "nested more than 100 columns deep"),
      (String(repeating: "? ", count: many), "nested more than 100 columns deep"),
    ]
    for (text, words) in expected {
      let error = #expect(throws: TableError.self) {
        try PaperTable(yaml: text, file: "bomb.yaml", metrics: .known)
      }
      #expect(error?.description.contains(words) == true, "\(words): \(String(describing: error))")
    }
  }

  @Test func ordinaryTextsPass() {
    for text in ["a: [b, [c]]\nd: {e: *f}\n", "- 3 * 4\n- x*y\n- '**bold**'\n", ""] {
      #expect(YAMLLimits.objection(to: text) == nil)
    }
    let lines = String(repeating: "a: [b, {c: [d]}]\n", count: 1000)
    #expect(YAMLLimits.objection(to: lines) == nil)
  }
}
