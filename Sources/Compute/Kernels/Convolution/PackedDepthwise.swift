import CKernels
import Tensors

/// A convolution in which every channel has its own filter, `groups = C = O`.
///
/// `y[p, c] = activation(bias[c] + Σ_r Σ_s x[p·stride − padding + (r, s)·dilation, c] · w[c, r, s] + residual[p, c])`
package final class PackedDepthwise: Sendable {
  /// Shape arithmetic.
  package let geometry: ConvolutionGeometry
  /// `C`.
  package let channels: Int

  private let activation: Activation
  private let level: CPULevel
  private let phase: Phase
  private let weights: AlignedMemory
  private let bias: AlignedMemory
  private let slopes: AlignedMemory

  /// Packs weights `[C, 1, R, S]` and a bias `[C]`.
  package init(
    weights: Tensor, bias: [Float], geometry: ConvolutionGeometry, activation: Activation = .none,
    level: CPULevel = .current
  ) {
    channels = weights.shape[0]
    precondition(
      weights.shape[1] == 1 && geometry.groups == channels && !geometry.isTransposed,
      "not a depthwise convolution")
    precondition(activation.symbol.rawValue <= EK_ACTIVATION_PRELU.rawValue, "not fused here")
    self.geometry = geometry
    self.activation = activation
    self.level = level
    phase = Phase.all(of: geometry)[0]
    let taps = geometry.kernel.rows * geometry.kernel.columns
    self.weights = AlignedMemory(count: taps * channels)
    for tap in 0..<taps {
      for channel in 0..<channels {
        self.weights.base[tap * channels + channel] = weights.values[channel * taps + tap]
      }
    }
    self.bias = AlignedMemory(copying: bias)
    if case .prelu(let slopes) = activation {
      self.slopes = AlignedMemory(copying: slopes)
    } else {
      slopes = AlignedMemory(count: 0)
    }
  }

  /// Convolves one image, `[H, W, C]` to `[H', W', C]`; the output is overwritten.
  ///
  /// - Exactness: every output is one chain of multiply-adds in the order of the taps, then the
  ///   residual; fused where the level has it.
  package func apply(
    _ input: FeatureMap, to output: FeatureMap, adding residual: FeatureMap? = nil,
    scratch: KernelScratch
  ) {
    let parts = scratch.parts(operations: output.pixels * channels * phase.taps.count)
    scratch.forEachPart(of: parts) { part, scratch in
      apply(
        input, to: output, rows: output.rows.part(part, of: parts), adding: residual,
        scratch: scratch)
    }
  }

  private func apply(
    _ input: FeatureMap, to output: FeatureMap, rows: Range<Int>, adding residual: FeatureMap?,
    scratch: KernelScratch
  ) {
    scratch.reserve(pointers: phase.taps.count, patches: 0, zeros: channels)
    let inner = innerColumns(of: input, outputColumns: output.columns)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: phase.taps.count) { steps in
      var run = self.run(scratch, steps)
      run.residual_step = residual?.pixelStride ?? 0
      run.output_step = output.pixelStride
      let kernels = level.mapKernels
      func convolve(row: Int, columns: Range<Int>) {
        guard !columns.isEmpty else { return }
        let column = columns.lowerBound
        point(scratch.pointers, steps, at: row, column, of: input, zeros: scratch.zeros.base)
        run.pixel_count = columns.count
        run.output = output.pixel(row, column)
        run.residual = residual.map { UnsafePointer($0.pixel(row, column)) }
        kernels.depthwise(&run)
      }
      for row in rows {
        for column in 0..<inner.lowerBound { convolve(row: row, columns: column..<column + 1) }
        convolve(row: row, columns: inner)
        for column in inner.upperBound..<output.columns {
          convolve(row: row, columns: column..<column + 1)
        }
      }
    }
  }

  /// What all runs of the micro-kernel share.
  private func run(
    _ scratch: KernelScratch, _ steps: UnsafeMutableBufferPointer<Int>
  ) -> ek_depthwise_run {
    var run = ek_depthwise_run()
    run.tap_count = phase.taps.count
    run.channel_count = channels
    run.inputs = UnsafePointer(scratch.pointers)
    run.steps = UnsafePointer(steps.baseAddress)
    run.weights = UnsafePointer(weights.base)
    run.bias = UnsafePointer(bias.base)
    run.slopes = UnsafePointer(slopes.base)
    run.activation = activation.symbol
    return run
  }

  /// Points every tap at its input of an output pixel, or at zeros that it stays on in the padding.
  private func point(
    _ pointers: UnsafeMutablePointer<UnsafePointer<Float>?>,
    _ steps: UnsafeMutableBufferPointer<Int>, at row: Int, _ column: Int, of input: FeatureMap,
    zeros: UnsafeMutablePointer<Float>
  ) {
    for (index, tap) in phase.taps.enumerated() {
      let inputRow = row * geometry.stride + tap.rowOffset
      let inputColumn = column * geometry.stride + tap.columnOffset
      let isInside =
        inputRow >= 0 && inputRow < input.rows && inputColumn >= 0
        && inputColumn < input.columns
      pointers[index] = UnsafePointer(isInside ? input.pixel(inputRow, inputColumn) : zeros)
      steps[index] = isInside ? geometry.stride * input.pixelStride : 0
    }
  }

  /// The output columns all of whose taps lie in columns of the input.
  private func innerColumns(of input: FeatureMap, outputColumns: Int) -> Range<Int> {
    let offsets = phase.taps.map(\.columnOffset)
    guard let left = offsets.min(), let right = offsets.max(), right < input.columns else {
      return 0..<0
    }
    let stride = geometry.stride
    let first = min(max(0, (stride - 1 - left) / stride), outputColumns)
    let last = (input.columns - 1 - right) / stride
    return first..<max(first, min(last + 1, outputColumns))
  }
}
