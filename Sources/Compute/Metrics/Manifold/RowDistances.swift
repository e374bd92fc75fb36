import Tensors

/// Squared Euclidean distances between the rows of two sets, compared as if each were summed on its own.
///
/// The distance that counts is ``exact(_:_:)``, `Σ_c (a_c − b_c)²`: equal rows are 0 apart, and equal pairs of
/// rows have equal distances wherever they stand. Matrix products give all distances faster, as
/// `‖a‖² + ‖b‖² − 2 a·b`, but with rounding of the size of the norms. So they decide only what lies farther
/// apart than ``margin(_:_:)``, and the exact distance decides the rest. Results therefore do not depend
/// on the library's kernels, blocks or threads.
///
/// The margin, with `u = 2⁻⁵³`, `s = ‖a‖² + ‖b‖²` and `D` terms a sum, whatever their order: a norm errs by
/// `D·u` of itself, the product by `D·u·s/2`, the sum of the norms by `u·s`, and the last difference by
/// `u` of a distance of at most `2s`; together `(2D + 3)·u·s`. The exact distance errs by `(D + 2)·u`
/// of at most `2s`. They differ by `(4D + 7)·u·s`; adding the margin rounds by another `2u·s`. The margin
/// is `(4D + 16)·u·s`, which leaves room for terms of second order up to `D = 10⁷`.
struct RowDistances: Sendable {
  /// One set, `[M, D]`.
  let first: KernelRows
  /// The other, `[N, D]`.
  let second: KernelRows
  private let unit: Double

  init(_ first: KernelRows, _ second: KernelRows) {
    self.first = first
    self.second = second
    unit = Double(2 * first.width + 8) * .ulpOfOne
  }

  /// By how much a distance of ``rough(_:)`` may differ from the exact one.
  func margin(_ row: Int, _ column: Int) -> Double {
    unit * (first.squaredNorms[row] + second.squaredNorms[column])
  }

  /// Distances of some rows of the first set from all of the second, `[range.count, N]`, by a matrix product.
  func rough(_ range: Range<Int>) -> [Double] { first.squaredDistances(range, to: second) }

  /// The distance of two rows, terms added in order.
  func exact(_ row: Int, _ column: Int) -> Double {
    let width = first.width
    return first.values.withUnsafeBufferPointer { first in
      second.values.withUnsafeBufferPointer { second in
        var sum = 0.0
        for index in 0..<width {
          let difference = first[row * width + index] - second[column * width + index]
          sum += difference * difference
        }
        return sum
      }
    }
  }

  /// Does something with blocks of rows of the first set and their rough distances.
  ///
  /// - Returns: one value a block, in order.
  func mapBlocks<Value: Sendable>(
    _ workers: Workers, _ body: @Sendable (_ range: Range<Int>, _ rough: [Double]) -> Value
  ) -> [Value] {
    workers.map((first.count + Self.rowBlock - 1) / Self.rowBlock) { block, _ in
      let start = block * Self.rowBlock
      let range = start..<min(start + Self.rowBlock, first.count)
      return body(range, rough(range))
    }
  }

  /// Rows whose distances are held at once; it bounds a worker's memory at `rowBlock · N` doubles, 51 MB
  /// for 50,000 images.
  private static let rowBlock = 128
}

extension RowDistances {
  /// Squared distances from each row of a set to some of its nearest others.
  ///
  /// - Parameters:
  ///   - set: `[N, D]`.
  ///   - neighbors: which, 1 being the nearest; all between 1 and one less than the rows.
  ///   - workers: threads; the result does not depend on their number.
  /// - Returns: for each of `neighbors`, `[N]`.
  static func squaredRadii(
    of set: KernelRows, neighbors: [Int], workers: Workers
  ) -> [[Double]] {
    let distances = RowDistances(set, set)
    let most = neighbors.max() ?? 1
    let rows = distances.mapBlocks(workers) { range, rough in
      range.map { row in
        let start = (row - range.lowerBound) * set.count
        return distances.nearest(most, to: row, rough: rough[start..<start + set.count])
      }
    }.flatMap { $0 }
    return neighbors.map { neighbor in rows.map { $0[neighbor - 1] } }
  }

  /// The smallest exact distances from a row to others of its set, ascending.
  private func nearest(_ count: Int, to row: Int, rough: ArraySlice<Double>) -> [Double] {
    let start = rough.startIndex
    var bounds = SmallestValues(count: count)
    for column in 0..<second.count where column != row {
      bounds.insert(rough[start + column] + margin(row, column))
    }
    var found = SmallestValues(count: count)
    // No row beyond the bound of the last can be among them.
    for column in 0..<second.count where column != row {
      guard rough[start + column] - margin(row, column) <= bounds.largest else { continue }
      found.insert(exact(row, column))
      if found.largest == 0 { break }
    }
    return found.values
  }
}

/// The smallest of many values, ascending.
private struct SmallestValues {
  private(set) var values: [Double]

  init(count: Int) { values = [Double](repeating: .infinity, count: count) }

  var largest: Double { values[values.count - 1] }

  mutating func insert(_ value: Double) {
    guard value < largest else { return }
    var position = values.count - 1
    while position > 0, values[position - 1] > value {
      values[position] = values[position - 1]
      position -= 1
    }
    values[position] = value
  }
}
