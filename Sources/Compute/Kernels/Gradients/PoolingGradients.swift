import CKernels
import Tensors

/// Gradients of what gathers or spreads pixels; the map is the input's gradient, which is added to.
extension FeatureMap {
  /// Gives each window's gradient to its first largest input, as PyTorch does.
  ///
  /// - Parameters:
  ///   - gradient: `[H', W', C]`.
  ///   - input: what was pooled.
  ///   - pooling: window arithmetic.
  ///   - level: instruction set.
  package func addMaximumGradient(
    of gradient: FeatureMap, input: FeatureMap, pooling: Pooling, level: CPULevel = .current
  ) {
    let kernels = level.gradientKernels
    var job = ek_maximum_gradient()
    job.row_step = input.columns * input.pixelStride
    job.column_step = input.pixelStride
    job.gradient_row_step = columns * pixelStride
    job.gradient_column_step = pixelStride
    job.column_count = columns
    job.kernel = pooling.kernel.columns
    job.stride = pooling.stride
    job.padding = pooling.padding.columns
    job.channel_count = channels
    job.output_count = gradient.columns
    job.output_step = gradient.pixelStride
    for row in 0..<gradient.rows {
      let window = pooling.window(
        row, size: rows, kernel: pooling.kernel.rows, padding: pooling.padding.rows)
      job.row_count = window.count
      job.input = UnsafePointer(input.pixel(window.lowerBound, 0))
      job.gradient = pixel(window.lowerBound, 0)
      job.output_gradient = UnsafePointer(gradient.pixel(row, 0))
      kernels.maximum_gradient(&job)
    }
  }

  /// Spreads each window's gradient evenly over its inputs.
  package func addAverageGradient(
    of gradient: FeatureMap, pooling: Pooling, countIncludePad: Bool, level: CPULevel = .current
  ) {
    let kernel = pooling.kernel
    for row in 0..<gradient.rows {
      let rowWindow = pooling.window(
        row, size: rows, kernel: kernel.rows, padding: pooling.padding.rows)
      for column in 0..<gradient.columns {
        let columnWindow = pooling.window(
          column, size: columns, kernel: kernel.columns, padding: pooling.padding.columns)
        let count =
          countIncludePad
          ? pooling.paddedCount(row: row, column: column, of: extent)
          : rowWindow.count * columnWindow.count
        spread(
          gradient.pixel(row, column), scale: 1 / Float(count), rows: rowWindow,
          columns: columnWindow, level: level)
      }
    }
  }

  /// Spreads each output's gradient evenly over its window, see
  /// ``FeatureMap/writeAdaptiveAverage(of:level:)``.
  package func addAdaptiveAverageGradient(of gradient: FeatureMap, level: CPULevel = .current) {
    for row in 0..<gradient.rows {
      let rowWindow = Self.adaptiveWindow(row, of: gradient.rows, over: rows)
      for column in 0..<gradient.columns {
        let columnWindow = Self.adaptiveWindow(column, of: gradient.columns, over: columns)
        spread(
          gradient.pixel(row, column),
          scale: 1 / Float(rowWindow.count * columnWindow.count), rows: rowWindow,
          columns: columnWindow, level: level)
      }
    }
  }

  private func spread(
    _ values: UnsafePointer<Float>, scale: Float, rows: Range<Int>, columns: Range<Int>,
    level: CPULevel
  ) {
    let kernels = level.gradientKernels
    for row in rows {
      for column in columns { kernels.add_scaled(values, scale, pixel(row, column), channels) }
    }
  }

  /// `dx[i·stride, j·stride] += dy[i, j]`.
  package func addSubsampleGradient(
    of gradient: FeatureMap, stride: Int, level: CPULevel = .current
  ) {
    let kernels = level.gradientKernels
    for row in 0..<gradient.rows {
      for column in 0..<gradient.columns {
        kernels.add_scaled(
          gradient.pixel(row, column), 1, pixel(row * stride, column * stride), channels)
      }
    }
  }

  /// `dx[⌊i·H/H'⌋, ⌊j·W/W'⌋] += dy[i, j]`.
  package func addNearestGradient(of gradient: FeatureMap, level: CPULevel = .current) {
    let kernels = level.gradientKernels
    for row in 0..<gradient.rows {
      for column in 0..<gradient.columns {
        let target = pixel(row * rows / gradient.rows, column * columns / gradient.columns)
        kernels.add_scaled(gradient.pixel(row, column), 1, target, channels)
      }
    }
  }

  /// Gives each output's gradient to the four inputs it was interpolated from: rows first, so that an
  /// input row's share of several output rows is spread along the columns once.
  package func addBilinearGradient(
    of gradient: FeatureMap, alignCorners: Bool, level: CPULevel = .current
  ) {
    let kernels = level.gradientKernels
    let rowTaps = LinearTap.all(outputs: gradient.rows, inputs: rows, alignCorners: alignCorners)
    let columnTaps = LinearTap.all(
      outputs: gradient.columns, inputs: columns, alignCorners: alignCorners)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: gradient.columns * channels) { sums in
      guard let start = sums.baseAddress else { return }
      let width = gradient.columns * channels
      for row in 0..<rows {
        start.update(repeating: 0, count: width)
        var isReached = false
        for (index, tap) in rowTaps.enumerated() {
          var weight: Float = 0
          if tap.lower == row { weight += 1 - tap.fraction }
          if tap.upper == row { weight += tap.fraction }
          guard weight != 0 else { continue }
          isReached = true
          if gradient.isContiguous {
            kernels.add_scaled(gradient.pixel(index, 0), weight, start, width)
          } else {
            for column in 0..<gradient.columns {
              kernels.add_scaled(
                gradient.pixel(index, column), weight, start + column * channels, channels)
            }
          }
        }
        guard isReached else { continue }
        for (column, tap) in columnTaps.enumerated() {
          let source = start + column * channels
          kernels.add_scaled(source, 1 - tap.fraction, pixel(row, tap.lower), channels)
          if tap.fraction != 0 {
            kernels.add_scaled(source, tap.fraction, pixel(row, tap.upper), channels)
          }
        }
      }
    }
  }

  /// Gives each output's gradient to the inputs that it was weighted from.
  ///
  /// - Parameters:
  ///   - gradient: `[H', W', C]`.
  ///   - transposed: ``Resampling/transposed(rows:columns:)`` of what was done.
  ///   - level: instruction set.
  ///   - scratch: one per worker; holds a map of the input's size.
  package func addResampledGradient(
    of gradient: FeatureMap, _ transposed: Resampling, level: CPULevel = .current,
    scratch: GradientScratch
  ) {
    let spread = FeatureMap(
      base: scratch.floats(pixels * channels), rows: rows, columns: columns, channels: channels,
      pixelStride: channels)
    spread.writeResampled(gradient, transposed)
    add(spread, level: level)
  }

  /// `dx[i, j, c] += dy[(c·H + i)·W + j]`.
  package func addFlattenedGradient(of gradient: FeatureMap) {
    precondition(gradient.pixels == 1 && gradient.channels == pixels * channels, "sizes differ")
    for index in 0..<pixels {
      let target = pixel(at: index)
      for channel in 0..<channels { target[channel] += gradient.base[channel * pixels + index] }
    }
  }

  /// `dx[p] += dy[0] / T + dy[p + 1]`, the gradient of putting the mean before the first row.
  package func addPrependedMeanGradient(of gradient: FeatureMap, level: CPULevel = .current) {
    let kernels = level.gradientKernels
    for index in 0..<pixels {
      kernels.add_scaled(gradient.base, 1 / Float(pixels), pixel(at: index), channels)
      kernels.add_scaled(gradient.pixel(at: index + 1), 1, pixel(at: index), channels)
    }
  }
}

extension Pooling {
  /// Inputs of a window counting its padding, which PyTorch cuts at the padded border in ceil mode.
  fileprivate func paddedCount(row: Int, column: Int, of size: Extent) -> Int {
    paddedRows(row, of: size.rows) * paddedColumns(column, of: size.columns)
  }
}
