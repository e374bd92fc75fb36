import CKernels
import Tensors

/// A convolution whose weights lie ready for the micro-kernel.
///
/// `y[p, o] = activation(bias[o] + Σ_r Σ_s Σ_c x[p·stride − padding + (r, s)·dilation, c] · w[o, c, r, s] + residual[p, o])`
///
/// No patch matrix is made: for every tile of output pixels a table of pointers names the input rows
/// of each filter tap (zeros for padding), and one kernel call walks taps and channels. A transposed
/// convolution of stride `s` is `s²` ordinary ones over the output's sub-grids; a linear layer is a
/// 1×1 convolution on one pixel.
///
/// - Exactness: sums in Float32 in the fixed order taps, channels; equal for any tiling.
package final class PackedConvolution: Sendable {
  /// Shape arithmetic.
  package let geometry: ConvolutionGeometry
  /// `C`.
  package let inputChannels: Int
  /// `O`.
  package let outputChannels: Int

  /// How it is computed.
  package let path: ConvolutionPath

  private let activation: Activation
  private let level: CPULevel
  private let body: Body
  /// `[group][panel][tile columns]`, zero-padded.
  private let bias: AlignedMemory
  private let slopes: AlignedMemory
  private let panelCount: Int

  /// The weights as the chosen path reads them.
  private enum Body {
    case direct([Phase])
    case winograd(WinogradFilters)
  }

  /// Packs weights.
  ///
  /// - Parameters:
  ///   - weights: `[O, C / groups, R, S]`, or `[C, O / groups, R, S]` for the transposed form.
  ///   - bias: `[O]`.
  ///   - geometry: shape arithmetic.
  ///   - activation: applied to each finished sum.
  ///   - size: rows and columns of the inputs to come, if known; other sizes work but may be slower.
  ///   - level: instruction set; the weights are packed for its tile.
  ///   - arithmetic: `exact` forbids Winograd's transforms.
  package convenience init(
    weights: Tensor, bias: [Float], geometry: ConvolutionGeometry, activation: Activation = .none,
    size: Extent? = nil, level: CPULevel = .current, arithmetic: Arithmetic = .fast
  ) {
    precondition(weights.shape.count == 4, "convolution weights have four axes")
    // Winograd's output transform knows only activations that are one comparison.
    let path =
      activation.isSmooth
      ? .direct
      : ConvolutionPath.fastest(
        geometry, inputs: weights.shape[1], outputs: weights.shape[0], size: size,
        arithmetic: arithmetic)
    self.init(
      weights: weights, bias: bias, geometry: geometry, activation: activation, path: path,
      level: level)
  }

  /// Packs weights for one path.
  ///
  /// What Winograd's path keeps follows from the layer's size unless `storage` says it.
  ///
  /// - Precondition: the path fits the geometry.
  package init(
    weights: Tensor, bias: [Float], geometry: ConvolutionGeometry, activation: Activation = .none,
    path: ConvolutionPath, level: CPULevel = .current, storage: WinogradStorage? = nil
  ) {
    precondition(weights.shape.count == 4, "convolution weights have four axes")
    let groups = geometry.groups
    outputChannels = geometry.isTransposed ? weights.shape[1] * groups : weights.shape[0]
    inputChannels = geometry.isTransposed ? weights.shape[0] : weights.shape[1] * groups
    precondition(bias.count == outputChannels, "bias does not match the output channels")
    self.geometry = geometry
    self.activation = activation
    self.level = level
    self.path = path
    let width = level.kernels.tile_columns
    let outputsPerGroup = outputChannels / groups
    panelCount = (outputsPerGroup + width - 1) / width
    self.bias = Self.panels(of: bias, groups: groups, width: width)
    if case .prelu(let slopes) = activation {
      precondition(slopes.count == outputChannels, "slopes do not match the output channels")
      self.slopes = Self.panels(of: slopes, groups: groups, width: width)
    } else {
      slopes = AlignedMemory(count: 0)
    }
    switch path {
    case .direct:
      body = .direct(
        Phase.all(of: geometry).map { $0.packed(weights, geometry: geometry, width: width) })
    case .winograd(let form):
      precondition(!activation.isSmooth, "\(form) cannot apply \(activation)")
      precondition(
        geometry.isPlain && geometry.kernel == form.taps, "\(form) cannot do \(geometry)")
      body = .winograd(WinogradFilters(weights, form: form, level: level, storage: storage))
    }
  }

  /// Lays `[O]` values out by group and panel, padding with zeros.
  private static func panels(of values: [Float], groups: Int, width: Int) -> AlignedMemory {
    let perGroup = values.count / groups
    let padded = (perGroup + width - 1) / width * width
    let memory = AlignedMemory(count: groups * padded)
    memory.base.initialize(repeating: 0, count: memory.count)
    for group in 0..<groups {
      for index in 0..<perGroup {
        memory.base[group * padded + index] = values[group * perGroup + index]
      }
    }
    return memory
  }

  /// Convolves images of one size; a panel of weights that was read once serves all of them.
  ///
  /// An image's values do not depend on its neighbors or on how many there are.
  ///
  /// - Parameters:
  ///   - inputs: `N` maps `[H, W, C]`.
  ///   - outputs: `N` maps `[H', W', O]`. Overwritten.
  ///   - residuals: added before the activation; none, or `N` maps shaped like the outputs.
  ///   - scratch: pointer tables; one per worker.
  package func apply(
    _ inputs: [FeatureMap], to outputs: [FeatureMap], adding residuals: [FeatureMap] = [],
    scratch: KernelScratch
  ) {
    guard let input = inputs.first, let output = outputs.first else { return }
    precondition(input.channels == inputChannels, "input has \(input.channels) channels")
    precondition(output.channels == outputChannels, "output has \(output.channels) channels")
    precondition(
      output.rows == geometry.outputRows(input.rows)
        && output.columns == geometry.outputColumns(input.columns), "output has the wrong size")
    precondition(
      outputs.count == inputs.count && (residuals.isEmpty || residuals.count == inputs.count),
      "\(inputs.count) inputs, \(outputs.count) outputs, \(residuals.count) residuals")
    precondition(
      inputs.allSatisfy { $0.extent == input.extent }
        && outputs.allSatisfy { $0.extent == output.extent }
        && residuals.allSatisfy { $0.extent == output.extent }, "images of a group differ in size")
    switch body {
    case .direct(let phases):
      let job = ConvolutionJob(
        inputs: inputs, outputs: outputs, residuals: residuals, kernels: level.kernels,
        channels: inputChannels / geometry.groups,
        outputsPerGroup: outputChannels / geometry.groups, panelCount: panelCount,
        activation: activation.symbol, bias: bias.base, slopes: slopes.base)
      for phase in phases {
        for group in 0..<geometry.groups { job.run(phase, group: group, scratch: scratch) }
      }
    case .winograd(let filters):
      WinogradJob(
        inputs: inputs, outputs: outputs, residuals: residuals, geometry: geometry,
        filters: filters, kernels: level.kernels, transforms: filters.form.kernels(of: level),
        activation: activation.symbol, bias: bias.base, slopes: slopes.base
      ).run(scratch: scratch)
    }
  }
}

extension Activation {
  /// Whether the token kernels apply it to finished values; the others are one comparison.
  var isSmooth: Bool { self == .gelu || self == .quickGELU || self == .silu }

  var symbol: ek_activation {
    switch self {
    case .none: EK_ACTIVATION_NONE
    case .relu: EK_ACTIVATION_RELU
    case .prelu: EK_ACTIVATION_PRELU
    case .quickGELU: EK_ACTIVATION_QUICK_GELU
    case .gelu: EK_ACTIVATION_GELU
    case .silu: EK_ACTIVATION_SILU
    }
  }
}
