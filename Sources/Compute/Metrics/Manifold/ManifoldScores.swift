import Tensors

/// Fidelity and diversity of a set, told apart by the balls around each set's images; all four scores are
/// better where they are higher.
///
/// With real images `x_i`, `i = 1 … N`, generated ones `y_j`, `j = 1 … M`, and balls `B` that a
/// ``Neighborhood`` describes:
///
/// - precision `= |{j : y_j in some B(x_i)}| / M`,
/// - recall `= |{i : x_i in some B(y_j)}| / N`,
/// - density `= Σ_j |{i : y_j in B(x_i)}| / (k·M)`,
/// - coverage `= |{i : some y_j in B(x_i)}| / N`.
///
/// Sources: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models",
/// NeurIPS 2019, equations 1 and 2; Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative
/// Models", ICML 2020, equations 4 and 5; `kynkaat/improved-precision-and-recall-metric`,
/// `precision_recall.py`; `clovaai/generative-evaluation-prdc`, `prdc/prdc.py` (0.2).
///
/// - Deviation: distances are compared in Float64 as if summed from differences. The first repository
///   compares squared distances in Float32, from norms and products; scikit-learn, on which the second
///   rests, rounds distances of Float32 features to Float32. Both make ties of distances that differ, and
///   the first tells ties apart.
/// - Deviation: an image is left out of its own neighbors. Both repositories take the `(k + 1)`-th smallest
///   distance, its own included, which is the same as long as its own computed distance is the smallest.
/// - Deviation: `k + 1` images are enough; `prdc` asks for one more.
package struct ManifoldScores: Equatable, Sendable {
  /// Share of the generated images in the real manifold, 0…1.
  package let precision: Double
  /// Share of the real images in the generated manifold, 0…1.
  package let recall: Double
  /// Real balls around a generated image, in units of `k`; 0 or more, around 1 for equal distributions.
  package let density: Double
  /// Share of the real images whose ball holds a generated one, 0…1.
  package let coverage: Double

  /// The scores of a set.
  ///
  /// - Parameters:
  ///   - real: features of the real images, `[N, D]`.
  ///   - generated: features of the generated ones, `[M, D]`.
  ///   - neighborhoods: the balls; one pass over the distances serves all.
  ///   - workers: threads to share the work; the bits do not depend on their number.
  /// - Returns: one value for each of `neighborhoods`.
  /// - Cost: `N² + M² + N·M` products of `D` multiply-adds; memory for both sets in Float64 and, for each
  ///   worker, 128 rows of distances.
  /// - Throws: `ManifoldError`.
  package static func between(
    real: FeatureMatrix, generated: FeatureMatrix, neighborhoods: [Neighborhood],
    workers: Workers = Workers(count: 1)
  ) throws(ManifoldError) -> [ManifoldScores] {
    guard real.columns == generated.columns else {
      throw .dimensionMismatch(real: real.columns, generated: generated.columns)
    }
    for neighbors in neighborhoods.map(\.neighbors) {
      guard neighbors >= 1 else { throw .noNeighbors(count: neighbors) }
      for (side, set) in [(ManifoldError.Side.real, real), (.generated, generated)]
      where set.rows <= neighbors {
        throw .tooFewRows(side, count: set.rows, neighbors: neighbors)
      }
    }
    let distances = RowDistances(KernelRows(real), KernelRows(generated))
    let neighbors = neighborhoods.map(\.neighbors)
    let realRadii = RowDistances.squaredRadii(
      of: distances.first, neighbors: neighbors, workers: workers)
    let generatedRadii = RowDistances.squaredRadii(
      of: distances.second, neighbors: neighbors, workers: workers)
    let memberships = neighborhoods.indices.map {
      Membership(
        distances: distances, realRadii: realRadii[$0], generatedRadii: generatedRadii[$0],
        boundary: neighborhoods[$0].boundary)
    }
    let tallies = distances.mapBlocks(workers) { range, rough in
      memberships.map { $0.tally(range, rough: rough) }
    }
    return neighborhoods.indices.map { index in
      ManifoldScores(
        tallies.map { $0[index] }, neighbors: neighbors[index], real: real.rows,
        generated: generated.rows)
    }
  }

  /// The scores of a set for one kind of balls.
  ///
  /// - Throws: `ManifoldError`.
  package static func between(
    real: FeatureMatrix, generated: FeatureMatrix, neighborhood: Neighborhood,
    workers: Workers = Workers(count: 1)
  ) throws(ManifoldError) -> ManifoldScores {
    try between(
      real: real, generated: generated, neighborhoods: [neighborhood], workers: workers)[0]
  }

  private init(_ tallies: [Membership.Tally], neighbors: Int, real: Int, generated: Int) {
    var isInside = [Bool](repeating: false, count: generated)
    var (memberships, covering, inside) = (0, 0, 0)
    for tally in tallies {
      memberships += tally.memberships
      covering += tally.coveringReal
      inside += tally.realInside
      for index in isInside.indices where tally.generatedInside[index] { isInside[index] = true }
    }
    precision = Double(isInside.count { $0 }) / Double(generated)
    recall = Double(inside) / Double(real)
    density = Double(memberships) / Double(neighbors * generated)
    coverage = Double(covering) / Double(real)
  }
}

/// Which images of one set lie in the balls of the other.
private struct Membership: Sendable {
  /// Of real images (rows) from generated ones (columns).
  let distances: RowDistances
  /// Squared, `[N]`.
  let realRadii: [Double]
  /// Squared, `[M]`.
  let generatedRadii: [Double]
  let boundary: Neighborhood.Boundary

  /// What a block of real images adds to the scores; counts are whole, so their order does not matter.
  struct Tally: Sendable {
    /// Pairs of a generated image and a real ball that holds it.
    var memberships = 0
    /// Real images whose ball holds a generated one.
    var coveringReal = 0
    /// Real images in a generated ball.
    var realInside = 0
    /// Whether a generated image lies in one of the block's balls, `[M]`.
    var generatedInside: [Bool]
  }

  func tally(_ range: Range<Int>, rough: [Double]) -> Tally {
    let columns = generatedRadii.count
    var tally = Tally(generatedInside: [Bool](repeating: false, count: columns))
    for row in range {
      let start = (row - range.lowerBound) * columns
      let before = tally.memberships
      var isInside = false
      for column in 0..<columns {
        let distance = rough[start + column]
        if isWithin(realRadii[row], distance, row, column) {
          tally.memberships += 1
          tally.generatedInside[column] = true
        }
        isInside = isInside || isWithin(generatedRadii[column], distance, row, column)
      }
      if tally.memberships > before { tally.coveringReal += 1 }
      if isInside { tally.realInside += 1 }
    }
    return tally
  }

  private func isWithin(_ radius: Double, _ rough: Double, _ row: Int, _ column: Int) -> Bool {
    let margin = distances.margin(row, column)
    if rough + margin < radius { return true }
    if rough - margin > radius { return false }
    let exact = distances.exact(row, column)
    return boundary == .inside ? exact <= radius : exact < radius
  }
}
