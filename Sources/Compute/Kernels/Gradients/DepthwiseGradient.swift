import CKernels
import Tensors

/// Gradients of a convolution in which every channel has its own filter; weights `[C, 1, R, S]`.
package struct DepthwiseGradient: Sendable {
  private let geometry: ConvolutionGeometry
  private let channels: Int
  private let level: CPULevel

  /// Describes the convolution.
  package init(_ geometry: ConvolutionGeometry, channels: Int, level: CPULevel = .current) {
    precondition(
      geometry.groups == channels && !geometry.isTransposed, "not a depthwise convolution")
    self.geometry = geometry
    self.channels = channels
    self.level = level
  }

  private var taps: Int { geometry.kernel.rows * geometry.kernel.columns }

  /// Values of the filters.
  package var weightCount: Int { channels * taps }

  /// `dx[p·stride − padding + t·dilation, c] += dy[p, c] · w[c, t]`.
  ///
  /// - Parameters:
  ///   - gradient: `dy`, `[H', W', C]`.
  ///   - weights: as PyTorch lays them out.
  ///   - target: `dx`, `[H, W, C]`.
  ///   - scratch: one per worker.
  package func add(
    _ gradient: FeatureMap, weights: UnsafePointer<Float>, to target: FeatureMap,
    scratch: GradientScratch
  ) {
    let filters = scratch.floats(weightCount)
    for tap in 0..<taps {
      for channel in 0..<channels {
        filters[tap * channels + channel] = weights[channel * taps + tap]
      }
    }
    let kernels = level.mapKernels
    forEachRun(input: target.extent, output: gradient.extent) { tap, input, output, count in
      var job = ek_pointwise()
      job.pixel_count = count
      job.channel_count = channels
      job.output = target.pixel(input.row, input.column)
      job.output_step = geometry.stride * target.pixelStride
      job.input = UnsafePointer(gradient.pixel(output.row, output.column))
      job.input_step = gradient.pixelStride
      job.factor = UnsafePointer(filters + tap * channels)
      job.factor_step = 0
      job.term = UnsafePointer(job.output)
      job.term_step = job.output_step
      job.activation = EK_ACTIVATION_NONE
      kernels.pointwise(&job)
    }
  }

  /// `sums[t, c] += Σ_p dy[p, c] · x[p·stride − padding + t·dilation, c]`, in Float64.
  package func addFilters(
    _ input: FeatureMap, _ gradient: FeatureMap, to sums: UnsafeMutablePointer<Double>
  ) {
    let kernels = level.gradientKernels
    forEachRun(input: input.extent, output: gradient.extent) { tap, source, output, count in
      var job = ek_channel_sums()
      job.pixel_count = count
      job.channel_count = channels
      job.a = UnsafePointer(gradient.pixel(output.row, output.column))
      job.a_step = gradient.pixelStride
      job.b = UnsafePointer(input.pixel(source.row, source.column))
      job.b_step = geometry.stride * input.pixelStride
      job.product = EK_PRODUCT_ALL
      job.products = sums + tap * channels
      kernels.channel_sums(&job)
    }
  }

  /// Where ``addFilters(_:_:to:)`` puts a filter's value, `[c][t]` in PyTorch's order.
  package func sumIndex(ofWeight index: Int) -> Int {
    let (channel, tap) = index.quotientAndRemainder(dividingBy: taps)
    return tap * channels + channel
  }

  private typealias Position = (row: Int, column: Int)

  /// Runs of neighboring outputs of a row whose input under a tap lies inside.
  private func forEachRun(
    input: Extent, output: Extent,
    _ body: (_ tap: Int, _ input: Position, _ output: Position, _ count: Int) -> Void
  ) {
    let stride = geometry.stride
    for row in 0..<output.rows {
      for r in 0..<geometry.kernel.rows {
        let inputRow = row * stride - geometry.padding.rows + r * geometry.dilation
        guard inputRow >= 0, inputRow < input.rows else { continue }
        for s in 0..<geometry.kernel.columns {
          let offset = s * geometry.dilation - geometry.padding.columns
          let first = max(0, (-offset + stride - 1) / stride)
          guard input.columns > offset else { continue }
          let last = min(output.columns, (input.columns - 1 - offset) / stride + 1)
          guard first < last else { continue }
          body(
            r * geometry.kernel.columns + s, (inputRow, first * stride + offset), (row, first),
            last - first)
        }
      }
    }
  }
}
