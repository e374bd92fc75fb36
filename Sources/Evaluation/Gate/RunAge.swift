import Foundation
import Provenance
import Store
import Verdicts

/// How old a run is.
struct RunAge {
  let created: Date
  let now: Date

  /// Clocks of machines that share a database differ by no more.
  private static let clockSkew: TimeInterval = 600

  init(of record: RunRecord, now: Date = Date()) {
    created = record.created
    self.now = now
  }

  /// Whether the run's date lies in the future, so that its age is unknown.
  var isInFuture: Bool { created > now + Self.clockSkew }

  /// Refuses limits that nothing could exceed, or everything would.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  static func check(_ hours: Double?) throws {
    guard let hours, !(hours.isFinite && hours >= 0) else { return }
    throw HarnessError(
      .usage, "--max-age must be a number of hours of at least 0, not \(hours)")
  }

  /// Lines only where the age keeps a run from being judged, or is unknown.
  ///
  /// - Parameter limit: hours beyond which a run is stale; nil where age does not count.
  /// - Returns: one line or none.
  func lines(limit: Double?) -> [Verdict.Line] {
    if isInFuture {
      var line = Verdict.Line(
        check: "run", outcome: limit == nil ? .inconclusive : .invalid,
        finding: "The run is dated \(created.formatted(.iso8601)), in the future, so that its age "
          + "cannot be told; set the clock right and measure again.")
      line.isBlocking = limit != nil
      return [line]
    }
    let hours = max(0, now.timeIntervalSince(created) / 3600)
    guard let limit, hours > limit else { return [] }
    return [
      Verdict.Line(
        check: "run", outcome: .invalid,
        finding:
          "The run is stale: it began \(hours.rounded().formatted(.number.grouping(.never))) hours ago, "
          + "and \(limit) are allowed.")
    ]
  }
}
