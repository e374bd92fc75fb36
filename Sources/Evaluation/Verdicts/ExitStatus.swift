/// How the process ends; other tools rely on these numbers.
package enum ExitStatus: Int32, CaseIterable, Sendable {
  case done = 0
  case runtimeError = 1
  case regression = 2
  case inconclusive = 3
  case notComparable = 5
  case invalidRun = 6
  case usage = 64
  case hungUp = 129
  case interrupted = 130
  case quit = 131
  case terminated = 143

  /// The code as the operating system gets it.
  package var code: Int32 { rawValue }

  /// What the code means, for help texts and last lines.
  package var meaning: String {
    switch self {
    case .done: "done; for gate: no regression"
    case .runtimeError: "run-time error"
    case .regression: "gate: confirmed regression"
    case .inconclusive: "gate: inconclusive, only with --strict"
    case .notComparable: "baseline missing or not comparable"
    case .invalidRun: "invalid run: nothing measured, or more failures than allowed"
    case .usage: "usage error"
    case .hungUp: "its terminal is gone; a second call resumes"
    case .interrupted: "interrupted; a second call resumes"
    case .quit: "asked to quit; a second call resumes"
    case .terminated: "terminated; a second call resumes"
    }
  }
}
