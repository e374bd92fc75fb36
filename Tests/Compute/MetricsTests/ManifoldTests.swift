import Metrics
import Tensors
import TestSupport
import Testing

/// Values by `prdc` and by definition, made by `Tools/make_manifold_goldens.py`.
private struct ManifoldGoldens: Decodable {
  struct Scores: Decodable, Sendable {
    let precision, recall, density, coverage: Double
  }

  struct Case: Decodable, Sendable {
    let real, generated, dimensions, lattice, neighbors: Int
    let shift: Float
    let closed, open: Scores

    func features() throws -> (real: FeatureMatrix, generated: FeatureMatrix) {
      if lattice == 0 {
        return (
          try FeatureMatrix.seeded(101, rows: real, columns: dimensions),
          try FeatureMatrix.seeded(102, rows: generated, columns: dimensions, shift: shift)
        )
      }
      return (
        try .lattice(103, rows: real, columns: dimensions, values: lattice),
        try .lattice(104, rows: generated, columns: dimensions, values: lattice)
      )
    }
  }

  let cases: [Case]

  static func load() throws -> ManifoldGoldens { try GoldenFolder().decoded("manifold.json") }
}

extension FeatureMatrix {
  /// Whole numbers below `values`, as the golden script draws them.
  fileprivate static func lattice(
    _ seed: UInt64, rows: Int, columns: Int, values: Int
  ) throws -> FeatureMatrix {
    var random = SplitMix64(seed: seed)
    return try FeatureMatrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in Float((random.next() >> 33) % UInt64(values)) })
  }

  /// Points on a line.
  fileprivate init(line values: [Float]) throws {
    try self.init(rows: values.count, columns: 1, values: values)
  }

  fileprivate func reordered(_ seed: UInt64) throws -> FeatureMatrix {
    var random = SplitMix64(seed: seed)
    var order = Array(0..<rows)
    for index in order.indices.dropFirst() {
      order.swapAt(index, random.nextIndex(below: index + 1))
    }
    return try selecting(order)
  }
}

struct ManifoldTests {
  @Test func matchesPRDCAndTheDefinition() throws {
    let cases = try ManifoldGoldens.load().cases
    #expect(cases.count == 20)
    for golden in cases {
      let (real, generated) = try golden.features()
      let found = try ManifoldScores.between(
        real: real, generated: generated,
        neighborhoods: [.inside, .outside].map {
          Neighborhood(neighbors: golden.neighbors, boundary: $0)
        }, workers: Workers(count: 2))
      for (found, expected) in zip(found, [golden.closed, golden.open]) {
        // Counts must agree; NumPy's means of them round a few times.
        let pairs = [
          (found.precision, expected.precision), (found.recall, expected.recall),
          (found.density, expected.density), (found.coverage, expected.coverage),
        ]
        for (one, other) in pairs {
          #expect(abs(one - other) <= 1e-14 * max(1, other), "\(golden)")
        }
      }
    }
  }

  @Test func pointsOnALineByHand() throws {
    // Radii with k = 1 of the real points: 1, 1, 2, 5; of the generated ones: 1.5, 1.5, 0.5, 0.5.
    let real = try FeatureMatrix(line: [0, 1, 3, 8])
    let generated = try FeatureMatrix(line: [1, 2.5, 20, 20.5])
    let closed = try ManifoldScores.between(
      real: real, generated: generated, neighborhood: .init(neighbors: 1, boundary: .inside))
    // 1 lies in the balls of 0, 1 and 3, on the boundaries of 0 and 3; 2.5 in that of 3; 20 and 20.5 in none.
    #expect(closed.precision == 0.5 && closed.density == 1 && closed.coverage == 0.75)
    // 0 and 1 lie in the ball of 1, 3 in that of 2.5, 8 in none.
    #expect(closed.recall == 0.75)
    let open = try ManifoldScores.between(
      real: real, generated: generated, neighborhood: .init(neighbors: 1, boundary: .outside))
    // Left are 1 in the ball of 1, and 2.5 in that of 3.
    #expect(open.precision == 0.5 && open.density == 0.5 && open.coverage == 0.5)
    #expect(open.recall == 0.75)
  }

  @Test(arguments: Neighborhood.Boundary.allCases, [1, 3, 5])
  func aSetCoversItself(boundary: Neighborhood.Boundary, neighbors: Int) throws {
    // Far from the origin, so that products leave nothing of small distances.
    let near = try FeatureMatrix.seeded(5, rows: 150, columns: 33)
    let far = try FeatureMatrix(
      rows: near.rows, columns: near.columns, values: near.values.map { $0 + 4096 })
    for set in [near, far] {
      let found = try ManifoldScores.between(
        real: set, generated: try set.reordered(8),
        neighborhood: .init(neighbors: neighbors, boundary: boundary))
      #expect(found.precision == 1 && found.recall == 1 && found.coverage == 1)
      // Each ball holds its own point and k − 1 others, and the k-th where the boundary counts.
      let held = boundary == .inside ? neighbors + 1 : neighbors
      #expect(found.density >= Double(held) / Double(neighbors))
    }
  }

  @Test func copiesFillTheirOwnNeighborhood() throws {
    // Three copies of each point and k = 2: all radii are 0.
    let values: [Float] = [0.1, 0.7, 0.3].flatMap { [$0, $0, $0] }
    let set = try FeatureMatrix(line: values)
    let closed = try ManifoldScores.between(
      real: set, generated: set, neighborhood: .init(neighbors: 2, boundary: .inside))
    #expect(closed == (try closedCopies()))
    #expect(closed.precision == 1 && closed.recall == 1 && closed.coverage == 1)
    #expect(closed.density == 1.5)
    let open = try ManifoldScores.between(
      real: set, generated: set, neighborhood: .init(neighbors: 2, boundary: .outside))
    #expect(open.precision == 0 && open.recall == 0 && open.coverage == 0 && open.density == 0)

    func closedCopies() throws -> ManifoldScores {
      let wide = try FeatureMatrix(
        rows: 9, columns: 40, values: values.flatMap { [Float](repeating: $0, count: 40) })
      return try ManifoldScores.between(
        real: wide, generated: wide, neighborhood: .init(neighbors: 2, boundary: .inside))
    }
  }

  @Test func orderAndWorkersChangeNoBit() throws {
    let real = try FeatureMatrix.seeded(6, rows: 400, columns: 20)
    let generated = try FeatureMatrix.seeded(7, rows: 330, columns: 20, shift: 0.0625)
    let kinds: [Neighborhood] = [.improvedPrecisionRecall, .densityCoverage]
    func scores(_ first: FeatureMatrix, _ second: FeatureMatrix, workers: Int = 1) throws
      -> [ManifoldScores]
    {
      try ManifoldScores.between(
        real: first, generated: second, neighborhoods: kinds, workers: Workers(count: workers))
    }
    let one = try scores(real, generated)
    #expect(one[0] != one[1] && one[0].precision < 1 && one[1].coverage > 0)
    for workers in [2, 3, 7] {
      let shared = try scores(real, generated, workers: workers)
      #expect(shared == one)
    }
    let reordered = try scores(real.reordered(1), generated.reordered(2))
    #expect(reordered == one)
    for (kind, expected) in zip(kinds, one) {
      let alone = try ManifoldScores.between(
        real: real, generated: generated, neighborhood: kind)
      #expect(alone == expected)
    }
  }

  @Test func distancesBelowTheRoundingOfProductsAreToldApart() throws {
    // Squares of 2²⁰ are 2⁴⁰; steps of ⅛ have squares of 2⁻⁶, and 2¹² columns' rounding is far above them.
    let columns = 1 << 12
    func row(_ step: Float) -> [Float] {
      var values = [Float](repeating: 0x1p20, count: columns)
      values[columns - 1] += step
      return values
    }
    let real = try FeatureMatrix(stacking: [row(0), row(0.125), row(0.375)])
    let generated = try FeatureMatrix(stacking: [row(0.25), row(0.75), row(1)])
    // Radii of the real points: ⅛, ⅛, ¼. 0.25 lies on the boundary of ⅛'s ball and inside 0.375's.
    let found = try ManifoldScores.between(
      real: real, generated: generated, neighborhood: .init(neighbors: 1, boundary: .inside))
    #expect(found.precision == 1.0 / 3 && found.density == 2.0 / 3 && found.coverage == 2.0 / 3)
    let open = try ManifoldScores.between(
      real: real, generated: generated, neighborhood: .init(neighbors: 1, boundary: .outside))
    #expect(open.precision == 1.0 / 3 && open.density == 1.0 / 3 && open.coverage == 1.0 / 3)
  }

  @Test func setsThatDoNotFitAreRefused() throws {
    let four = try FeatureMatrix.seeded(1, rows: 4, columns: 3)
    let three = try FeatureMatrix.seeded(2, rows: 3, columns: 3)
    let wide = try FeatureMatrix.seeded(3, rows: 4, columns: 5)
    func error(
      _ real: FeatureMatrix, _ generated: FeatureMatrix, _ neighbors: Int
    ) -> ManifoldError? {
      #expect(throws: ManifoldError.self) {
        try ManifoldScores.between(
          real: real, generated: generated,
          neighborhood: .init(neighbors: neighbors, boundary: .inside))
      }
    }
    #expect(error(four, wide, 3) == .dimensionMismatch(real: 3, generated: 5))
    #expect(error(four, three, 3) == .tooFewRows(.generated, count: 3, neighbors: 3))
    #expect(error(three, four, 3) == .tooFewRows(.real, count: 3, neighbors: 3))
    #expect(error(four, four, 0) == .noNeighbors(count: 0))
    #expect(
      error(three, four, 3)?.description
        == "An image's neighborhood reaches to neighbor 3, so each set needs at least 4 images, but there "
        + "are 3 real ones: add images or ask for fewer neighbors.")
    // The least that is enough.
    #expect(
      try ManifoldScores.between(
        real: four, generated: four, neighborhood: .improvedPrecisionRecall
      ).recall == 1)
    #expect(throws: FrechetError.notFinite(row: 1, column: 0)) {
      try FeatureMatrix(line: [0, .nan])
    }
  }
}
