import Foundation
import Tables
import Terms
import TestSupport
import Testing

/// Files of claims, read strictly.
struct ClaimFileTests {
  private static let metrics = [
    Metric("mae", "MAE", .lower, of: .image, digits: 3),
    Metric("fid", "FID", .lower, of: .set, digits: 2),
  ]

  private static let text = """
    id: paper
    title: "A title: with a colon"
    venue: ABC 2022
    rows:
      - {id: a, method: "builtin:x:scale=1"}
      - {id: b, method: "builtin:x:scale=2"}
      - {id: c, method: "builtin:x:scale=3"}
      - {id: d, method: "builtin:x:scale=4"}
    claims:
      - {id: up, place: Table 1, claim: It rises., kind: trend, table: p.table1, metric: mae, rows: [a, b, c], expected: higher, pairs: 200}
      - {id: far, place: Table 2, claim: It falls., kind: ordering, table: p.table1, metric: fid, detail: top-5, rows: [a, c], expected: lower, pairs: 50, seeds: 3}
      - {id: more, place: Table 2, claim: It is positive., kind: positive, table: p.table1, metric: mae, rows: [b], expected: higher, pairs: 2}
      - {id: five, place: Table 2, claim: It rises., kind: ordering, table: p.table1, metric: fid, rows: [a, c], expected: higher, pairs: 9}
      - {id: kept, place: Table 2, claim: It is not worse., kind: ordering, table: p.table1, metric: mae, rows: [a, c], expected: higher, margin: 0.5, pairs: 9}
      - {id: gap, place: Table 2, claim: It rises more., kind: interaction, table: p.table1, metric: mae, rows: [a, b, c, d], expected: higher, pairs: 9}
    """

  @Test func readsEverything() throws {
    let file = try ClaimFile(yaml: Self.text, file: "c.yaml", metrics: Self.metrics)
    #expect(file.id == "paper" && file.title == "A title: with a colon" && file.venue == "ABC 2022")
    #expect(file.rows.map(\.method).last == "builtin:x:scale=4")
    let claims = file.claims
    #expect(
      claims.map(\.kind) == [.trend, .ordering, .positive, .ordering, .ordering, .interaction])
    #expect(claims[0].rows.map(\.id) == ["a", "b", "c"] && claims[0].expected == .higher)
    #expect(claims[0].seeds == 1 && claims[0].pairs == 200 && claims[0].table == "p.table1")
    #expect(claims[1].detail == "top-5" && claims[1].seeds == 3 && claims[1].place == "Table 2")
    #expect(claims[3].seeds == 5 && claims[3].sentence == "It rises.")
    #expect(claims.map(\.margin) == [0, 0, 0, 0, 0.5, 0])
  }

  @Test(arguments: [
    ("kind: trend", "kind: tred", "'trend'"),
    ("metric: mae, rows: [a, b, c]", "metric: mea, rows: [a, b, c]", "'mae'"),
    ("rows: [a, b, c]", "rows: [a, b, e]", "unknown value 'e'"),
    ("rows: [a, b, c, d]", "rows: [a, b, c]", "has 3 rows, but the kind 'interaction' is of 4"),
    ("margin: 0.5", "margin: -1", "'claims[4].margin'"),
    ("kind: trend,", "kind: trend, margin: 1,", "the kinds 'ordering' and 'interaction'"),
    ("rows: [a, b, c]", "rows: [a, b, b]", "repeats 'b'"),
    ("rows: [a, b, c]", "rows: [a, b]", "has 2 rows, but the kind 'trend' is of at least 3"),
    ("rows: [b]", "rows: [a, b]", "has 2 rows, but the kind 'positive' is of 1"),
    ("id: far", "id: up", "repeats 'up'"), ("expected: lower", "expected: less", "'lower'"),
    ("{id: b, method", "{id: a, method", "repeats 'a'"),
    ("builtin:x:scale=2", "folder:x", "must be a built-in method such as"),
    ("metric: mae, rows: [b]", "metric: fid, rows: [b]", "of which 'positive' is not tested"),
    ("metric: mae, rows: [b]", "metric: mae, seeds: 3, rows: [b]", "but every image has its 'mae'"),
    (
      "metric: mae, rows: [b]", "metric: mae, detail: x, rows: [b]", "but every image has its 'mae'"
    ),
    ("pairs: 200", "pairs: 1", "'claims[0].pairs'"), ("seeds: 3", "seeds: 1", "'claims[1].seeds'"),
    ("place: Table 1, ", "", "'claims[0].place' is missing"),
    ("venue:", "venu:", "did you mean 'venue'?"),
  ])
  func refuses(old: String, new: String, complaint: String) throws {
    let text = Self.text.replacingOccurrences(of: old, with: new)
    #expect(text != Self.text, "the text holds '\(old)'")
    let error = try #require(throws: TableError.self) {
      try ClaimFile(yaml: text, file: "c.yaml", metrics: Self.metrics)
    }
    #expect(error.description.contains(complaint), "\(error)")
  }

  @Test func filesAreFoundByTheirNames() throws {
    let temporary = try TemporaryFolder()
    let files = ProtocolFiles([.folder(temporary.url)], metrics: Self.metrics)
    #expect(try files.claimIDs() == [])
    try temporary.write(Self.text.utf8, to: "claims/paper.yaml")
    try temporary.write(Self.text.utf8, to: "claims/other.yaml")
    #expect(try files.claimIDs() == ["other", "paper"])
    #expect(try files.claims("paper").claims.count == 6)
    let other = try #require(throws: TableError.self) { try files.claims("other") }
    #expect(other.description.contains("is 'paper', but the file's name says 'other'"))
    let unknown = try #require(throws: TableError.self) { try files.claims("papr") }
    #expect(unknown.description.contains("has no claims of 'papr'; did you mean 'paper'?"))
  }
}
