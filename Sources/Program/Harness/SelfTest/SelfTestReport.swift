import Provenance
import Verdicts

/// What a self-test found.
package struct SelfTestReport: Encodable, Sendable {
  /// A planted case and how the gate ended.
  package struct Planted: Encodable, Sendable {
    let name: String
    let expectedCode: Int32
    /// What the gate ended with.
    package let code: Int32
    /// What must be named among the failing checks; nil where nothing fails.
    let expectedCheck: String?
    /// What was named.
    let checks: [String]
    let isCaught: Bool
  }

  /// One for each known answer.
  package let answers: [Canary.Finding]
  /// One for each planted case.
  package let planted: [Planted]

  /// Whether everything is as it must be.
  package var isPassed: Bool { answers.allSatisfy(\.isRight) && planted.allSatisfy(\.isCaught) }

  /// What the process ends with: an instrument that fails is as useless as a run that does.
  package var code: Int32 { (isPassed ? ExitStatus.done : .invalidRun).code }

  /// One line for each answer and plant.
  package var text: String {
    let known = answers.map { "\($0.isRight ? "✓" : "✗") \($0.name): \($0.text)" }
    let gates = planted.map { planted in
      let named = planted.checks.isEmpty ? "" : ", named: \(planted.checks.joined(separator: ", "))"
      let expected =
        planted.isCaught
        ? "" : "; code \(planted.expectedCode) and '\(planted.expectedCheck ?? "nothing")' are due"
      let mark = planted.isCaught ? "✓" : "✗"
      return "\(mark) \(planted.name): code \(planted.code)\(named)\(expected)"
    }
    return (["Known answers"] + known + ["", "Planted between two nights"] + gates)
      .joined(separator: "\n")
  }

  /// The last line to print.
  package var sentence: String {
    let right = answers.count(where: \.isRight)
    let caught = planted.count(where: \.isCaught)
    return
      "Self-test \(isPassed ? "passed" : "failed"): \(right) of \(answers.count) known answers, "
      + "\(caught) of \(planted.count) planted cases decided as they must be (exit code \(code))."
  }

  /// Everything as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}
