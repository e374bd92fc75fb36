import TestSupport
import Testing
import Verdicts

/// Student's distribution against SciPy.
struct StudentDistributionTests {
  private struct Goldens: Decodable {
    struct Tail: Decodable { let degrees, t, tail: Double }
    struct Quantile: Decodable { let degrees, p, t: Double }
    struct Beta: Decodable { let a, b, x, value: Double }
    struct LogBeta: Decodable { let a, b, value: Double }
    let tails: [Tail]
    let quantiles: [Quantile]
    let beta: [Beta]
    let logBeta: [LogBeta]
  }

  private let goldens: Goldens

  init() throws { goldens = try GoldenFolder().decoded("student.json") }

  private func isNear(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-12 * max(abs(expected), 1e-200)
  }

  @Test func tailsAgreeWithSciPy() {
    #expect(goldens.tails.count > 100)
    for golden in goldens.tails {
      let found = StudentDistribution(degreesOfFreedom: golden.degrees).twoSidedTail(golden.t)
      #expect(isNear(found, golden.tail), "\(golden): \(found)")
    }
  }

  @Test func quantilesAgreeWithSciPy() {
    for golden in goldens.quantiles {
      let found = StudentDistribution(degreesOfFreedom: golden.degrees).quantile(golden.p)
      #expect(isNear(found, golden.t), "\(golden): \(found)")
    }
  }

  @Test func betaFunctionsAgreeWithSciPy() {
    for golden in goldens.beta {
      let found = IncompleteBeta.regularized(
        golden.a, golden.b, at: golden.x, complement: 1 - golden.x)
      #expect(isNear(found, golden.value), "\(golden): \(found)")
    }
    for golden in goldens.logBeta {
      let found = IncompleteBeta.logBeta(golden.a, golden.b)
      #expect(isNear(found, golden.value), "\(golden): \(found)")
    }
  }

  @Test func quantilesUndoProbabilities() {
    for degrees in [1.0, 3, 30, 3000] {
      let distribution = StudentDistribution(degreesOfFreedom: degrees)
      for t in [-8.0, -1, -0.01, 0.5, 2, 7] {
        let back = distribution.quantile(distribution.cumulative(t))
        // A probability near 1 keeps its distance from 1 to one rounding of 1 only.
        let lost = 2e-16 / (1 - distribution.cumulative(abs(t)))
        #expect(abs(back - t) <= abs(t) * (1e-11 + 3 * lost), "\(degrees), \(t): \(back)")
      }
    }
  }

  @Test func endsAreInfinite() {
    let distribution = StudentDistribution(degreesOfFreedom: 5)
    #expect(distribution.quantile(0) == -.infinity && distribution.quantile(1) == .infinity)
    #expect(distribution.twoSidedTail(.infinity) == 0 && distribution.twoSidedTail(1e200) == 0)
    #expect(distribution.twoSidedTail(.nan).isNaN)
    #expect(distribution.quantile(0.5) == 0)
  }
}
