import Metrics
import Testing

/// Distances without single images against distances that are measured anew.
struct FrechetInfluenceTests {
  /// Fewer and more rows than dimensions, on either side.
  @Test(arguments: [
    (9, 12, 16), (30, 12, 16), (12, 40, 16), (40, 30, 16), (25, 25, 24), (8, 9, 1), (3, 4, 7),
  ])
  func leavingOutIsMeasuringAnew(count: Int, references: Int, width: Int) throws {
    let made = try FeatureMatrix.seeded(31, rows: count, columns: width, shift: 0.125)
    let real = try FeatureMatrix.seeded(32, rows: references, columns: width)
    let whole = try FrechetDistance.between(real, made)
    let influence = try FrechetInfluence(of: made, against: real)
    // Eigenvalues are squares of what the distance sums: one below ε of the largest is lost, and its root
    // is √ε ≈ 1e-8 of the largest root.
    let tolerance = 1e-8 * whole.varianceTerm
    #expect(abs(influence.distance - whole.value) <= tolerance, "\(influence.distance) \(whole)")
    for row in 0..<count {
      let anew = try FrechetDistance.between(real, Self.without(row, made)).value
      #expect(
        abs(influence.without[row] - anew) <= tolerance,
        "row \(row): \(influence.without[row]) and \(anew)")
    }
  }

  @Test func anOutlierRaisesTheDistanceMost() throws {
    var made = try FeatureMatrix.seeded(33, rows: 40, columns: 12)
    let real = try FeatureMatrix.seeded(34, rows: 50, columns: 12)
    var values = made.values
    for column in 0..<12 { values[17 * 12 + column] += 6 }
    made = try FeatureMatrix(rows: 40, columns: 12, values: values)
    let raises = try FrechetInfluence(of: made, against: real).raises
    #expect(raises.indices.max { raises[$0] < raises[$1] } == 17)
    #expect(raises[17] > 0)
  }

  @Test func featuresWithoutSpreadHaveNoCoupling() throws {
    let made = try FeatureMatrix(rows: 4, columns: 2, values: [1, 2, 1, 2, 1, 2, 1, 2])
    let real = try FeatureMatrix(rows: 3, columns: 2, values: [0, 0, 1, 0, 2, 3])
    let influence = try FrechetInfluence(of: made, against: real)
    // Means (1, 2) and (1, 1); variances 1 and 3 on the real side alone.
    #expect(abs(influence.distance - 5) < 1e-12)
    #expect(influence.raises.allSatisfy { abs($0) < 1e-12 })
  }

  @Test func refusesWhatHasNoDistance() throws {
    let two = try FeatureMatrix.seeded(1, rows: 2, columns: 4)
    let many = try FeatureMatrix.seeded(2, rows: 8, columns: 4)
    let wide = try FeatureMatrix.seeded(3, rows: 8, columns: 5)
    #expect(throws: FrechetError.tooFewRows(count: 2)) {
      try FrechetInfluence(of: two, against: many)
    }
    #expect(throws: FrechetError.dimensionMismatch(first: 5, second: 4)) {
      try FrechetInfluence(of: wide, against: many)
    }
  }

  private static func without(_ row: Int, _ set: FeatureMatrix) throws -> FeatureMatrix {
    var values = set.values
    values.removeSubrange(row * set.columns..<(row + 1) * set.columns)
    return try FeatureMatrix(rows: set.rows - 1, columns: set.columns, values: values)
  }
}
