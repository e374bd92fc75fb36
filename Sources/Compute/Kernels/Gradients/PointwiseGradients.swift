import CKernels
import Tensors

/// A function of one value, by what its derivative is computed from.
package enum Derivative: Sendable {
  /// From the result.
  case relu
  /// From the result.
  case sigmoid
  /// From the argument.
  case quickGELU
  /// From the argument.
  case gelu
  /// From the argument.
  case silu
  /// From the result.
  case tanh
  /// From the result.
  case softplus

  /// Whether the result, not the argument, is what the derivative needs.
  package var usesResult: Bool {
    switch self {
    case .relu, .sigmoid, .tanh, .softplus: true
    case .quickGELU, .gelu, .silu: false
    }
  }

  fileprivate var symbol: ek_derivative {
    switch self {
    case .relu: EK_DERIVATIVE_RELU
    case .sigmoid: EK_DERIVATIVE_SIGMOID
    case .quickGELU: EK_DERIVATIVE_QUICK_GELU
    case .gelu: EK_DERIVATIVE_GELU
    case .silu: EK_DERIVATIVE_SILU
    case .tanh: EK_DERIVATIVE_TANH
    case .softplus: EK_DERIVATIVE_SOFTPLUS
    }
  }
}

/// Gradients of operations on each value by itself; the map is the gradient of the input.
///
/// The derivative of a ReLU at 0 is 0, as in PyTorch.
extension FeatureMap {
  /// `dx (+)= f′ · dy`.
  ///
  /// - Parameters:
  ///   - derivative: the function.
  ///   - reference: its result or argument, see ``Derivative``.
  ///   - gradient: `dy`.
  ///   - accumulates: whether the map's values stay and are added to.
  ///   - level: instruction set.
  package func writeGradient(
    _ derivative: Derivative, at reference: FeatureMap, of gradient: FeatureMap,
    accumulates: Bool, level: CPULevel = .current
  ) {
    run(
      derivative.symbol, at: reference, of: gradient, slopes: nil, accumulates: accumulates,
      level: level)
  }

  /// `dx (+)= (x < 0 ? slope[c] : 1) · dy`, `reference` being `x` and slopes `[C]`.
  package func writePReLUGradient(
    slopes: UnsafePointer<Float>, at reference: FeatureMap, of gradient: FeatureMap,
    accumulates: Bool, level: CPULevel = .current
  ) {
    run(
      EK_DERIVATIVE_PRELU, at: reference, of: gradient, slopes: slopes, accumulates: accumulates,
      level: level)
  }

  private func run(
    _ derivative: ek_derivative, at reference: FeatureMap, of gradient: FeatureMap,
    slopes: UnsafePointer<Float>?, accumulates: Bool, level: CPULevel
  ) {
    precondition(
      gradient.pixels == pixels && gradient.channels == channels && reference.pixels == pixels
        && reference.channels == channels, "shapes differ")
    var job = ek_derivative_job()
    job.pixel_count = pixels
    job.channel_count = channels
    if slopes == nil && isContiguous && gradient.isContiguous && reference.isContiguous {
      job.pixel_count = 1
      job.channel_count = pixels * channels
    }
    job.derivative = derivative
    job.reference = UnsafePointer(reference.base)
    job.reference_step = reference.pixelStride
    job.slopes = slopes
    job.output_gradient = UnsafePointer(gradient.base)
    job.output_step = gradient.pixelStride
    job.gradient = base
    job.step = pixelStride
    job.accumulates = accumulates ? 1 : 0
    level.gradientKernels.derivative(&job)
  }

  /// `dx (+)= dy`.
  package func writeGradientCopy(
    of gradient: FeatureMap, accumulates: Bool, level: CPULevel = .current
  ) {
    if accumulates {
      writeSum(of: gradient, self, activation: .none, level: level)
    } else {
      writeCopy(of: gradient)
    }
  }

  /// `dx (+)= dy · factor`; the factor has the same shape or is one pixel used everywhere.
  package func writeGradientProduct(
    of gradient: FeatureMap, _ factor: FeatureMap, accumulates: Bool, level: CPULevel = .current
  ) {
    if accumulates {
      writeProduct(of: gradient, factor, adding: self, activation: .none, level: level)
    } else {
      writeProduct(of: gradient, factor, level: level)
    }
  }

  /// `dx[c] (+)= Σ_p dy[p, c] · factor[p, c]`, or without the factor: the gradient of one pixel that was used
  /// everywhere.
  ///
  /// - Exactness: sums in Float64, rounded once.
  package func writePixelSums(
    of gradient: FeatureMap, times factor: FeatureMap? = nil, accumulates: Bool,
    level: CPULevel = .current
  ) {
    precondition(pixels == 1 && gradient.channels == channels, "shapes differ")
    withUnsafeTemporaryAllocation(of: Double.self, capacity: channels) { sums in
      guard let sums = sums.baseAddress else { return }
      sums.initialize(repeating: 0, count: channels)
      if let factor {
        gradient.addSums(to: nil, products: sums, of: .all(factor), level: level)
      } else {
        gradient.addSums(to: sums, level: level)
      }
      for channel in 0..<channels {
        base[channel] = Float(sums[channel]) + (accumulates ? base[channel] : 0)
      }
    }
  }

  /// `self += scale · x`, pixel by pixel.
  package func add(_ other: FeatureMap, scale: Float = 1, level: CPULevel = .current) {
    precondition(other.pixels == pixels && other.channels == channels, "shapes differ")
    let kernels = level.gradientKernels
    if isContiguous && other.isContiguous {
      kernels.add_scaled(other.base, scale, base, pixels * channels)
    } else {
      for index in 0..<pixels {
        kernels.add_scaled(other.pixel(at: index), scale, pixel(at: index), channels)
      }
    }
  }
}

/// Sums over the pixels of each channel.
extension FeatureMap {
  /// Which sum is taken beside the plain one.
  package enum ChannelProduct {
    /// `Σ_p a · b`.
    case all(FeatureMap)
    /// `Σ_p a · min(b, 0)`, the gradient of a PReLU's slope.
    case negative(FeatureMap)
  }

  /// `sums[c] += Σ_p a[p, c]`, `products[c] += Σ_p a[p, c] · b[p, c]`, in Float64.
  ///
  /// - Parameters:
  ///   - sums: `[C]`, or nil.
  ///   - products: `[C]`, or nil.
  ///   - product: what the products are of.
  ///   - mask: where this is not positive, `a` counts as 0.
  ///   - level: instruction set.
  package func addSums(
    to sums: UnsafeMutablePointer<Double>?, products: UnsafeMutablePointer<Double>? = nil,
    of product: ChannelProduct? = nil, where mask: FeatureMap? = nil, level: CPULevel = .current
  ) {
    var job = ek_channel_sums()
    job.pixel_count = pixels
    job.channel_count = channels
    job.a = UnsafePointer(base)
    job.a_step = pixelStride
    job.product = EK_PRODUCT_NONE
    switch product {
    case .all(let other)?:
      job.product = EK_PRODUCT_ALL
      job.b = UnsafePointer(other.base)
      job.b_step = other.pixelStride
    case .negative(let other)?:
      job.product = EK_PRODUCT_NEGATIVE
      job.b = UnsafePointer(other.base)
      job.b_step = other.pixelStride
    case nil: break
    }
    if let mask {
      precondition(job.product == EK_PRODUCT_ALL, "a mask goes with products")
      job.mask = UnsafePointer(mask.base)
      job.mask_step = mask.pixelStride
    }
    job.sums = sums
    job.products = products
    level.gradientKernels.channel_sums(&job)
  }
}
