/// The gradient of a convolution with respect to its filters,
/// `dw[o, c, r, s] = Σ_p dy[p, o] · x[p·stride − padding + (r, s)·dilation, c]`.
///
/// Each call adds a run of images to sums of its own; ``reduce(_:count:panel:into:)`` joins them in order, so the
/// result depends on how images were divided, never on who treated them.
///
/// The filters of a transposed convolution get theirs with inputs and output gradients exchanged.
package struct FilterGradient: Sendable {
  private let body: Body

  private enum Body {
    case direct(DirectFilterGradient)
    case winograd(WinogradFilterGradient)
  }

  /// A convolution's, weights `[O, C / groups, R, S]`, or `[C / groups, O, R, S]` if `isInputFirst`.
  ///
  /// - Parameters:
  ///   - geometry: shape arithmetic.
  ///   - inputs: channels read, `C`.
  ///   - outputs: channels written, `O`.
  ///   - size: rows and columns of the inputs to come.
  ///   - isInputFirst: how the weights are laid out.
  ///   - level: instruction set.
  ///   - arithmetic: `exact` forbids Winograd's transforms.
  /// - Precondition: it is not transposed.
  package init(
    _ geometry: ConvolutionGeometry, inputs: Int, outputs: Int, size: Extent,
    isInputFirst: Bool = false, level: CPULevel = .current, arithmetic: Arithmetic = .fast
  ) {
    precondition(!geometry.isTransposed, "exchange inputs and gradients instead")
    let taps = geometry.kernel.rows * geometry.kernel.columns
    let layout =
      isInputFirst
      ? FilterLayout(outputStride: taps, channelStride: outputs / geometry.groups * taps)
      : FilterLayout(outputStride: inputs / geometry.groups * taps, channelStride: taps)
    // What the transforms of inputs and of output gradients cost is paid back by the other side's channels.
    let path = ConvolutionPath.fastest(
      geometry, inputs: min(inputs, outputs), outputs: outputs, size: size, arithmetic: arithmetic)
    switch path {
    case .direct:
      body = .direct(
        DirectFilterGradient(
          geometry, channels: inputs / geometry.groups, outputs: outputs / geometry.groups,
          layout: layout, level: level))
    case .winograd(let form):
      body = .winograd(
        WinogradFilterGradient(
          form, padding: geometry.padding, channels: inputs, outputs: outputs, layout: layout,
          level: level))
    }
  }

  /// A matrix product's, weights `[O, C]`, or `[C, O]` if `isTransposed`.
  package init(
    matrixFrom inputs: Int, to outputs: Int, isTransposed: Bool = false,
    level: CPULevel = .current
  ) {
    body = .direct(
      DirectFilterGradient(
        ConvolutionGeometry(kernel: 1), channels: inputs, outputs: outputs,
        layout: isTransposed
          ? FilterLayout(outputStride: 1, channelStride: outputs)
          : FilterLayout(outputStride: inputs, channelStride: 1),
        level: level))
  }

  /// Panels of output channels; each may be summed and reduced by itself.
  package var panelCount: Int {
    switch body {
    case .direct(let direct): direct.panelCount
    case .winograd(let winograd): winograd.panelCount
    }
  }

  /// Floats that one call's sums take.
  package var sumCount: Int {
    switch body {
    case .direct(let direct): direct.sumCount
    case .winograd(let winograd): winograd.sumCount
    }
  }

  /// Number of weights.
  package var weightCount: Int {
    switch body {
    case .direct(let direct): direct.weightCount
    case .winograd(let winograd): winograd.weightCount
    }
  }

  /// Adds images to sums.
  ///
  /// - Parameters:
  ///   - inputs: `N` maps `[H, W, C]`.
  ///   - gradients: `N` maps `[H', W', O]`.
  ///   - panels: the panels wanted, `0 ..< panelCount` or a part of it.
  ///   - sums: ``sumCount`` floats, those of other panels untouched.
  ///   - scratch: one per worker.
  package func add(
    _ inputs: [FeatureMap], _ gradients: [FeatureMap], panels: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, scratch: GradientScratch
  ) {
    switch body {
    case .direct(let direct):
      direct.add(inputs, gradients, panels: panels, to: sums, scratch: scratch)
    case .winograd(let winograd):
      winograd.add(inputs, gradients, panels: panels, to: sums, scratch: scratch)
    }
  }

  /// Adds one panel of several sums to the weights' gradient, the sums in order.
  ///
  /// - Parameters:
  ///   - sums: `count` times ``sumCount`` floats.
  ///   - count: how many sums there are.
  ///   - panel: which panel.
  ///   - gradient: laid out like the weights.
  package func reduce(
    _ sums: UnsafePointer<Float>, count: Int, panel: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    switch body {
    case .direct(let direct):
      direct.reduce(sums, count: count, panel: panel, into: gradient)
    case .winograd(let winograd):
      winograd.reduce(sums, count: count, panel: panel, into: gradient)
    }
  }
}
