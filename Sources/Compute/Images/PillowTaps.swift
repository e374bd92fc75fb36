import CKernels

/// Which old pixels make each new one along one axis, and with what weights.
///
/// The arithmetic, also its order, is that of `precompute_coeffs` in Pillow's `Resample.c`.
struct PillowTaps {
  /// First old pixel of every new one.
  private(set) var starts: [Int32] = []
  /// Number of old pixels of every new one.
  private(set) var counts: [Int32] = []
  /// Row of weights of every new pixel, each `rowLength` long.
  private(set) var weights: [Double]
  let rowLength: Int

  /// - Precondition: both sizes are positive and the filter is not `nearest`.
  init(from oldSize: Int, to newSize: Int, filter: PillowFilter) {
    precondition(oldSize > 0 && newSize > 0 && filter != .nearest, "no taps for these sizes")
    let scale = Double(oldSize) / Double(newSize)
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    rowLength = Int(support.rounded(.up)) * 2 + 1
    weights = [Double](repeating: 0, count: newSize * rowLength)
    for new in 0..<newSize {
      let center = (Double(new) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), oldSize) - start
      starts.append(Int32(start))
      counts.append(Int32(count))
      fillRow(new, start: start, count: count) { old in
        filter.weight(at: (Double(old) - center + 0.5) * (1 / filterScale))
      }
    }
  }

  private mutating func fillRow(
    _ row: Int, start: Int, count: Int, _ weight: (Int) -> Double
  ) {
    let offset = row * rowLength
    var sum = 0.0
    for tap in 0..<count {
      weights[offset + tap] = weight(start + tap)
      sum += weights[offset + tap]
    }
    guard sum != 0 else { return }
    for tap in 0..<count { weights[offset + tap] /= sum }
  }

  /// Bits after the point of ``fixedPointWeights``: 8 remain for the sample and 2 for overshoot.
  static let precision = 22

  /// The weights times 2²², rounded half away from zero.
  var fixedPointWeights: [Int32] {
    let one = Double(1 << Self.precision)
    return weights.map { Int32($0 < 0 ? $0 * one - 0.5 : $0 * one + 0.5) }
  }

  /// Calls `body` with the form in which the filters want positions.
  func withPositions<Result>(_ body: (ek_taps) -> Result) -> Result {
    starts.withUnsafeBufferPointer { starts in
      counts.withUnsafeBufferPointer { counts in
        body(
          ek_taps(
            count: starts.count, starts: starts.baseAddress, counts: counts.baseAddress,
            stride: rowLength))
      }
    }
  }

  /// Whether columns are filtered before rows: where that leaves much less to do.
  ///
  /// Each pass rounds, so the order shows in the last bit. Pillow 13 has this rule; before, rows
  /// always came first, and so they do for every square image here.
  static func columnsFirst(
    from old: (width: Int, height: Int), to new: (width: Int, height: Int)
  ) -> Bool {
    let fewerRows = old.height - new.height
    return fewerRows > 0 && fewerRows > 2 * (old.width - new.width)
  }

  /// The old pixel of every new one under `PillowFilter.nearest`.
  static func nearest(from oldSize: Int, to newSize: Int) -> [Int] {
    let scale = Double(oldSize) / Double(newSize)
    // Pillow adds up the position instead of multiplying; at some sizes that decides a tie.
    var position = scale * 0.5
    return (0..<newSize).map { _ in
      defer { position += scale }
      return min(Int(position), oldSize - 1)
    }
  }
}
