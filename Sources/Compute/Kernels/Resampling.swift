/// Rows and columns as weighted sums of others: interpolation of any kind, cuts and borders.
package struct Resampling: Hashable, Sendable {
  /// One old position that a new one reads.
  package struct Tap: Hashable, Sendable {
    /// Row or column of the input.
    package let position: Int
    /// Its share.
    package let weight: Float

    /// A position and its share.
    package init(_ position: Int, weight: Float = 1) {
      self.position = position
      self.weight = weight
    }
  }

  /// What each new row reads.
  package let rows: [[Tap]]
  /// What each new column reads.
  package let columns: [[Tap]]
  /// What stands where a row or column reads nothing.
  package let border: Float

  /// Describes a resampling.
  package init(rows: [[Tap]], columns: [[Tap]], border: Float = 0) {
    self.rows = rows
    self.columns = columns
    self.border = border
  }

  /// Every position as it is.
  package static func unchanged(_ count: Int) -> [[Tap]] { (0..<count).map { [Tap($0)] } }

  /// Some of the positions.
  package static func cropped(_ range: Range<Int>) -> [[Tap]] { range.map { [Tap($0)] } }

  /// The border's value before and behind all positions.
  package static func padded(_ count: Int, before: Int, behind: Int) -> [[Tap]] {
    [[Tap]](repeating: [], count: before) + unchanged(count)
      + [[Tap]](repeating: [], count: behind)
  }

  /// `F.interpolate(mode="bicubic", align_corners=False, antialias=False)` along one axis: Keys' cubic with
  /// `a = −0.75` on four positions around `(i + ½) · inputs / outputs − ½`; outside, the edge is repeated.
  ///
  /// Source: PyTorch, `aten/src/ATen/native/UpSample.h` (`get_cubic_upsample_coefficients`).
  /// - Deviation: positions and weights in Float64, each weight rounded once.
  package static func bicubic(from inputs: Int, to outputs: Int) -> [[Tap]] {
    (0..<outputs).map { index in
      let position = (Double(index) + 0.5) * Double(inputs) / Double(outputs) - 0.5
      let first = Int(position.rounded(.down)) - 1
      var weights: [Int: Double] = [:]
      for tap in first..<first + 4 {
        weights[min(max(tap, 0), inputs - 1), default: 0] += keysCubic(
          position - Double(tap), coefficient: -0.75)
      }
      return weights.keys.sorted().map { Tap($0, weight: Float(weights[$0] ?? 0)) }
    }
  }

  /// Keys' cubic filter at a distance from its center.
  ///
  /// Source: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981.
  package static func keysCubic(_ distance: Double, coefficient a: Double) -> Double {
    let x = abs(distance)
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }

  /// What brings a gradient of the result back to an input of some size.
  package func transposed(rows inputRows: Int, columns inputColumns: Int) -> Resampling {
    func exchanged(_ taps: [[Tap]], _ count: Int) -> [[Tap]] {
      var result = [[Tap]](repeating: [], count: count)
      for (index, list) in taps.enumerated() {
        for tap in list { result[tap.position].append(Tap(index, weight: tap.weight)) }
      }
      return result
    }
    // A place that a border fills reads nothing of the input, whatever its other axis says.
    return Resampling(
      rows: exchanged(rows, inputRows), columns: exchanged(columns, inputColumns))
  }
}

extension FeatureMap {
  /// `y[i, j] = Σ_c w_c Σ_r w_r x[r, c]` over the taps of row `i` and column `j`, or the border's value.
  ///
  /// - Precondition: taps lie inside the input; the output has their numbers of rows and columns.
  /// - Exactness: sums in Float32 in the order of the taps, those of rows inside those of columns; a
  ///   single tap of weight 1 copies.
  package func writeResampled(_ input: FeatureMap, _ resampling: Resampling) {
    precondition(
      rows == resampling.rows.count && columns == resampling.columns.count
        && channels == input.channels, "shapes differ")
    let width = input.columns * channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { memory in
      guard let blended = memory.baseAddress else { return }
      for (row, taps) in resampling.rows.enumerated() {
        if taps.isEmpty {
          for column in 0..<columns {
            pixel(row, column).update(repeating: resampling.border, count: channels)
          }
          continue
        }
        var source = (base: UnsafePointer(blended), step: channels)
        if taps.count == 1, taps[0].weight == 1 {
          source = (UnsafePointer(input.pixel(taps[0].position, 0)), input.pixelStride)
        } else {
          blend(input, taps, into: blended)
        }
        write(row, of: resampling, from: source.base, step: source.step)
      }
    }
  }

  private func blend(
    _ input: FeatureMap, _ taps: [Resampling.Tap], into output: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<input.columns {
      let target = output + column * channels
      for (index, tap) in taps.enumerated() {
        let source = input.pixel(tap.position, column)
        if index == 0 {
          for channel in 0..<channels { target[channel] = tap.weight * source[channel] }
        } else {
          for channel in 0..<channels { target[channel] += tap.weight * source[channel] }
        }
      }
    }
  }

  private func write(
    _ row: Int, of resampling: Resampling, from source: UnsafePointer<Float>, step: Int
  ) {
    for (column, taps) in resampling.columns.enumerated() {
      let target = pixel(row, column)
      guard let first = taps.first else {
        target.update(repeating: resampling.border, count: channels)
        continue
      }
      let start = source + first.position * step
      if taps.count == 1, first.weight == 1 {
        target.update(from: start, count: channels)
        continue
      }
      for channel in 0..<channels { target[channel] = first.weight * start[channel] }
      for tap in taps.dropFirst() {
        let next = source + tap.position * step
        for channel in 0..<channels { target[channel] += tap.weight * next[channel] }
      }
    }
  }
}
