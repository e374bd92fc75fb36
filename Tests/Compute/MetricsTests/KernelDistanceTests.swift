import Metrics
import Tensors
import TestSupport
import Testing

/// The bound; what is found is near `1e-12`, the rounding of sums that cancel to a hundredth.
private let relative = 1e-6

struct KernelDistanceTests {
  @Test func kidMatchesTorchFidelitysKernelOnTheSameDraws() throws {
    for golden in try SetMetricGoldens.load().kid {
      let (first, second) = try golden.features()
      let found = try KernelInceptionDistance.between(
        first, second, variant: .torchFidelity,
        draw: .init(count: golden.subsets, size: golden.size, seed: golden.seed))
      #expect(abs(found.value - golden.mean) <= relative * abs(golden.mean), "\(golden)")
      // A deviation is the root of a difference: 1e-16 of the values becomes 1e-8 where all are equal.
      let deviation = try #require(found.standardDeviation)
      #expect(abs(deviation - golden.deviation) <= relative * golden.deviation + 1e-9, "\(golden)")
      #expect(found.subsets == golden.subsets && found.subsetSize == golden.size)
    }
  }

  @Test func kidMatchesTorchFidelityOnNumPysDraws() throws {
    let golden = try SetMetricGoldens.load().torchFidelityKID
    let found = try KernelInceptionDistance.between(
      seeded(31, golden.first, golden.dimensions, 0),
      seeded(32, golden.second, golden.dimensions, 0.125),
      subsets: golden.subsets.map { .init(first: $0[0], second: $0[1]) })
    #expect(abs(found.value - golden.mean) <= relative * golden.mean)
    #expect(abs((found.standardDeviation ?? 0) - golden.deviation) <= relative * golden.deviation)
    // Kernel values near 1 in Float32 (6e-8 each) leave 6e-7 of a mean of 0.08.
    #expect(abs(found.value - golden.float32) <= 1e-5 * golden.mean)
  }

  @Test func fullSetMatchesNumPy() throws {
    for golden in try SetMetricGoldens.load().kid {
      let (first, second) = try golden.features()
      let found = try KernelInceptionDistance.between(first, second, variant: .fullSet)
      #expect(abs(found.value - golden.full) <= relative * abs(golden.full), "\(golden)")
      #expect(found.standardError == nil && found.subsetSize == nil)
    }
  }

  @Test func cmmdMatchesNumPy() throws {
    for golden in try SetMetricGoldens.load().cmmd {
      let first = try seeded(51, golden.first, golden.dimensions, 0)
      let second = try seeded(52, golden.second, golden.dimensions, 0.125)
      let biased = try CMMD.between(first, second)
      let unbiased = try CMMD.between(first, second, variant: .unbiased)
      #expect(abs(biased - golden.biased) <= relative * golden.biased, "\(golden)")
      #expect(abs(unbiased - golden.unbiased) <= relative * abs(golden.unbiased), "\(golden)")
    }
  }

  @Test func cmmdIsZeroOfEqualSetsAndBlindToLengths() throws {
    let set = try seeded(1, 40, 12, 0)
    let longer = try FeatureMatrix(rows: 40, columns: 12, values: set.values.map { $0 * 8 })
    let other = try seeded(2, 30, 12, 0.25)
    // Sums of 1600 values of at most 1 %, each rounded to 1e-16, times 1000.
    #expect(abs(try CMMD.between(set, set)) <= 1e-12)
    #expect(try CMMD.between(set, other) == CMMD.between(longer, other))
    #expect(try CMMD.between(set, other) > 0)
  }

  @Test func storedKernelValuesAgreeWithFreshOnes() throws {
    // A subset of everything is the full set, which is computed block by block and stores nothing.
    let first = try seeded(3, 300, 20, 0)
    let second = try seeded(4, 300, 20, 0.125)
    let stored = try KernelInceptionDistance.between(
      first, second, draw: .init(count: 2, size: 1000))
    let fresh = try KernelInceptionDistance.between(first, second, variant: .fullSet)
    #expect(stored.subsetSize == 300)
    #expect(abs(stored.value - fresh.value) <= 1e-12)
    let subsets = KernelInceptionDistance.subsets(.init(count: 6, size: 40), 300, 300)
    let values = try [0, KernelSubsets.largestStorage].map {
      try KernelInceptionDistance.between(first, second, subsets: subsets, storage: $0)
    }
    #expect(abs(values[0].value - values[1].value) <= 1e-12)
    let spreads = values.compactMap(\.standardDeviation)
    #expect(spreads.count == 2 && abs(spreads[0] - spreads[1]) <= 1e-12 && spreads[0] > 1e-4)
  }

  @Test func orderOfRowsDoesNotMatterToTheFullSet() throws {
    let first = try seeded(5, 33, 9, 0)
    let second = try seeded(6, 21, 9, 0.125)
    let turned = try first.selecting((0..<33).reversed())
    for estimator in MaximumMeanDiscrepancy.Estimator.allCases {
      let found = try [first, turned].map {
        try MaximumMeanDiscrepancy.squared($0, second, kernel: .cubic, estimator: estimator)
      }
      let swapped = try MaximumMeanDiscrepancy.squared(
        second, first, kernel: .cubic, estimator: estimator)
      #expect(abs(found[0] - found[1]) <= 1e-13 && abs(found[0] - swapped) <= 1e-13)
    }
  }

  @Test func bitsDoNotDependOnWorkers() throws {
    let first = try seeded(7, 600, 10, 0)
    let second = try seeded(8, 530, 10, 0.125)
    for variant in KernelInceptionDistance.Variant.allCases {
      let found = try [1, 2, 3].map {
        try KernelInceptionDistance.between(
          first, second, variant: variant, draw: .init(count: 5, size: 200, seed: 1),
          workers: Workers(count: $0))
      }
      #expect(found[0] == found[1] && found[0] == found[2], "\(variant)")
    }
    let distances = try [1, 2].map {
      try CMMD.between(first, second, workers: Workers(count: $0))
    }
    #expect(distances[0] == distances[1])
  }

  @Test func duplicatesMakeTheUnbiasedEstimateOfEqualSetsNegative() throws {
    let set = try seeded(9, 10, 4, 0)
    let found = try KernelInceptionDistance.between(set, set, variant: .fullSet)
    #expect(found.value < 0)
    let twins = try FeatureMatrix(rows: 4, columns: 2, values: [1, 2, 1, 2, 1, 2, 1, 2])
    #expect(try KernelInceptionDistance.between(twins, twins, variant: .fullSet).value == 0)
  }

  @Test func twoImagesAreEnough() throws {
    let first = try FeatureMatrix(rows: 2, columns: 1, values: [0, 1])
    let second = try FeatureMatrix(rows: 2, columns: 1, values: [1, 2])
    // (xy + 1)³: within 1 and 27; across (1 + 1 + 8 + 27)/4.
    let expected: Double = 1 + 27 - 2 * 37 / 4
    let found = try KernelInceptionDistance.between(first, second)
    #expect(found.value == expected && found.subsetSize == 2)
  }

  @Test func refusesWhatHasNoDistance() throws {
    let few = try seeded(1, 4, 3, 0)
    let wide = try seeded(1, 4, 5, 0)
    #expect(throws: KernelDistanceError.dimensionMismatch(first: 3, second: 5)) {
      try KernelInceptionDistance.between(few, wide)
    }
    #expect(throws: KernelDistanceError.dimensionMismatch(first: 5, second: 3)) {
      try CMMD.between(wide, few)
    }
    #expect(throws: KernelDistanceError.subsetTooLarge(size: 1000, first: 4, second: 4)) {
      try KernelInceptionDistance.between(few, few, variant: .torchFidelity)
    }
    for draw in [KernelInceptionDistance.Draw(count: 0, size: 3), .init(count: 3, size: 1)] {
      #expect(throws: KernelDistanceError.noSubsets(count: draw.count, size: draw.size)) {
        try KernelInceptionDistance.between(few, few, draw: draw)
      }
    }
    let empty = try FeatureMatrix(rows: 2, columns: 2, values: [1, 0, 0, 0])
    #expect(throws: KernelDistanceError.zeroRow(row: 1)) { try CMMD.between(empty, empty) }
  }

  @Test func drawsAreSubsets() {
    var random = SplitMix64(seed: 4)
    for (count, bound) in [(0, 0), (0, 3), (3, 3), (5, 40)] {
      let drawn = random.sample(count, below: bound)
      #expect(drawn.count == count && Set(drawn).count == count && drawn == drawn.sorted())
      #expect(drawn.allSatisfy { (0..<bound).contains($0) })
    }
    // Every index comes up about equally often: 3000 draws of 10 % each, five deviations of 16.4.
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<1000 { for index in random.sample(3, below: 10) { counts[index] += 1 } }
    #expect(counts.allSatisfy { abs($0 - 300) <= 73 }, "\(counts)")
  }

  private func seeded(
    _ seed: UInt64, _ rows: Int, _ columns: Int, _ shift: Float
  ) throws -> FeatureMatrix {
    try FeatureMatrix.seeded(seed, rows: rows, columns: columns, shift: shift)
  }
}

extension SetMetricGoldens.KernelInception {
  func features() throws -> (FeatureMatrix, FeatureMatrix) {
    (
      try FeatureMatrix.seeded(31, rows: first, columns: dimensions, shift: 0),
      try FeatureMatrix.seeded(32, rows: second, columns: dimensions, shift: 0.125)
    )
  }
}
