import Reports
import Testing

/// What a job's page shows of a gate.
struct StepSummaryTests {
  private let sentence = "Verdict: invalid: 1 of 4 checks hold (exit code 6)."

  @Test func whatCountsComesFirst() {
    let text = SampleReport.gate.stepSummary(sentence: sentence)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
    #expect(rows.count == 4)
    #expect(rows.first?.contains("accuracy") == true && rows.last?.contains("✓") == true)
    #expect(text.contains("**Verdict: invalid: 1 of 4 checks hold (exit code 6).**"))
    #expect(!text.contains("a|b"))
  }

  @Test(arguments: [500, 600, 700, 1 << 20])
  func keepsItsLimitAndCounts(limit: Int) {
    let text = SampleReport.gate.stepSummary(sentence: sentence, limit: limit)
    #expect(text.utf8.count <= limit)
    let rows = text.split(separator: "\n").count { $0.hasPrefix("| ") } - 2
    #expect(rows == 4 || text.contains("\(4 - rows) of 4 checks do not fit here."), "\(text)")
  }
}
