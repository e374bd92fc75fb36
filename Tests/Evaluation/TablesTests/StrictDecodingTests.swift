import Foundation
import Tables
import Terms
import TestSupport
import Testing

/// A mistake in a protocol file is named with its place, and nothing wrong is read silently.
struct StrictDecodingTests {
  private let original: String

  init() throws {
    let url = Fixtures.projectRoot.appendingPathComponent("Protocols/ddgi.table1.yaml")
    original = try String(contentsOf: url, encoding: .utf8)
  }

  private func error(replacing old: String, with new: String) throws -> TableError {
    let range = try #require(original.range(of: old), "the protocol holds '\(old)'")
    let text = original.replacingCharacters(in: range, with: new)
    return try #require(throws: TableError.self) {
      try PaperTable(yaml: text, file: "t.yaml", metrics: .known)
    }
  }

  /// Line of the first occurrence of a text in the protocol.
  private func line(of text: String) throws -> Int {
    let range = try #require(original.range(of: text))
    return original[..<range.lowerBound].count(where: \.isNewline) + 1
  }

  @Test func namesUnknownKeysAndTheNearest() throws {
    let error = try error(replacing: "caption: >-", with: "captoin: >-")
    #expect(error.key == "captoin")
    #expect(try error.line == line(of: "caption: >-"))
    #expect(error.description.contains("t.yaml:"))
    #expect(error.description.contains("'caption'"))
  }

  @Test func namesUnknownMetrics() throws {
    let error = try error(replacing: "metric: lpips-alex", with: "metric: lpips-alexx")
    #expect(error.key == "columns[1].metric")
    #expect(try error.line == line(of: "metric: lpips-alex"))
    #expect(error.description.contains("'lpips-alex'"))
  }

  @Test func namesUnknownSwitchesAndValues() throws {
    let name = try error(replacing: "  fid_impl:", with: "  fid_imp:")
    #expect(name.key == "switches.fid_imp")
    #expect(name.description.contains("'fid_impl'"))
    let value = try error(replacing: "value: agg19", with: "value: agg91")
    #expect(value.key == "switches.miou_mode.value")
    #expect(value.description.contains("'agg19'"))
    let confidence = try error(replacing: "confidence: unknown", with: "confidence: unkown")
    #expect(confidence.description.contains("'unknown'"))
    let count = try error(replacing: "value: \"2000\"", with: "value: many")
    #expect(count.key == "switches.n_images.value")
  }

  @Test func namesUnknownMethodsAndTheNearest() throws {
    let line = "methods: [paint, retrieve, denoise]"
    let error = try error(replacing: line, with: "methods: [paint, retreive, denoise]")
    #expect(error.key == "methods[1]")
    #expect(try error.line == self.line(of: line))
    #expect(error.description.contains("'retreive'") && error.description.contains("'retrieve'"))
    for anchor in Anchor.allCases {
      let error = try self.error(replacing: line, with: "methods: [\(anchor.rawValue)]")
      #expect(error.key == "methods[0]", "an anchor competes with nobody")
    }
    for wrong in ["methods: paint", "methods: []", "methods:", "methods: {paint: 1}"] {
      #expect(try self.error(replacing: line, with: wrong).key == "methods", "\(wrong)")
    }
    let key = try self.error(replacing: line, with: "method: [paint]")
    #expect(key.key == "method" && key.description.contains("'methods'"))
  }

  @Test func aTableMayBelongToNoPaperAndRankItsMethods() throws {
    let paper = try #require(
      original.firstMatch(of: /paper:\n(?: {2}.*\n)+/).map { String($0.output) })
    let text = original.replacing(paper, with: "ranking: true\n")
    let table = try PaperTable(yaml: text, file: "t.yaml", metrics: .known)
    #expect(table.paper == nil && table.isRanked && table.heading == table.title)
    let own = try PaperTable(yaml: original, file: "t.yaml", metrics: .known)
    #expect(!own.isRanked && own.heading == own.paper?.title)
    #expect(try error(replacing: paper, with: "ranking: perhaps\n").key == "ranking")
  }

  @Test func readsMethodsInTheirOrderAndNoneWhereNoneAreNamed() throws {
    let line = "methods: [paint, retrieve, denoise]\n"
    func methods(_ text: String) throws -> [DefaultMethod] {
      let text = original.replacingOccurrences(of: line, with: text)
      return try PaperTable(yaml: text, file: "t.yaml", metrics: .known).methods
    }
    #expect(try methods(line) == [.init(.paint), .init(.retrieve), .init(.denoise)])
    #expect(try methods("methods: [denoise, paint]\n") == [.init(.denoise), .init(.paint)])
    #expect(try methods("") == [])
  }

  @Test func methodsWithOptionsMayDependOnSwitches() throws {
    let line = "methods: [paint, retrieve, denoise]\n"
    func methods(_ text: String) throws -> [DefaultMethod] {
      let text = original.replacingOccurrences(of: line, with: "methods:\n  - paint\n  - \(text)\n")
      return try PaperTable(yaml: text, file: "t.yaml", metrics: .known).methods
    }
    let known = try PaperTable(yaml: original, file: "t.yaml", metrics: .known).switches
    let (name, value) = (known[0].name, known[0].value)
    let found = try methods(
      "{id: ours, method: \"builtin:sdg:mode=text\", if: {\(name): \(value)}}")
    let expected = DefaultMethod(
      name: "ours", specification: "builtin:sdg:mode=text", requirements: [name: value])
    #expect(found == [DefaultMethod(.paint), expected])
    for (wrong, key) in [
      ("{id: ours}", "methods[1].method"), ("{method: \"builtin:sdg\"}", "methods[1].id"),
      ("{id: ours, method: \"folder:x\"}", "methods[1].method"),
      ("{id: paint, method: \"builtin:sdg\"}", "methods[1]"),
      ("{id: a, method: \"builtin:sdg\", if: {nothing: 1}}", "methods[1].if.nothing"),
      ("{id: a, method: \"builtin:sdg\", if: {\(name): nonsense}}", "methods[1].if.\(name)"),
    ] {
      do {
        _ = try methods(wrong)
        Issue.record("\(wrong) was read")
      } catch let error as TableError { #expect(error.key == key, "\(wrong)") }
    }
  }

  @Test func countsValuesAgainstColumns() throws {
    let short = try error(
      replacing: "[54.83, 0.31, 0.62, 0.63, 81.68, 40.01]",
      with: "[54.83, 0.31, 0.62, 0.63, 81.68]")
    #expect(short.problem == .wrongCount(expected: 6, found: 5))
    #expect(short.key == "sections[0].rows[0].values")
    #expect(short.line != nil)
  }

  @Test func refusesDuplicates() throws {
    let row = try error(replacing: "- id: uac", with: "- id: tedigan")
    #expect(row.problem == .duplicate("tedigan"))
    let other = try error(replacing: "- id: controlnet@scribble", with: "- id: controlnet@mask")
    #expect(other.problem == .duplicate("controlnet@mask") && other.key == "sections[1].rows[0]")
    let column = try error(replacing: "metric: ms-ssim", with: "metric: fid")
    #expect(column.problem == .duplicate("fid"))
    let section = try error(replacing: "id: text+scribble", with: "id: text+mask")
    #expect(section.problem == .duplicate("text+mask"))
    let anchor = try error(replacing: "[ground-truth, shuffled", with: "[shuffled, shuffled")
    #expect(anchor.problem == .duplicate("shuffled"))
    let method = try error(replacing: "[paint, retrieve", with: "[paint, paint")
    #expect(method.problem == .duplicate("paint") && method.key == "methods[1]")
    let key = try error(replacing: "venue: CVPR 2024", with: "venue: A\n  venue: B")
    #expect(key.description.contains("'venue'"))
  }

  @Test func refusesMissingEntries() throws {
    let missing = try error(replacing: "  venue: CVPR 2024\n", with: "")
    #expect(missing.key == "paper.venue")
    #expect(missing.problem == .missingKey)
    let metric = try error(replacing: "{metric: miou, ", with: "{id: miou, ")
    #expect(metric.key == "columns[5].metric")
  }

  @Test(arguments: ["forty", ".nan", ".inf", "[1]", "0x10", "1e3", "''", "4_0"])
  func refusesValuesThatAreNotDecimalNumbers(text: String) throws {
    let error = try error(replacing: "54.83", with: text)
    #expect(error.key == "sections[0].rows[0].values[0]")
  }

  @Test func refusesDecimalsThatPrintingWouldLose() throws {
    let error = try error(replacing: "0.31, 0.62", with: "0.316, 0.62")
    #expect(error.problem == .tooManyDecimals("0.316", digits: 2))
  }

  @Test func refusesReferencesToNothing() throws {
    let error = try error(replacing: "footnote: ide-3d-input", with: "footnote: ide-3d-inputs")
    #expect(error.description.contains("'ide-3d-input'"))
  }

  @Test func refusesContradictoryPairCounts() throws {
    let error = try error(replacing: "  count: 2000", with: "  count: 200")
    #expect(error.description.contains("n_images"))
    #expect(error.description.contains("200"))
  }

  @Test func readsSamplesRangesAndDetails() throws {
    func making(_ samples: Int) -> String {
      original.replacingOccurrences(
        of: "switches:\n",
        with:
          "switches:\n  samples: {value: \"\(samples)\", allowed: count, confidence: inferred, reason: r}\n"
      )
    }
    let text = making(4)
      .replacingOccurrences(of: "metric: fid, ", with: "metric: retrieval, detail: top-5, ")
    let table = try PaperTable(yaml: text, file: "t.yaml", metrics: .known)
    #expect(table.samples == 4 && table.conditions(for: 9) == 3)
    #expect(table.dataset.ids == 28000...29999 && table.dataset.captions == .multiModal)
    let dialog = original.replacingOccurrences(
      of: "  ids: 28000-29999", with: "  captions: celeba-dialog")
    #expect(
      try PaperTable(yaml: dialog, file: "t.yaml", metrics: .known).dataset.captions == .dialog)
    let style = try error(
      replacing: "  ids: 28000", with: "  captions: celeba-dialogue\n  ids: 28000")
    #expect(style.description.contains("celeba-dialog"))
    #expect(table.columns[0].detail == "top-5" && table.columns[1].detail == nil)
    #expect(table.applicableValue(of: "clip_model") == nil)
    #expect(table.applicableValue(of: "fid_impl") == "pytorch-fid")
    let samples = try #require(throws: TableError.self) {
      try PaperTable(yaml: making(3), file: "t.yaml", metrics: .known)
    }
    #expect(samples.description.contains("not a multiple of 3"))
    for range in ["29999-28000", "28000", "a-b", "1-2-3"] {
      let error = try error(replacing: "ids: 28000-29999", with: "ids: \(range)")
      #expect(error.key == "dataset.ids")
    }
  }

  @Test func acceptsPublishedOnlyColumnsWithoutMetric() throws {
    let text = original.replacingOccurrences(
      of: "{metric: miou, heading", with: "{id: votes, published-only: true, heading")
    let table = try PaperTable(yaml: text, file: "t.yaml", metrics: .known)
    #expect(table.columns[5].metric == nil)
    #expect(table.columns[5].isPublishedOnly)
    #expect(table.columns[5].id == "votes")
  }

  @Test(arguments: [
    "", "# nothing", "[1, 2]", "id: [", "just text", "\u{0}", "id: &a [*a]", "id: *b",
    String(repeating: "[", count: 200_000),
    String(repeating: "{a: ", count: 20_000),
  ])
  func reportsTextThatIsNoTable(text: String) {
    #expect(throws: TableError.self) { try PaperTable(yaml: text, file: "t.yaml", metrics: .known) }
  }

  @Test func survivesTruncationAnywhere() {
    // Every prefix must be refused or decoded; most are refused, none may crash.
    let bytes = Array(original.utf8)
    for end in stride(from: 0, to: bytes.count, by: 97) {
      let text = String(decoding: bytes[..<end], as: UTF8.self)
      _ = try? PaperTable(yaml: text, file: "t.yaml", metrics: .known)
    }
  }
}
