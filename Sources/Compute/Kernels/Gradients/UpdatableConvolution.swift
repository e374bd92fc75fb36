import CKernels
import Tensors

/// A convolution, or the gradient of one with respect to its input, whose weights change between calls.
///
/// Memory for packed weights is kept; ``pack(_:weights:bias:)`` fills it from the parameters as PyTorch
/// stores them. It runs on the same loops as ``PackedConvolution`` and follows the same choice of paths.
package final class UpdatableConvolution: @unchecked Sendable {
  // Packing and applying never overlap: whoever trains packs first, panel by panel, then applies.

  /// Shape arithmetic of what is computed.
  package let geometry: ConvolutionGeometry
  private let inputChannels: Int
  private let outputChannels: Int
  private let filters: FilterLayout
  private let level: CPULevel
  private let body: Body
  private let bias: AlignedMemory
  private let panelsPerGroup: Int
  /// Pieces into which packing is cut; different pieces may be packed at once.
  package let panelCount: Int

  private enum Body {
    case direct([Phase])
    case winograd(WinogradFilters)
  }

  /// A convolution of `[H, W, C]` to `[H', W', O]`.
  package convenience init(
    _ geometry: ConvolutionGeometry, inputs: Int, outputs: Int, size: Extent,
    level: CPULevel = .current, arithmetic: Arithmetic = .fast
  ) {
    let taps = geometry.kernel.rows * geometry.kernel.columns
    let filters =
      geometry.isTransposed && !geometry.isOutputFirst
      ? FilterLayout(outputStride: taps, channelStride: outputs / geometry.groups * taps)
      : FilterLayout(outputStride: inputs / geometry.groups * taps, channelStride: taps)
    self.init(
      geometry, filters: filters, inputs: inputs, outputs: outputs, size: size, level: level,
      arithmetic: arithmetic)
  }

  /// What brings the gradient of a convolution's output, `[H', W', O]`, to its input, `[H, W, C]`.
  ///
  /// That is the transposed convolution with the same weights, or the ordinary one where the convolution
  /// is transposed itself. With stride 1 it is also an ordinary one with the taps in opposite order, for
  /// which there are faster paths; then the filters that `convolution` has packed serve both if they are
  /// large, with the bits of filters of its own.
  package convenience init(
    gradientOf geometry: ConvolutionGeometry, sharing convolution: UpdatableConvolution? = nil,
    inputs: Int, outputs: Int, size: Extent, level: CPULevel = .current,
    arithmetic: Arithmetic = .fast
  ) {
    let taps = geometry.kernel.rows * geometry.kernel.columns
    let (kernel, padding) = (geometry.kernel, geometry.padding)
    let outputSize = geometry.outputSize(size)
    let filters: FilterLayout
    let adjoint: ConvolutionGeometry
    var shared: AdjointFilters?
    if geometry.isPlain && padding.rows < kernel.rows && padding.columns < kernel.columns {
      filters = FilterLayout(outputStride: taps, channelStride: inputs * taps, isFlipped: true)
      shared = convolution?.adjoint
      adjoint = ConvolutionGeometry(
        kernel: kernel,
        padding: Extent(kernel.rows - 1 - padding.rows, kernel.columns - 1 - padding.columns))
    } else {
      filters =
        geometry.isTransposed && !geometry.isOutputFirst
        ? FilterLayout(outputStride: outputs / geometry.groups * taps, channelStride: taps)
        : FilterLayout(outputStride: taps, channelStride: inputs / geometry.groups * taps)
      adjoint = ConvolutionGeometry(
        kernel: kernel, stride: geometry.stride, padding: padding, dilation: geometry.dilation,
        groups: geometry.groups, isTransposed: !geometry.isTransposed)
    }
    self.init(
      adjoint, filters: filters, shared: shared, inputs: outputs, outputs: inputs,
      size: outputSize, level: level, arithmetic: arithmetic)
  }

  /// A matrix product `y[o] = Σ_c x[c] · w`, weights `[O, C]`, or `[C, O]` if `isTransposed`.
  ///
  /// The gradient of `product` shares what that has packed if it is large.
  package convenience init(
    matrixFrom inputs: Int, to outputs: Int, isTransposed: Bool = false,
    gradientOf product: UpdatableConvolution? = nil, level: CPULevel = .current
  ) {
    let filters =
      isTransposed
      ? FilterLayout(outputStride: 1, channelStride: outputs)
      : FilterLayout(outputStride: inputs, channelStride: 1)
    self.init(
      ConvolutionGeometry(kernel: 1), filters: filters, shared: product?.adjoint, inputs: inputs,
      outputs: outputs, size: 1, level: level, arithmetic: .exact)
  }

  private init(
    _ geometry: ConvolutionGeometry, filters: FilterLayout, shared: AdjointFilters? = nil,
    inputs: Int, outputs: Int, size: Extent, level: CPULevel, arithmetic: Arithmetic
  ) {
    self.geometry = geometry
    self.filters = filters
    inputChannels = inputs
    outputChannels = outputs
    self.level = level
    let width = level.kernels.tile_columns
    let groups = geometry.groups
    let panels = (outputs / groups + width - 1) / width
    panelsPerGroup = panels
    panelCount = shared == nil ? groups * panels : 0
    bias = .zeros(groups * panels * width)
    let path = ConvolutionPath.fastest(
      geometry, inputs: inputs, outputs: outputs, size: size, arithmetic: arithmetic)
    switch path {
    case .direct:
      let phases = Phase.all(of: geometry).map { phase in
        var phase = phase
        phase.adjoint = shared
        if shared != nil { return phase }
        phase.weights = .zeros(groups * panels * phase.taps.count * (inputs / groups) * width)
        return phase
      }
      body = .direct(phases)
    case .winograd(let form):
      body = .winograd(
        shared.map {
          WinogradFilters($0, form: form, inputs: inputs, outputs: outputs, level: level)
        } ?? WinogradFilters(form: form, inputs: inputs, outputs: outputs, level: level))
    }
  }

  /// The filters as the gradient reads them, where it need not have some of its own.
  private var adjoint: AdjointFilters? {
    let packed: AlignedMemory? =
      switch body {
      case .direct(let phases): geometry.isPlain ? phases[0].weights : nil
      case .winograd(let filters): filters.plain
      }
    return packed.flatMap {
      AdjointFilters(
        $0, taps: geometry.kernel.rows * geometry.kernel.columns, channels: inputChannels,
        level: level)
    }
  }

  /// Packs one piece of the weights, laid out as PyTorch does, and of the bias `[O]`.
  package func pack(
    _ panel: Int, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?
  ) {
    let width = level.kernels.tile_columns
    let perGroup = outputChannels / geometry.groups
    let (group, index) = panel.quotientAndRemainder(dividingBy: panelsPerGroup)
    let first = index * width
    let columns = min(width, perGroup - first)
    if let bias {
      for column in 0..<columns {
        self.bias.base[panel * width + column] = bias[group * perGroup + first + column]
      }
    }
    let taps = geometry.kernel.rows * geometry.kernel.columns
    let groupStride = perGroup * (inputChannels / geometry.groups) * taps
    let source = weights + group * groupStride + first * filters.outputStride
    let channels = inputChannels / geometry.groups
    switch body {
    case .direct(let phases):
      for phase in phases {
        let start = phase.weights.base + panel * phase.taps.count * channels * width
        pack(phase, to: start, from: source, columns: columns)
      }
    case .winograd(let winograd):
      let phase = Phase.all(of: geometry)[0]
      winograd.fill(panel: panel) { pack(phase, to: $0, from: source, columns: columns) }
    }
  }

  private func pack(
    _ phase: Phase, to start: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>,
    columns: Int
  ) {
    let (channels, width) = (inputChannels / geometry.groups, level.kernels.tile_columns)
    let last = geometry.kernel.rows * geometry.kernel.columns - 1
    let positions = phase.taps.map { tap in
      let position = tap.filterRow * geometry.kernel.columns + tap.filterColumn
      return filters.isFlipped ? last - position : position
    }
    let stride = filters.outputStride
    for channel in 0..<channels {
      let filter = source + channel * filters.channelStride
      for (tap, position) in positions.enumerated() {
        let target = start + (tap * channels + channel) * width
        for column in 0..<columns { target[column] = filter[column * stride + position] }
      }
    }
  }

  /// Convolves images of one size with the weights that were packed last.
  ///
  /// An image's values do not depend on its neighbors or on how many there are.
  ///
  /// - Parameters:
  ///   - inputs: `N` maps `[H, W, C]`.
  ///   - outputs: `N` maps `[H', W', O]`. For the gradient of a strided convolution they may be larger
  ///     than the inverse size, by pixels that no window reached.
  ///   - accumulates: whether sums are added to what the outputs hold.
  ///   - activation: applied to each finished sum.
  ///   - scratch: one per worker.
  package func apply(
    _ inputs: [FeatureMap], to outputs: [FeatureMap], accumulates: Bool = false,
    activation: Activation = .none, scratch: GradientScratch
  ) {
    guard let input = inputs.first, let output = outputs.first else { return }
    precondition(
      input.channels == inputChannels && output.channels == outputChannels
        && inputs.count == outputs.count,
      "\(input.channels) to \(output.channels) channels, made for \(inputChannels) to \(outputChannels)"
    )
    let residuals = accumulates ? outputs : []
    switch body {
    case .direct(let phases):
      let job = ConvolutionJob(
        inputs: inputs, outputs: outputs, residuals: residuals, kernels: level.kernels,
        channels: inputChannels / geometry.groups,
        outputsPerGroup: outputChannels / geometry.groups, panelCount: panelsPerGroup,
        activation: activation.symbol, bias: bias.base, slopes: bias.base)
      for phase in phases {
        for group in 0..<geometry.groups {
          job.run(phase, group: group, scratch: scratch.kernels)
        }
      }
    case .winograd(let filters):
      WinogradJob(
        inputs: inputs, outputs: outputs, residuals: residuals, geometry: geometry,
        filters: filters, kernels: level.kernels, transforms: filters.form.kernels(of: level),
        activation: activation.symbol, bias: bias.base, slopes: bias.base
      ).run(scratch: scratch.kernels)
    }
  }
}

/// Where a filter's values lie among a convolution's weights; taps lie together.
struct FilterLayout: Sendable {
  /// Floats from one output channel of a group to the next.
  let outputStride: Int
  /// Floats from one input channel to the next.
  let channelStride: Int
  /// Whether the last tap counts as the first.
  var isFlipped = false
}

extension AlignedMemory {
  /// A block of zeros.
  package static func zeros(_ count: Int) -> AlignedMemory {
    let memory = AlignedMemory(count: count)
    memory.base.initialize(repeating: 0, count: count)
    return memory
  }
}
