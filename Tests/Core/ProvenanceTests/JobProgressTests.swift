import Provenance
import Testing

/// What a line of progress says, on a clock of the test's.
@Suite struct JobProgressTests {
  private func texts(_ steps: [(seconds: Double, progress: JobProgress)]) -> [String] {
    var clock = ActivityClock()
    return steps.map { step in
      let time = clock.note(step.progress, at: 1000 + step.seconds)
      return step.progress.text(unit: "pairs", elapsed: time.elapsed, working: time.working)
    }
  }

  @Test func aFreshRunTellsRateAndRest() {
    let found = texts([
      (0, JobProgress(finished: 0, total: 100)), (10, JobProgress(finished: 20, total: 100)),
      (50, JobProgress(finished: 100, total: 100, failures: 3)),
    ])
    #expect(
      found == [
        "0 of 100 pairs", "20 of 100 pairs, 2.0 a second, 40 s left",
        "100 of 100 pairs, 2.0 a second, took 50 s, 3 failed",
      ])
  }

  /// What was there comes back at once and says nothing of what the rest takes.
  @Test func aResumedRunCountsWhatItMeasuresItself() {
    let found = texts([
      (0, JobProgress(finished: 0, total: 1000)),
      (3, JobProgress(finished: 600, total: 1000, remembered: 600)),
      (13, JobProgress(finished: 620, total: 1000, remembered: 600)),
      (203, JobProgress(finished: 1000, total: 1000, remembered: 600)),
    ])
    #expect(
      found == [
        "0 of 1000 pairs", "600 of 1000 pairs, 600 remembered",
        "620 of 1000 pairs, 2.0 a second, 3 min 10 s left, 600 remembered",
        "1000 of 1000 pairs, 2.0 a second, took 3 min 23 s, 600 remembered",
      ])
  }

  /// A method whose images are there already begins with them.
  @Test func aCountThatDoesNotBeginAtZeroIsNoRate() {
    let found = texts([
      (0, JobProgress(finished: 7, total: 10, remembered: 7)),
      (2, JobProgress(finished: 8, total: 10, remembered: 7)),
    ])
    #expect(
      found == [
        "7 of 10 pairs, 7 remembered", "8 of 10 pairs, 0.5 a second, 4 s left, 7 remembered",
      ])
  }

  @Test func everyActivityHasItsOwnClock() {
    let found = texts([
      (0, JobProgress(activity: "opening weights")),
      (60, JobProgress(activity: "drawing faces", finished: 1, total: 3)),
      (62, JobProgress(activity: "drawing faces", finished: 3, total: 3)),
      (70, JobProgress(finished: 0, total: 2)), (72, JobProgress(finished: 2, total: 2)),
    ])
    #expect(
      found == [
        "opening weights", "drawing faces: 1 of 3",
        "drawing faces: 3 of 3, 1.5 a second, took 2 s", "0 of 2 pairs",
        "2 of 2 pairs, 1.0 a second, took 2 s",
      ])
  }
}
