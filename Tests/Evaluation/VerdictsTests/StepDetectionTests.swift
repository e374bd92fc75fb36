import Testing
import Verdicts

struct StepDetectionTests {
  @Test func findsSteps() {
    var noise = Noise(seed: 1)
    let levels = [0.0, 3, 1.5]
    let values = levels.flatMap { level in (0..<30).map { _ in level + 0.3 * noise.normal() } }
    let steps = StepDetection().steps(in: values)
    #expect(steps.map(\.index).count == 2)
    for (step, place) in zip(steps, [30, 60]) { #expect(abs(step.index - place) <= 1) }
    for (step, level) in zip(steps, levels.dropFirst()) {
      // Four standard errors of a mean of 30, and what one night on the wrong side adds.
      let bound: Double = 4 * 0.3 / 30.squareRoot() + 3 / 30
      #expect(abs(step.after - level) <= bound)
      #expect(step.pValue <= 0.01)
    }
    #expect(steps == StepDetection().steps(in: values))
  }

  @Test func oneOddNightIsNoStep() {
    var noise = Noise(seed: 2)
    var values = noise.normals(40)
    values[20] = 60
    #expect(StepDetection().steps(in: values) == [])
  }

  @Test(arguments: [[], [1], [1, 2, 3, 4, 5], [Double](repeating: 0.1, count: 50)])
  func staysQuiet(values: [Double]) {
    #expect(StepDetection().steps(in: values) == [])
  }

  /// The promised bound is 1 % of series; three standard errors of a share over 400 series are 1.5 %.
  @Test func steadySeriesRaiseFewAlarms() {
    var noise = Noise(seed: 3)
    var detection = StepDetection()
    detection.shuffles = 199
    var alarms = 0
    for series in 0..<400 {
      let isSkewed = series.isMultiple(of: 2)
      let values = (0..<60).map { _ in isSkewed ? noise.skewed() : noise.normal() }
      if !detection.steps(in: values).isEmpty { alarms += 1 }
    }
    #expect(alarms <= 10, "\(alarms) of 400")
  }

  /// A step of three standard deviations, 10 nights after it came.
  @Test func clearStepsAreFoundWithinDays() {
    var noise = Noise(seed: 4)
    var found = 0
    for _ in 0..<100 {
      let values = (0..<40).map { ($0 < 30 ? 0 : 3) + noise.normal() }
      let steps = StepDetection().steps(in: values)
      if steps.count == 1, abs(steps[0].index - 30) <= 1 { found += 1 }
    }
    #expect(found >= 90, "\(found) of 100")
  }
}
