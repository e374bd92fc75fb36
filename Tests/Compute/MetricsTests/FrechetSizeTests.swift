import Metrics
import Tensors
import Testing

/// The distance's coupling term at sizes around the decompositions' blocks, against a singular value
/// decomposition that shares nothing with them.
struct FrechetSizeTests {
  @Test(arguments: [
    (2, 2, 3), (2, 40, 40), (31, 33, 64), (32, 32, 50), (33, 33, 33), (33, 64, 65), (65, 31, 70),
    (97, 80, 100),
  ])
  func lowRankFormMatches(first: Int, second: Int, dimensions: Int) throws {
    try check(first, second, dimensions, .lowRank)
  }

  @Test(arguments: [
    (3, 2, 1), (9, 40, 2), (40, 50, 31), (40, 50, 32), (40, 50, 33), (70, 66, 65), (20, 90, 64),
    (90, 20, 64), (20, 30, 64),
  ])
  func symmetricFormMatches(first: Int, second: Int, dimensions: Int) throws {
    try check(first, second, dimensions, .symmetric)
  }

  /// Sums of as many singular values as there are rows, each good to some `ε` of the largest one.
  private func check(
    _ firstRows: Int, _ secondRows: Int, _ columns: Int, _ form: FrechetDistance.Form
  ) throws {
    let first = try FeatureMatrix.seeded(31, rows: firstRows, columns: columns, shift: 0)
    let second = try FeatureMatrix.seeded(32, rows: secondRows, columns: columns, shift: 0.25)
    let (one, other) = (centered(first), centered(second))
    let product = one.map { row in other.map { dot(row, $0) } }
    let expected = singularValues(product).sorted().reduce(0, +)
    let threads = try [1, 2, 3].map { count in
      try FrechetDistance.between(first, second, form: form, workers: Workers(count: count))
    }
    #expect(threads[0].form == form)
    #expect(
      abs(threads[0].couplingTerm - expected) <= 1e-13 * threads[0].varianceTerm,
      "\(threads[0].couplingTerm) \(expected)")
    #expect(threads[1] == threads[0] && threads[2] == threads[0])
    #expect(threads[0].first.rank == min(firstRows - 1, columns))
    #expect(threads[0].second.rank == min(secondRows - 1, columns))
  }

  /// Rows without their mean, divided by `√(N − 1)`.
  private func centered(_ set: FeatureMatrix) -> [[Double]] {
    let rows = (0..<set.rows).map { row in
      set.values[row * set.columns..<(row + 1) * set.columns].map { Double($0) }
    }
    let means = (0..<set.columns).map { column in
      Summary.compensatedSum(rows.map { $0[column] }) / Double(set.rows)
    }
    let scale = Double(set.rows - 1).squareRoot()
    return rows.map { row in zip(row, means).map { ($0 - $1) / scale } }
  }

  private func dot(_ first: [Double], _ second: [Double]) -> Double {
    var sum = 0.0
    for index in first.indices { sum += first[index] * second[index] }
    return sum
  }

  /// One-sided Jacobi rotations (Hestenes, 1958): rows are turned against each other until all are
  /// orthogonal; their lengths are the singular values, small ones as exact as large ones.
  private func singularValues(_ matrix: [[Double]]) -> [Double] {
    var rows = matrix
    for _ in 0..<40 {
      var isDone = true
      for p in 0..<rows.count {
        for q in 0..<p {
          let (a, b, c) = (dot(rows[p], rows[p]), dot(rows[q], rows[q]), dot(rows[p], rows[q]))
          guard abs(c) > 1e-16 * (a * b).squareRoot(), abs(c) > 1e-300 else { continue }
          isDone = false
          let zeta = (b - a) / (2 * c)
          let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
          let cosine = 1 / (1 + tangent * tangent).squareRoot()
          for index in rows[p].indices {
            let (x, y) = (rows[p][index], rows[q][index])
            rows[p][index] = cosine * (x - tangent * y)
            rows[q][index] = cosine * (tangent * x + y)
          }
        }
      }
      if isDone { break }
    }
    return rows.map { dot($0, $0).squareRoot() }
  }
}
