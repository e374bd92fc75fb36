import Foundation

/// How far a job has come.
package struct JobProgress: Equatable, Sendable {
  /// What is being done, for example `drawing faces`; nil is what the whole job is about.
  package let activity: String?
  /// What of it is finished.
  package let finished: Int
  /// All of it; 0 where nothing is counted.
  package let total: Int
  /// Images that failed so far.
  package let failures: Int
  /// Those of ``finished`` that were there from an earlier call.
  package let remembered: Int
  /// What else is known, for example `loss 0.0123`.
  package let detail: String?

  /// A state of the job; `total` 0 counts nothing.
  package init(
    activity: String? = nil, finished: Int = 0, total: Int = 0, failures: Int = 0,
    remembered: Int = 0, detail: String? = nil
  ) {
    self.activity = activity
    self.finished = finished
    self.total = total
    self.failures = failures
    self.remembered = remembered
    self.detail = detail
  }

  /// Whether everything that is counted is finished.
  package var isFinished: Bool { total > 0 && finished == total }

  /// For people: counts, rate and remaining time.
  ///
  /// - Parameters:
  ///   - unit: what the job is about, in the plural.
  ///   - elapsed: seconds that the activity has taken.
  ///   - working: seconds since the first piece that was not remembered was begun; they give the rate.
  /// - Returns: one line.
  package func text(unit: String, elapsed: TimeInterval, working: TimeInterval) -> String {
    guard total > 0 else { return activity ?? "" }
    var text =
      activity.map { "\($0): \(finished) of \(total)" } ?? "\(finished) of \(total) \(unit)"
    let made = finished - remembered
    if made > 0 && working > 0 {
      let rate = Double(made) / working
      text += String(format: ", %.1f a second", rate)
      if !isFinished { text += ", \(Self.duration(Double(total - finished) / rate)) left" }
    }
    if isFinished { text += ", took \(Self.duration(elapsed))" }
    if remembered > 0 { text += ", \(remembered) remembered" }
    if failures > 0 { text += ", \(failures) failed" }
    if let detail { text += ", \(detail)" }
    return text
  }

  /// A time as people say it, for example `2 min 5 s`.
  package static func duration(_ seconds: TimeInterval) -> String {
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

/// Which activity a progress belongs to, and how long it has taken.
package struct ActivityClock: Sendable {
  private var activity: String?
  private var start: TimeInterval?
  private var working: TimeInterval = 0

  /// A clock that has seen nothing.
  package init() {}

  /// Notes a progress at a moment.
  ///
  /// - Parameters:
  ///   - progress: what was told.
  ///   - now: seconds since any moment.
  /// - Returns: seconds since the activity began, and since the first piece of it that was not remembered.
  package mutating func note(
    _ progress: JobProgress, at now: TimeInterval
  ) -> (elapsed: TimeInterval, working: TimeInterval) {
    if start == nil || activity != progress.activity || progress.finished == 0 {
      (activity, start, working) = (progress.activity, now, now)
    }
    // What was there costs no time, and says nothing of what the rest will take.
    if progress.finished == progress.remembered { working = now }
    return (now - (start ?? now), now - working)
  }
}
