import CKernels

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
  package func writeMaximum(
    of input: FeatureMap, pooling: Pooling, level: CPULevel = .current,
    scratch: KernelScratch? = nil
  ) {
    let kernels = level.mapKernels
    forEachRow(of: input, pooling: pooling, scratch) { _, job in kernels.maximum(&job) }
  }

  /// `y[p, c] = Σ window / divisor`, the divisor being the window's full size (`countIncludePad`)
  /// or the number of its inputs.
  ///
  /// - Exactness: sums in Float32 row by row, then one division; the same bits at every level.
  package func writeAverage(
    of input: FeatureMap, pooling: Pooling, countIncludePad: Bool, level: CPULevel = .current,
    scratch: KernelScratch? = nil
  ) {
    let kernels = level.mapKernels
    let widths = (0..<columns).map { column in
      countIncludePad
        ? pooling.paddedColumns(column, of: input.columns)
        : pooling.window(
          column, size: input.columns, kernel: pooling.kernel.columns,
          padding: pooling.padding.columns
        ).count
    }
    forEachRow(of: input, pooling: pooling, scratch) { row, job in
      let height = countIncludePad ? pooling.paddedRows(row, of: input.rows) : job.row_count
      let divisors = widths.map { Float(height * $0) }
      divisors.withUnsafeBufferPointer { divisors in
        job.divisors = divisors.baseAddress
        kernels.average(&job)
      }
    }
  }

  private func forEachRow(
    of input: FeatureMap, pooling: Pooling, _ scratch: KernelScratch?,
    _ body: (Int, inout ek_pooling_row) -> Void
  ) {
    precondition(
      rows == pooling.outputRows(input.rows) && columns == pooling.outputColumns(input.columns)
        && channels == input.channels, "shapes differ")
    var job = ek_pooling_row()
    job.row_step = input.columns * input.pixelStride
    job.column_count = input.columns
    job.column_step = input.pixelStride
    job.kernel = pooling.kernel.columns
    job.stride = pooling.stride
    job.padding = pooling.padding.columns
    job.channel_count = channels
    job.output_count = columns
    job.output_step = pixelStride
    let shape = job
    scratch.forEachPart(of: rows, costing: input.memoryOperations) { rows in
      var job = shape
      for row in rows {
        let window = pooling.window(
          row, size: input.rows, kernel: pooling.kernel.rows, padding: pooling.padding.rows)
        job.input = UnsafePointer(input.pixel(window.lowerBound, 0))
        job.row_count = window.count
        job.output = pixel(row, 0)
        body(row, &job)
      }
    }
  }

  /// `y[p, c] = mean` over `[⌊i·H/H'⌋, ⌈(i+1)·H/H'⌉)` and likewise in columns, as PyTorch's adaptive
  /// average pooling; `1×1` is the global average.
  ///
  /// - Exactness: sums in Float64, rounded once; the same bits at every level.
  package func writeAdaptiveAverage(of input: FeatureMap, level: CPULevel = .current) {
    precondition(channels == input.channels, "shapes differ")
    let kernels = level.mapKernels
    var sums = [Double](repeating: 0, count: channels)
    for row in 0..<rows {
      let rowWindow = Self.adaptiveWindow(row, of: rows, over: input.rows)
      for column in 0..<columns {
        let columnWindow = Self.adaptiveWindow(column, of: columns, over: input.columns)
        let output = pixel(row, column)
        let count = Double(rowWindow.count * columnWindow.count)
        sums.withUnsafeMutableBufferPointer { sums in
          sums.update(repeating: 0)
          for inputRow in rowWindow {
            kernels.accumulate(
              input.pixel(inputRow, columnWindow.lowerBound), input.pixelStride,
              columnWindow.count, channels, sums.baseAddress)
          }
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
  /// Rows of a window counting its padding, which PyTorch cuts at the padded border in ceil mode.
  func paddedRows(_ row: Int, of rows: Int) -> Int {
    padded(row, size: rows, kernel: kernel.rows, padding: padding.rows)
  }

  /// Columns of a window, likewise.
  func paddedColumns(_ column: Int, of columns: Int) -> Int {
    padded(column, size: columns, kernel: kernel.columns, padding: padding.columns)
  }

  private func padded(_ index: Int, size: Int, kernel: Int, padding: Int) -> Int {
    let start = index * stride - padding
    return min(start + kernel, size + padding) - start
  }
}
