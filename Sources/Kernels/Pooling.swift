import Tensors

/// Window arithmetic of max and average pooling, in PyTorch's terms.
package struct Pooling: Hashable, Sendable {
  /// Window size.
  package let kernel: Extent
  /// Step between windows.
  package let stride: Int
  /// Border around the input: −∞ for the maximum, zeros or nothing for the average.
  package let padding: Extent
  /// Whether a last, partly covered window counts.
  package let ceilMode: Bool

  /// Describes a pooling.
  package init(kernel: Extent, stride: Int, padding: Extent = 0, ceilMode: Bool = false) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.ceilMode = ceilMode
  }

  /// Output rows for a number of input rows.
  package func outputRows(_ rows: Int) -> Int {
    extent(rows, kernel: kernel.rows, padding: padding.rows)
  }

  /// Output columns for a number of input columns.
  package func outputColumns(_ columns: Int) -> Int {
    extent(columns, kernel: kernel.columns, padding: padding.columns)
  }

  private func extent(_ size: Int, kernel: Int, padding: Int) -> Int {
    let span = size + 2 * padding - kernel + (ceilMode ? stride - 1 : 0)
    guard span >= 0 else { return 0 }
    let count = span / stride + 1
    guard ceilMode else { return count }
    // PyTorch drops a window that would start in the padding behind the input.
    return (count - 1) * stride >= size + padding ? count - 1 : count
  }

  /// The part of a window that lies inside the input.
  func window(_ index: Int, size: Int, kernel: Int, padding: Int) -> Range<Int> {
    let start = index * stride - padding
    let end = min(start + kernel, size)
    return max(start, 0)..<max(end, max(start, 0))
  }
}

extension FeatureMap {
  /// `y[p, c] = max` over the window; NaN wins.
  ///
  /// - Exactness: bit-identical to the reference; no arithmetic happens.
  package func writeMaximum(of input: FeatureMap, pooling: Pooling) {
    writeWindows(of: input, pooling: pooling) { output, pixel, channels, isFirst in
      if isFirst {
        output.update(from: pixel, count: channels)
      } else {
        for channel in 0..<channels {
          let value = pixel[channel]
          output[channel] = value > output[channel] || value.isNaN ? value : output[channel]
        }
      }
    } finish: { _, _, _ in
    }
  }

  /// `y[p, c] = Σ window / divisor`, the divisor being the window's full size (`countIncludePad`)
  /// or the number of its inputs.
  ///
  /// - Exactness: sums in Float32 row by row, then one division.
  package func writeAverage(of input: FeatureMap, pooling: Pooling, countIncludePad: Bool) {
    writeWindows(of: input, pooling: pooling) { output, pixel, channels, isFirst in
      if isFirst {
        output.update(from: pixel, count: channels)
      } else {
        for channel in 0..<channels { output[channel] += pixel[channel] }
      }
    } finish: { output, channels, window in
      let divisor = Float(countIncludePad ? window.full : window.inside)
      for channel in 0..<channels { output[channel] /= divisor }
    }
  }

  @inline(__always)
  private func writeWindows(
    of input: FeatureMap, pooling: Pooling,
    visit: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int, Bool) -> Void,
    finish: (UnsafeMutablePointer<Float>, Int, (full: Int, inside: Int)) -> Void
  ) {
    for row in 0..<rows {
      let rowWindow = pooling.window(
        row, size: input.rows, kernel: pooling.kernel.rows, padding: pooling.padding.rows)
      for column in 0..<columns {
        let columnWindow = pooling.window(
          column, size: input.columns, kernel: pooling.kernel.columns,
          padding: pooling.padding.columns)
        let output = pixel(row, column)
        var isFirst = true
        for inputRow in rowWindow {
          for inputColumn in columnWindow {
            visit(output, input.pixel(inputRow, inputColumn), channels, isFirst)
            isFirst = false
          }
        }
        let full = pooling.paddedWindow(row, column, rows: input.rows, columns: input.columns)
        finish(output, channels, (full, rowWindow.count * columnWindow.count))
      }
    }
  }

  /// `y[p, c] = mean` over `[⌊i·H/H'⌋, ⌈(i+1)·H/H'⌉)` and likewise in columns, as PyTorch's adaptive
  /// average pooling; `1×1` is the global average.
  ///
  /// - Exactness: sums in Float64, rounded once.
  package func writeAdaptiveAverage(of input: FeatureMap) {
    var sums = [Double](repeating: 0, count: channels)
    for row in 0..<rows {
      let rowWindow = Self.adaptiveWindow(row, of: rows, over: input.rows)
      for column in 0..<columns {
        let columnWindow = Self.adaptiveWindow(column, of: columns, over: input.columns)
        sums.withUnsafeMutableBufferPointer { sums in
          sums.update(repeating: 0)
          for inputRow in rowWindow {
            for inputColumn in columnWindow {
              let source = input.pixel(inputRow, inputColumn)
              for channel in 0..<channels { sums[channel] += Double(source[channel]) }
            }
          }
          let output = pixel(row, column)
          let count = Double(rowWindow.count * columnWindow.count)
          for channel in 0..<channels { output[channel] = Float(sums[channel] / count) }
        }
      }
    }
  }

  static func adaptiveWindow(_ index: Int, of outputs: Int, over inputs: Int) -> Range<Int> {
    (index * inputs / outputs)..<(((index + 1) * inputs + outputs - 1) / outputs)
  }
}

extension Pooling {
  /// Size of a window counting its padding, which PyTorch cuts at the padded border in ceil mode.
  fileprivate func paddedWindow(_ row: Int, _ column: Int, rows: Int, columns: Int) -> Int {
    func extent(_ index: Int, _ size: Int, _ kernel: Int, _ padding: Int) -> Int {
      let start = index * stride - padding
      return min(start + kernel, size + padding) - start
    }
    return extent(row, rows, kernel.rows, padding.rows)
      * extent(column, columns, kernel.columns, padding.columns)
  }
}
