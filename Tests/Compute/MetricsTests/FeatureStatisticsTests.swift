import Metrics
import Tensors
import Testing

/// Means and covariances of features, and what is refused as such.
struct FeatureStatisticsTests {
  @Test func statisticsAreSampleMoments() throws {
    let set = try FeatureMatrix(rows: 3, columns: 2, values: [1, 2, 3, 5, 8, 2])
    let statistics = FeatureStatistics(set)
    #expect(statistics.mean == [4, 3])
    #expect(statistics.covariance == [13, -1.5, -1.5, 3])
    #expect(statistics.count == 3 && statistics.trace == 16)
  }

  @Test func blocksOfRowsAddUpToTheWhole() throws {
    let set = try FeatureMatrix.seeded(13, rows: 1100, columns: 5)
    let statistics = FeatureStatistics(set)
    for i in 0..<5 {
      for j in 0..<5 {
        let products = (0..<1100).map { row in
          (Double(set.values[row * 5 + i]) - statistics.mean[i])
            * (Double(set.values[row * 5 + j]) - statistics.mean[j])
        }
        let expected = Summary.compensatedSum(products) / 1099
        // 1100 terms, each rounded to 1.1e-16 of a product that is at most the variance's size.
        #expect(abs(statistics.covariance[i * 5 + j] - expected) <= 1e-14 * statistics.trace)
      }
    }
  }

  @Test func refusesUnusableFeatures() throws {
    #expect(throws: FrechetError.tooFewRows(count: 1)) {
      try FeatureMatrix(rows: 1, columns: 2, values: [1, 2])
    }
    #expect(throws: FrechetError.tooFewRows(count: 0)) { try FeatureMatrix(Tensor(shape: [])) }
    #expect(throws: FrechetError.wrongCount(values: 3, rows: 2, columns: 2)) {
      try FeatureMatrix(rows: 2, columns: 2, values: [1, 2, 3])
    }
    #expect(throws: FrechetError.wrongCount(values: 0, rows: 2, columns: .max)) {
      try FeatureMatrix(rows: 2, columns: .max, values: [])
    }
    for bad in [Float.nan, .infinity, -.infinity] {
      #expect(throws: FrechetError.notFinite(row: 1, column: 2)) {
        try FeatureMatrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, bad])
      }
    }
    let narrow = try FeatureMatrix.seeded(1, rows: 4, columns: 3)
    let wide = try FeatureMatrix.seeded(1, rows: 4, columns: 5)
    #expect(throws: FrechetError.dimensionMismatch(first: 3, second: 5)) {
      try FrechetDistance.between(narrow, wide)
    }
    #expect(throws: FrechetError.dimensionMismatch(first: 5, second: 3)) {
      try FrechetDistance.between(FeatureStatistics(wide), FeatureStatistics(narrow))
    }
  }

  @Test func refusesUnusableStatistics() throws {
    #expect(throws: FrechetError.tooFewRows(count: 1)) {
      try FeatureStatistics(count: 1, mean: [0], covariance: [1])
    }
    #expect(throws: FrechetError.wrongCovariance(values: 3, dimensions: 2)) {
      try FeatureStatistics(count: nil, mean: [0, 0], covariance: [1, 0, 0])
    }
    #expect(throws: FrechetError.notFiniteStatistics(name: "mean")) {
      try FeatureStatistics(count: nil, mean: [.nan], covariance: [1])
    }
    #expect(throws: FrechetError.notFiniteStatistics(name: "covariance")) {
      try FeatureStatistics(count: nil, mean: [0], covariance: [.infinity])
    }
    #expect(throws: FrechetError.notSymmetric(row: 1, column: 0)) {
      try FeatureStatistics(count: nil, mean: [0, 0], covariance: [1, 0.5, 0.25, 1])
    }
    #expect(
      "\(FrechetError.notFinite(row: 7, column: 3))".contains("row 7"), "names the row")
  }

  /// Σ = −S scored 0 against its own images, and Σ = −10·I scored −1878.
  @Test func refusesCovariancesThatAreNone() throws {
    let own = FeatureStatistics(try FeatureMatrix.seeded(3, rows: 40, columns: 6))
    let negated = own.covariance.map { -$0 }
    let error = try #require(throws: FrechetError.self) {
      try FeatureStatistics(count: nil, mean: own.mean, covariance: negated)
    }
    guard case .notPositiveSemidefinite(let smallest, let bound) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(smallest < bound && bound < 0)
    #expect("\(error)".contains("\(smallest)") && "\(error)".contains("\(bound)"))
    let identity = (0..<36).map { $0 % 7 == 0 ? -10.0 : 0 }
    let mean = [Double](repeating: 0.5, count: 6)
    #expect(throws: FrechetError.self) {
      try FeatureStatistics(count: nil, mean: mean, covariance: identity)
    }
    // One direction is enough, however well the others are.
    let slightly = [1, 0, 0, -1e-3]
    #expect(throws: FrechetError.self) {
      try FeatureStatistics(count: nil, mean: [0, 0], covariance: slightly)
    }
  }

  @Test func eigenvaluesOfRoundingsSizeCountAsZeroAndAreTold() throws {
    // Two directions of variance 1 and 0, of which rounding made −3e-16 …
    let exact = try FeatureStatistics(count: nil, mean: [0, 0], covariance: [1, 0, 0, -3e-16])
    #expect(exact.negativeEigenvalue == nil)
    // … and, with a mean of 300 whose square was taken away, −1e-11 …
    let centered = try FeatureStatistics(
      count: nil, mean: [300, 0], covariance: [1, 0, 0, -1e-11])
    #expect(centered.negativeEigenvalue == -1e-11)
    // … and Float32 −1e-7.
    let single = [1, 0, 0, -1e-7]
    #expect(throws: FrechetError.self) {
      try FeatureStatistics(count: nil, mean: [0, 0], covariance: single)
    }
    let told = try FeatureStatistics(
      count: nil, mean: [0, 0], covariance: single, precision: 0x1p-23)
    #expect(told.negativeEigenvalue == -1e-7)
    let distance = try FrechetDistance.between(told, told)
    #expect(distance.couplingTerm == 1)
  }
}
