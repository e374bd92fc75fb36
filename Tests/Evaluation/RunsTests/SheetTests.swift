import Measurement
import Metrics
import Runs
import Tensors
import TestSupport
import Testing

/// What a contact sheet shows, and how its words are broken into lines.
struct SheetTests {
  private func ids(_ count: Int) -> [String] { (0..<count).map { String(1000 + $0) } }

  @Test(arguments: [0, 1, 2, 3, 5, 6, 8, 9, 100, 2000])
  func showsEachPairOnce(count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    let ids = ids(count)
    let scores = ids.map { ($0, Double(random.nextUnit())) }
    let plan = SheetPlan(
      ids: ids.reversed(), scores: scores,
      ranking: SheetPlan.Ranking(method: "ours", metric: .lpipsAlex))
    #expect(Set(plan.rows.map(\.id)).count == plan.rows.count)
    // Four that are spread, and of every three scored pairs a best and a worst one, two at most.
    let extremes = 2 * min(2, count / 3)
    #expect(plan.rows.count == min(4, count - extremes) + extremes)
    let spread = plan.rows.prefix { $0.reason.isEmpty }.map(\.id)
    #expect(spread == spread.sorted())
    #expect(count == 0 || !spread.isEmpty)
  }

  /// Lower is better for one metric, higher for the other; pairs without a score take no part.
  @Test(arguments: [false, true])
  func findsTheBestAndTheWorst(isHigherBetter: Bool) {
    let ids = ids(40)
    let scores = ids.dropLast(10).enumerated().map { ($1, Double($0)) }
    let plan = SheetPlan(
      ids: ids, scores: scores,
      ranking: SheetPlan.Ranking(method: "ours", metric: isHigherBetter ? .id : .mae))
    let extremes = plan.rows.filter { !$0.reason.isEmpty }.map(\.id)
    let ascending = ["1000", "1001", "1028", "1029"]
    #expect(extremes == (isHigherBetter ? ascending.reversed() : ascending))
    #expect(plan.rows.prefix(4).map(\.id) == ["1006", "1015", "1024", "1035"])
    #expect(plan.rows[4].reason == (isHigherBetter ? "best ID: 29.000" : "best MAE: 0.0000"))
    #expect(plan.caption.contains("the 2 best and the 2 worst"))
  }

  @Test func spreadsAloneWithoutScores() {
    let plan = SheetPlan(ids: ids(100), scores: [], ranking: nil)
    #expect(plan.rows.map(\.id) == ["1012", "1037", "1062", "1087"])
    #expect(plan.rows.allSatisfy { $0.reason.isEmpty })
    #expect(!plan.caption.contains("best"))
  }

  @Test func breaksLinesAtSpacesAndHyphens() {
    #expect(
      BitmapFont.lines("mean-face of all", columns: 6, limit: 9) == ["mean-", "face", "of all"])
    #expect(BitmapFont.lines("unbreakable", columns: 4, limit: 9) == ["unbr", "eaka", "ble"])
    #expect(BitmapFont.lines("one two three", columns: 5, limit: 2) == ["one", "two.."])
    #expect(BitmapFont.lines("  ", columns: 5, limit: 2) == [])
    #expect(BitmapFont.lines("x", columns: 5, limit: 0) == [])
  }

  @Test func losesNoLetterWhereThereIsRoom() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<200 {
      let text = String(
        (0..<random.nextIndex(below: 60)).map { _ in
          Array("ab -é日")[random.nextIndex(below: 6)]
        })
      let columns = 3 + random.nextIndex(below: 10)
      let lines = BitmapFont.lines(text, columns: columns, limit: .max)
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
      #expect(lines.allSatisfy { 1...columns ~= $0.count }, "\(lines) for ‘\(text)’")
      let cut = BitmapFont.lines(text, columns: columns, limit: 2)
      #expect(cut.count <= 2 && cut.allSatisfy { $0.count <= columns })
    }
  }
}
