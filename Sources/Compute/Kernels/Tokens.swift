import CKernels
import Tensors

/// Operations on tokens: a map of `T` rows and one column, `[T, D]` in memory.
extension FeatureMap {
  /// `y = (x − mean) / √(variance + ε) · weight + bias` over the channels of each pixel.
  ///
  /// - Exactness: statistics and the quotient in Float64, rounded once, then one Float32 multiply-add.
  package func writeLayerNorm(
    of input: FeatureMap, weight: [Float], bias: [Float], epsilon: Float,
    level: CPULevel = .current
  ) {
    precondition(
      input.pixels == pixels && input.channels == channels && weight.count == channels
        && bias.count == channels, "shapes differ")
    let kernels = level.tokenKernels
    weight.withUnsafeBufferPointer { weight in
      bias.withUnsafeBufferPointer { bias in
        var norm = ek_layer_norm(
          count: channels, weight: weight.baseAddress, bias: bias.baseAddress,
          epsilon: Double(epsilon))
        for pixel in 0..<pixels {
          kernels.normalize(
            &norm, input.base + pixel * input.pixelStride, base + pixel * pixelStride)
        }
      }
    }
  }

  /// `y[t] = x[t] + rows[t]`, `rows` `[T, D]`.
  package func writeSum(of input: FeatureMap, rows: Tensor) {
    precondition(rows.count == pixels * channels && input.pixels == pixels, "shapes differ")
    rows.values.withUnsafeBufferPointer { rows in
      for pixel in 0..<pixels {
        let output = base + pixel * pixelStride
        let input = input.base + pixel * input.pixelStride
        let start = pixel * channels
        for channel in 0..<channels { output[channel] = input[channel] + rows[start + channel] }
      }
    }
  }

  /// `y[0] = row`, `y[t + 1] = x[t]`.
  package func writePrepended(_ row: [Float], before input: FeatureMap) {
    precondition(row.count == channels, "shapes differ")
    row.withUnsafeBufferPointer { row in
      for channel in 0..<channels { base[channel] = row[channel] }
    }
    behindFirstRow.writeCopy(of: input)
  }

  /// `y[0] = mean of all x[t]`, `y[t + 1] = x[t]`.
  ///
  /// - Exactness: the mean's sums in Float64, rounded once.
  package func writePrependedMean(before input: FeatureMap) {
    FeatureMap(base: base, rows: 1, columns: 1, channels: channels, pixelStride: pixelStride)
      .writeAdaptiveAverage(of: input)
    behindFirstRow.writeCopy(of: input)
  }

  private var behindFirstRow: FeatureMap {
    FeatureMap(
      base: base + pixelStride, rows: pixels - 1, columns: 1, channels: channels,
      pixelStride: pixelStride)
  }

  /// `y[t] = table[ids[t]]`, `table` `[V, D]`, ids as channels of one pixel.
  ///
  /// A number that is no row of the table yields NaN.
  package func writeEmbedding(of ids: FeatureMap, table: Tensor) {
    precondition(
      ids.channels == pixels && table.shape == [table.shape[0], channels], "shapes differ")
    table.values.withUnsafeBufferPointer { writeEmbedding(of: ids, table: $0) }
  }

  /// The same from a table that lies in plain memory.
  package func writeEmbedding(of ids: FeatureMap, table: UnsafeBufferPointer<Float>) {
    for pixel in 0..<pixels {
      let output = base + pixel * pixelStride
      if let id = Int(exactly: ids.base[pixel]), id >= 0, id < table.count / max(channels, 1) {
        for channel in 0..<channels { output[channel] = table[id * channels + channel] }
      } else {
        output.update(repeating: .nan, count: channels)
      }
    }
  }

  /// `y = x[t]`, `t` being where `ids` is largest, the first of equals.
  package func writeRow(of input: FeatureMap, atLargestOf ids: FeatureMap) {
    precondition(ids.channels == input.pixels && pixels == 1, "shapes differ")
    base.update(from: input.base + ids.largestIndex * input.pixelStride, count: channels)
  }

  /// `y[p] = softmax(x[p, …])` over the channels of each pixel.
  ///
  /// - Exactness: as the softmax of attention; sums in Float32.
  package func writeSoftmax(
    of input: FeatureMap, level: CPULevel = .current, scratch: KernelScratch
  ) {
    precondition(channels == input.channels && pixels == input.pixels, "shapes differ")
    let kernels = level.tokenKernels
    let padded = (channels + 15) / 16 * 16
    scratch.reserve(pointers: 0, patches: padded, zeros: 0)
    let row = scratch.patches.base
    for pixel in 0..<pixels {
      row.update(from: input.base + pixel * input.pixelStride, count: channels)
      (row + channels).update(repeating: -.infinity, count: padded - channels)
      kernels.softmax(row, padded, 1)
      (base + pixel * pixelStride).update(from: row, count: channels)
    }
  }

  /// One pixel, counted row by row, and those behind it, with some of the channels; memory is shared.
  package func window(from pixel: Int, pixels count: Int, channel: Int, channels: Int) -> FeatureMap
  {
    precondition(
      pixel >= 0 && pixel + count <= pixels && channel >= 0 && channel + channels <= self.channels,
      "window out of range")
    return FeatureMap(
      base: base + pixel * pixelStride + channel, rows: count, columns: 1, channels: channels,
      pixelStride: pixelStride)
  }
}
