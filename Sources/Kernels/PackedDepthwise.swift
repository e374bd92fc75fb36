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
  package func apply(
    _ input: FeatureMap, to output: FeatureMap, adding residual: FeatureMap? = nil,
    scratch: KernelScratch
  ) {
    scratch.reserve(pointers: phase.taps.count, patches: 0, zeros: channels)
    let rows = scratch.pointers
    var job = ek_depthwise()
    job.tap_count = phase.taps.count
    job.channel_count = channels
    job.rows = UnsafePointer(rows)
    job.weights = UnsafePointer(weights.base)
    job.bias = UnsafePointer(bias.base)
    job.slopes = UnsafePointer(slopes.base)
    job.activation = activation.symbol
    let kernels = level.kernels
    for row in 0..<output.rows {
      for column in 0..<output.columns {
        for (index, tap) in phase.taps.enumerated() {
          let inputRow = row * geometry.stride + tap.rowOffset
          let inputColumn = column * geometry.stride + tap.columnOffset
          let inside =
            inputRow >= 0 && inputRow < input.rows && inputColumn >= 0
            && inputColumn < input.columns
          rows[index] = UnsafePointer(
            inside ? input.pixel(inputRow, inputColumn) : scratch.zeros.base)
        }
        job.output = output.pixel(row, column)
        job.residual = residual.map { UnsafePointer($0.pixel(row, column)) }
        kernels.depthwise(&job)
      }
    }
  }
}
