import Metrics
import Tensors
import Testing

/// Distances of subsets that share their work against those of the same rows alone.
struct SubsetTests {
  /// The first rows are given twice, as real images are that belong to two pairs.
  private func sides(
    _ rows: Int, _ others: Int, width: Int
  ) throws -> (FeatureMatrix, FeatureMatrix) {
    let first = try FeatureMatrix.seeded(51, rows: rows, columns: width, shift: 0.125)
    let second = try FeatureMatrix.seeded(52, rows: others, columns: width)
    return (
      first, try second.selecting([0, 1] + Array(0..<others - 2))
    )
  }

  private func subsets(_ rows: Int, _ others: Int, seed: UInt64) -> [RowSubset] {
    var random = SplitMix64(seed: seed)
    return [(2, 2), (rows / 2, others), (rows, others / 2), (rows - 1, others - 3), (rows, others)]
      .map {
        RowSubset(first: random.sample($0, below: rows), second: random.sample($1, below: others))
      }
  }

  /// Fewer rows than dimensions, about as many, and more.
  @Test(arguments: [(12, 9, 40), (40, 36, 40), (44, 50, 40), (90, 70, 16), (6, 7, 1)])
  func frechet(rows: Int, others: Int, width: Int) throws {
    let (first, second) = try sides(rows, others, width: width)
    let shared = try FrechetSubsets(first, second)
    for subset in subsets(rows, others, seed: 5) {
      let alone = try FrechetDistance.between(
        first.selecting(subset.first), second.selecting(subset.second))
      // Both sum at most 50 singular values, each off by a few ε of the largest, and traces of 50 · 40 squares.
      let tolerance = 1e-13 * alone.varianceTerm
      #expect(abs(try shared.distance(of: subset) - alone.value) <= tolerance, "\(subset)")
    }
    let all = RowSubset(first: Array(0..<rows), second: Array(0..<others))
    #expect(try shared.distance(of: all) == FrechetDistance.between(first, second).value)
  }

  @Test func equalSubsetsAreAtZero() throws {
    let set = try FeatureMatrix.seeded(53, rows: 30, columns: 64)
    let rows = Array(3..<29)
    #expect(try FrechetSubsets(set, set).distance(of: RowSubset(first: rows, second: rows)) == 0)
  }

  @Test(arguments: [0, KernelSubsets.largestStorage])
  func kernel(storage: Int) throws {
    let (first, second) = try sides(40, 33, width: 12)
    for (kernel, isNormalizing) in [(SimilarityKernel.cubic, false), (.gaussian(sigma: 10), true)] {
      let shared = try KernelSubsets(
        first, second, kernel: kernel, isNormalizing: isNormalizing, storage: storage)
      for subset in subsets(40, 33, seed: 6) {
        for estimator in MaximumMeanDiscrepancy.Estimator.allCases {
          let alone = try MaximumMeanDiscrepancy.squared(
            first.selecting(subset.first), second.selecting(subset.second), kernel: kernel,
            estimator: estimator, isNormalizing: isNormalizing)
          let found = shared.squaredDiscrepancy(of: subset, estimator)
          // Means of kernel values of a few units, each off by a few ε.
          #expect(abs(found - alone) <= 1e-13, "\(kernel) \(estimator): \(found) \(alone)")
        }
      }
    }
  }
}
