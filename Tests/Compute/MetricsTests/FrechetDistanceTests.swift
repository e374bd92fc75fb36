import Foundation
import Metrics
import Tensors
import TestSupport
import Testing

/// Relative to `tr Σ₁ + tr Σ₂`: sums of some hundred Float64 terms, each good to about 1e-15.
private let tolerance = 1e-13

struct FrechetDistanceTests {
  @Test func goldensCoverFullAndMissingRank() throws {
    let cases = try Goldens.load().frechet
    #expect(cases.contains { $0.exact != nil && max($0.first, $0.second) <= $0.dimensions })
    #expect(cases.contains { $0.exact != nil && min($0.first, $0.second) > $0.dimensions })
  }

  @Test func symmetricFormMatchesReferences() throws {
    for golden in try Goldens.load().frechet {
      let (first, second) = try golden.features()
      let found = try FrechetDistance.between(
        FeatureStatistics(first), FeatureStatistics(second))
      let scale = golden.variance
      #expect(found.form == .symmetric)
      #expect(
        abs(found.value - (golden.exact ?? golden.nuclear)) <= tolerance * scale, "\(golden)")
      // scipy's sqrtm takes roots of eigenvalues that are zero but for noise: 1e-16 becomes 1e-8,
      // once for each missing rank.
      let full = min(golden.first, golden.second) > golden.dimensions
      #expect(abs(found.value - golden.sqrtm) <= (full ? 1e-10 : 1e-6) * scale, "\(golden)")
      #expect(found.residual <= 1e-6 * scale, "\(golden)")
      #expect([found.first.rank, found.second.rank] == golden.ranks, "\(golden)")
    }
  }

  @Test func lowRankFormMatchesExactValues() throws {
    for golden in try Goldens.load().frechet {
      let (first, second) = try golden.features()
      let found = try FrechetDistance.between(first, second, form: .lowRank)
      #expect(found.form == .lowRank)
      let exact = golden.exact ?? golden.nuclear
      #expect(abs(found.value - exact) <= tolerance * golden.variance, "\(golden)")
      #expect(found.residual <= tolerance * golden.variance, "\(golden)")
      #expect([found.first.rank, found.second.rank] == golden.ranks, "\(golden)")
    }
  }

  @Test func takesTheLowRankFormWhileThereAreFewerRowsThanDimensions() throws {
    let few = try features(seed: 1, rows: 6, columns: 8)
    let many = try features(seed: 2, rows: 9, columns: 8)
    #expect(try FrechetDistance.between(few, few).form == .lowRank)
    #expect(try FrechetDistance.between(few, many).form == .symmetric)
    #expect(try FrechetDistance.between(many, few).form == .symmetric)
  }

  @Test func oneDimensionHasAClosedForm() throws {
    let first = try FeatureMatrix(rows: 4, columns: 1, values: [1, 2, 4, 9])
    let second = try FeatureMatrix(rows: 3, columns: 1, values: [-3, 0, 1.5])
    // Means 4 and −0.5; variances 38/3 and 5.25.
    let expected = 4.5 * 4.5 + pow((38.0 / 3).squareRoot() - 5.25.squareRoot(), 2)
    for form in [FrechetDistance.Form.symmetric, .lowRank] {
      let found = try FrechetDistance.between(first, second, form: form)
      #expect(abs(found.value - expected) <= 1e-13 * expected, "\(form)")
    }
  }

  @Test func diagonalCovariancesAddUp() throws {
    // Columns (±a, 0), (0, ±b) are uncorrelated; sample variances are 2a²/3 and 2b²/3.
    let first = try FeatureMatrix(rows: 4, columns: 2, values: [3, 0, -3, 0, 0, 1, 0, -1])
    let second = try FeatureMatrix(rows: 4, columns: 2, values: [2, 7, -2, 7, 0, 12, 0, 2])
    let expected: Double = 49 + 2.0 / 3 * (1 + 16)
    for form in [FrechetDistance.Form.symmetric, .lowRank] {
      let found = try FrechetDistance.between(first, second, form: form)
      #expect(abs(found.value - expected) <= 1e-13 * expected, "\(form)")
    }
  }

  @Test(arguments: [(40, 12), (10, 24)])
  func sameSetIsAtZeroAndShiftedSetAtItsShift(rows: Int, columns: Int) throws {
    let set = try features(seed: 3, rows: rows, columns: columns)
    // A power of two and small features: the shifted values are exact in Float32.
    let shifted = try FeatureMatrix(
      rows: rows, columns: columns, values: set.values.map { quantized($0) + 2 })
    let exactSet = try FeatureMatrix(
      rows: rows, columns: columns, values: set.values.map(quantized))
    for form in [FrechetDistance.Form.symmetric, .lowRank] {
      let own = try FrechetDistance.between(set, set, form: form)
      #expect(own.value == 0 && own.value.sign == .plus, "\(own.value)")
      #expect(own.rounding > 0 && own.rounding <= tolerance * own.varianceTerm)
      // A set in another order has another rounding, and is the same set.
      let again = try FrechetDistance.between(set, reversed(set), form: form)
      #expect(again.value == own.value, "\(again.value)")
      let moved = try FrechetDistance.between(exactSet, shifted, form: form)
      let expected = 4 * Double(columns)
      #expect(abs(moved.value - expected) <= tolerance * expected)
    }
  }

  @Test func turnsDoNotChangeIt() throws {
    let first = try features(seed: 4, rows: 50, columns: 6)
    let second = try features(seed: 5, rows: 45, columns: 6)
    let before = try FrechetDistance.between(first, second)
    let after = try FrechetDistance.between(turned(first), turned(second))
    // The turned features are rounded to Float32: relative 6e-8 of every value.
    #expect(abs(before.value - after.value) <= 1e-6 * before.varianceTerm)
  }

  @Test func orderOfSetsAndRowsOnlyMovesRounding() throws {
    let first = try features(seed: 6, rows: 30, columns: 10)
    let second = try features(seed: 7, rows: 28, columns: 10)
    let reversed = try reversed(first)
    let found = try FrechetDistance.between(first, second)
    for other in [
      try FrechetDistance.between(second, first), try FrechetDistance.between(reversed, second),
    ] {
      #expect(abs(found.value - other.value) <= tolerance * found.varianceTerm)
    }
  }

  @Test func bitsDoNotDependOnWorkers() throws {
    let first = try features(seed: 8, rows: 700, columns: 40)
    let second = try features(seed: 9, rows: 20, columns: 40)
    let alone = try FrechetDistance.between(first, second)
    let lowRank = try FrechetDistance.between(second, second, form: .lowRank)
    let together = try Workers(count: 2).map(4) { _, _ in
      (
        try FrechetDistance.between(first, second),
        try FrechetDistance.between(second, second, form: .lowRank)
      )
    }
    for pair in together {
      #expect(pair.0 == alone)
      #expect(pair.1 == lowRank)
    }
  }

  @Test func constantFeaturesHaveNoVariance() throws {
    let flat = try FeatureMatrix(rows: 3, columns: 4, values: Array(repeating: 2, count: 12))
    let other = try features(seed: 10, rows: 9, columns: 4)
    for form in [FrechetDistance.Form.symmetric, .lowRank] {
      let found = try FrechetDistance.between(flat, flat, form: form)
      #expect(found.value == 0 && found.first.rank == 0 && found.first.condition == 1)
      let mixed = try FrechetDistance.between(flat, other, form: form)
      #expect(mixed.couplingTerm == 0 && mixed.value == mixed.meanTerm + mixed.varianceTerm)
    }
  }

  /// Features as in the golden script: neighbors correlated, spectrum falling.
  private func features(
    seed: UInt64, rows: Int, columns: Int, shift: Float = 0
  ) throws -> FeatureMatrix {
    try FeatureMatrix.seeded(seed, rows: rows, columns: columns, shift: shift)
  }

  /// Rounds to a multiple of 2⁻¹², so that adding 2 is exact.
  private func quantized(_ value: Float) -> Float { (value * 4096).rounded() / 4096 }

  /// The rows from the last to the first.
  private func reversed(_ set: FeatureMatrix) throws -> FeatureMatrix {
    let rows = (0..<set.rows).reversed().flatMap {
      set.values[($0 * set.columns)..<(($0 + 1) * set.columns)]
    }
    return try FeatureMatrix(rows: set.rows, columns: set.columns, values: rows)
  }

  /// Multiplies every row by one Householder reflection.
  private func turned(_ set: FeatureMatrix) throws -> FeatureMatrix {
    let axis = (0..<set.columns).map { Double($0 + 1) }
    let square = axis.reduce(0) { $0 + $1 * $1 }
    var values: [Float] = []
    for row in 0..<set.rows {
      let old = (0..<set.columns).map { Double(set.values[row * set.columns + $0]) }
      let dot = zip(old, axis).reduce(0) { $0 + $1.0 * $1.1 }
      values += zip(old, axis).map { Float($0 - 2 * dot / square * $1) }
    }
    return try FeatureMatrix(rows: set.rows, columns: set.columns, values: values)
  }
}
