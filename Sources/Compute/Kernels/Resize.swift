import CKernels

/// One output position of a two-tap interpolation along one axis.
struct LinearTap {
  let lower: Int
  let upper: Int
  /// Weight of `upper`; `lower` gets the rest.
  let fraction: Float

  /// PyTorch's source positions: corners aligned, or half-pixel centers clamped at zero.
  static func all(outputs: Int, inputs: Int, alignCorners: Bool) -> [LinearTap] {
    let scale: Float =
      alignCorners
      ? (outputs > 1 ? Float(inputs - 1) / Float(outputs - 1) : 0)
      : Float(inputs) / Float(outputs)
    return (0..<outputs).map { index in
      let position =
        alignCorners ? Float(index) * scale : max(0, (Float(index) + 0.5) * scale - 0.5)
      let lower = min(Int(position), inputs - 1)
      return LinearTap(
        lower: lower, upper: min(lower + 1, inputs - 1), fraction: position - Float(lower))
    }
  }
}

extension FeatureMap {
  /// Bilinear interpolation without antialiasing, `F.interpolate(mode="bilinear")`.
  ///
  /// - Exactness: Float32 in PyTorch's order, columns inside rows; the same bits at every level.
  package func writeBilinear(
    of input: FeatureMap, alignCorners: Bool, level: CPULevel = .current,
    scratch: KernelScratch? = nil
  ) {
    precondition(channels == input.channels, "shapes differ")
    let kernels = level.mapKernels
    let rowTaps = LinearTap.all(outputs: rows, inputs: input.rows, alignCorners: alignCorners)
    let columnTaps = LinearTap.all(
      outputs: columns, inputs: input.columns, alignCorners: alignCorners)
    let width = columns * channels
    scratch.forEachPart(of: rows, costing: memoryOperations) { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { memory in
        guard let start = memory.baseAddress else { return }
        var stretched = StretchedRows(
          top: start, bottom: start + width, taps: columnTaps, input: input, kernels: kernels)
        for row in rows {
          let tap = rowTaps[row]
          stretched.hold(tap.lower, tap.upper)
          guard !isContiguous else {
            kernels.blend(
              stretched.top, stretched.bottom, tap.fraction, pixel(row, 0), width)
            continue
          }
          for column in 0..<columns {
            kernels.blend(
              stretched.top + column * channels, stretched.bottom + column * channels,
              tap.fraction, pixel(row, column), channels)
          }
        }
      }
    }
  }

  /// Nearest neighbor with `⌊i · in / out⌋`, `F.interpolate(mode="nearest")`.
  package func writeNearest(of input: FeatureMap, scratch: KernelScratch? = nil) {
    scratch.forEachPart(of: rows, costing: memoryOperations) { part in
      for row in part {
        let source = row * input.rows / rows
        if row > part.lowerBound, isContiguous, source == (row - 1) * input.rows / rows {
          pixel(row, 0).update(from: pixel(row - 1, 0), count: columns * channels)
          continue
        }
        for column in 0..<columns {
          pixel(row, column).update(
            from: input.pixel(source, column * input.columns / columns), count: channels)
        }
      }
    }
  }
}

extension FeatureMap {
  /// The input's only pixel at every pixel.
  package func writeBroadcast(of input: FeatureMap) {
    precondition(input.pixels == 1 && input.channels == channels, "shapes differ")
    for index in 0..<pixels {
      (base + index * pixelStride).update(from: input.base, count: channels)
    }
  }
}

/// Two input rows interpolated along their columns, kept while output rows lie between them.
private struct StretchedRows {
  private(set) var top: UnsafeMutablePointer<Float>
  private(set) var bottom: UnsafeMutablePointer<Float>
  private var topRow = -1
  private var bottomRow = -1
  private let lower: [Int]
  private let upper: [Int]
  private let fractions: [Float]
  private let input: FeatureMap
  private let kernels: ek_map_kernels

  init(
    top: UnsafeMutablePointer<Float>, bottom: UnsafeMutablePointer<Float>, taps: [LinearTap],
    input: FeatureMap, kernels: ek_map_kernels
  ) {
    self.top = top
    self.bottom = bottom
    self.input = input
    self.kernels = kernels
    lower = taps.map { $0.lower * input.pixelStride }
    upper = taps.map { $0.upper * input.pixelStride }
    fractions = taps.map(\.fraction)
  }

  /// Makes `top` and `bottom` the given rows of the input.
  mutating func hold(_ topRow: Int, _ bottomRow: Int) {
    if topRow == self.bottomRow && topRow != self.topRow {
      swap(&top, &bottom)
      swap(&self.topRow, &self.bottomRow)
    }
    if topRow != self.topRow { stretch(topRow, into: top) }
    if bottomRow != self.bottomRow { stretch(bottomRow, into: bottom) }
    (self.topRow, self.bottomRow) = (topRow, bottomRow)
  }

  private func stretch(_ row: Int, into output: UnsafeMutablePointer<Float>) {
    lower.withUnsafeBufferPointer { lower in
      upper.withUnsafeBufferPointer { upper in
        fractions.withUnsafeBufferPointer { fractions in
          var job = ek_row_interpolation()
          job.input = UnsafePointer(input.pixel(row, 0))
          job.lower = lower.baseAddress
          job.upper = upper.baseAddress
          job.fractions = fractions.baseAddress
          job.channel_count = input.channels
          job.output_count = lower.count
          job.output = output
          kernels.interpolate_row(&job)
        }
      }
    }
  }
}
