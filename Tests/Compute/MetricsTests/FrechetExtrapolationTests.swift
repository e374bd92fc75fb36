import Metrics
import Tensors
import Testing

struct FrechetExtrapolationTests {
  @Test func matchesNumPyOnTheSameDraws() throws {
    for golden in try SetMetricGoldens.load().fidInfinity {
      let real = try FeatureMatrix.seeded(
        41, rows: golden.first, columns: golden.dimensions, shift: 0)
      let made = try FeatureMatrix.seeded(
        42, rows: golden.second, columns: golden.dimensions, shift: 0.125)
      let found = try FrechetExtrapolation.between(real, made, seed: golden.seed)
      #expect(found.points.map(\.count) == golden.sizes)
      for (point, distance) in zip(found.points, golden.distances) {
        #expect(abs(point.distance - distance) <= 1e-6 * distance, "\(golden)")
      }
      #expect(abs(found.value - golden.value) <= 1e-6 * abs(golden.value), "\(golden)")
      #expect(abs(found.slope - golden.slope) <= 1e-6 * golden.slope, "\(golden)")
      #expect(abs((found.standardError ?? 0) - golden.error) <= 1e-6 * golden.error, "\(golden)")
      let statistics = try FrechetExtrapolation.between(
        FeatureStatistics(real), made, seed: golden.seed)
      // The two forms of the distance agree to 1e-13 of the variances; the line multiplies it by 10.
      #expect(abs(statistics.value - found.value) <= 1e-9 * abs(found.value))
    }
  }

  @Test func recoversALine() throws {
    let made = try FeatureMatrix.seeded(1, rows: 500, columns: 3, shift: 0)
    let found = try FrechetExtrapolation(of: made) { 7 + 30 / Double($0.rows) }
    // Sums of 15 terms near 7, each rounded to 1e-15.
    #expect(abs(found.value - 7) <= 1e-12 && abs(found.slope - 30) <= 1e-9)
    #expect(found.points.count == FrechetExtrapolation.usualPoints)
    #expect(found.points.first?.count == 50 && found.points.last?.count == 500)
  }

  @Test func lastPointIsTheDistanceOfAllImages() throws {
    let real = try FeatureMatrix.seeded(2, rows: 30, columns: 5, shift: 0)
    let made = try FeatureMatrix.seeded(3, rows: 25, columns: 5, shift: 0.125)
    let found = try FrechetExtrapolation.between(real, made)
    #expect(try found.points.last?.distance == FrechetDistance.between(real, made).value)
  }

  @Test func bitsDoNotDependOnWorkersButOnTheSeed() throws {
    let real = try FeatureMatrix.seeded(4, rows: 40, columns: 6, shift: 0)
    let made = try FeatureMatrix.seeded(5, rows: 60, columns: 6, shift: 0.125)
    let found = try [1, 2, 5].map {
      try FrechetExtrapolation.between(real, made, workers: Workers(count: $0))
    }
    #expect(found[0] == found[1] && found[0] == found[2])
    #expect(try FrechetExtrapolation.between(real, made, seed: 1).value != found[0].value)
  }

  @Test func smallSetsHaveFewerSizes() throws {
    #expect(FrechetExtrapolation.sizes(of: 3, points: 15) == [2, 3])
    #expect(FrechetExtrapolation.sizes(of: 5, points: 15) == [2, 3, 4, 5])
    #expect(FrechetExtrapolation.sizes(of: 50_000, points: 15).count == 15)
    #expect(FrechetExtrapolation.sizes(of: 50_000, points: 15).first == 5000)
    #expect(FrechetExtrapolation.sizes(of: 2, points: 15).isEmpty)
    let made = try FeatureMatrix.seeded(6, rows: 3, columns: 2, shift: 0)
    #expect(try FrechetExtrapolation.between(made, made).standardError == nil)
    let two = try FeatureMatrix.seeded(6, rows: 2, columns: 2, shift: 0)
    #expect(throws: FrechetError.tooFewForExtrapolation(count: 2)) {
      try FrechetExtrapolation.between(made, two)
    }
    let wide = try FeatureMatrix.seeded(6, rows: 4, columns: 3, shift: 0)
    #expect(throws: FrechetError.dimensionMismatch(first: 2, second: 3)) {
      try FrechetExtrapolation.between(made, wide)
    }
  }
}
