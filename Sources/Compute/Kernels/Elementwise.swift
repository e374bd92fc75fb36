import CKernels
import Foundation
import Tensors

/// Arithmetic on each value by itself.
///
/// The output may be the first operand, or a second one of as many pixels. Products and sums are
/// rounded one by one, so results are the same bits at every level.
extension FeatureMap {
  /// `y = x` for equal shapes.
  package func writeCopy(of input: FeatureMap) {
    precondition(input.pixels == pixels && input.channels == channels, "shapes differ")
    if isContiguous && input.isContiguous {
      base.update(from: input.base, count: pixels * channels)
    } else {
      for pixel in 0..<pixels {
        (base + pixel * pixelStride).update(
          from: input.base + pixel * input.pixelStride, count: channels)
      }
    }
  }

  /// `y = activation(x)`.
  package func writeActivation(
    _ activation: Activation, of input: FeatureMap, level: CPULevel = .current
  ) {
    write(input, activation: activation, level: level)
  }

  /// `y[p, c] = activation(x[p, c] · scale[c] + shift[c])`.
  package func writeAffine(
    of input: FeatureMap, scale: [Float], shift: [Float], activation: Activation = .none,
    level: CPULevel = .current
  ) {
    precondition(scale.count == channels && shift.count == channels, "one factor a channel")
    scale.withUnsafeBufferPointer { scale in
      shift.withUnsafeBufferPointer { shift in
        write(
          input, factor: (scale.baseAddress, 0), term: (shift.baseAddress, 0),
          activation: activation, level: level)
      }
    }
  }

  /// `y = activation(a + b)`; `b` has the same shape or is one pixel added everywhere.
  package func writeSum(
    of first: FeatureMap, _ second: FeatureMap, activation: Activation,
    level: CPULevel = .current
  ) {
    write(first, term: second.operand(for: self), activation: activation, level: level)
  }

  /// `y = activation(a · b)`; `b` has the same shape or is one pixel multiplied everywhere.
  package func writeProduct(
    of first: FeatureMap, _ second: FeatureMap, activation: Activation = .none,
    level: CPULevel = .current
  ) {
    write(first, factor: second.operand(for: self), activation: activation, level: level)
  }

  /// `y = activation(a · b + d)`, the product rounded before it is added; `b` and `d` have the same
  /// shape or are one pixel used everywhere.
  package func writeProduct(
    of first: FeatureMap, _ second: FeatureMap, adding third: FeatureMap, activation: Activation,
    level: CPULevel = .current
  ) {
    write(
      first, factor: second.operand(for: self), term: third.operand(for: self),
      activation: activation, level: level)
  }

  /// `y = 1 / (1 + e^−x)`.
  ///
  /// - Exactness: 3 ulp, or 0 for a subnormal result; equal bits on AVX2 and AVX-512.
  package func writeSigmoid(of input: FeatureMap, level: CPULevel = .current) {
    forEachRun(of: input, level.mapKernels.sigmoid)
  }

  /// `y = log(1 + e^x)`.
  ///
  /// - Exactness: 4 ulp; equal bits on AVX2 and AVX-512.
  package func writeSoftplus(of input: FeatureMap, level: CPULevel = .current) {
    forEachRun(of: input, level.mapKernels.softplus)
  }

  /// Calls a kernel for values that lie behind each other: all of them, or a pixel's.
  private func forEachRun(
    of input: FeatureMap,
    _ kernel: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  ) {
    precondition(input.pixels == pixels && input.channels == channels, "shapes differ")
    if isContiguous && input.isContiguous && pixels > 1 {
      return asOnePixel.forEachRun(of: input.asOnePixel, kernel)
    }
    for pixel in 0..<pixels {
      kernel(input.base + pixel * input.pixelStride, base + pixel * pixelStride, channels)
    }
  }

  /// `y = x / ‖x‖₂` for a vector of one pixel.
  ///
  /// - Exactness: the norm in Float64, one Float32 division a value.
  package func writeNormalized(_ input: FeatureMap) {
    precondition(pixels == 1, "only vectors are normalized")
    var squares = 0.0
    for channel in 0..<channels { squares += Double(input.base[channel] * input.base[channel]) }
    let norm = Float(sqrt(squares))
    for channel in 0..<channels { base[channel] = input.base[channel] / norm }
  }

  private typealias Operand = (base: UnsafePointer<Float>?, step: Int)

  private func operand(for output: FeatureMap) -> Operand {
    (UnsafePointer(base), step(repeatedOver: output))
  }

  private func write(
    _ input: FeatureMap, factor: Operand = (nil, 0), term: Operand = (nil, 0),
    activation: Activation, level: CPULevel
  ) {
    precondition(input.pixels == pixels && input.channels == channels, "shapes differ")
    var job = ek_pointwise()
    job.pixel_count = pixels
    job.channel_count = channels
    job.output = base
    job.output_step = pixelStride
    job.input = UnsafePointer(input.base)
    job.input_step = input.pixelStride
    job.factor = factor.base
    job.factor_step = factor.step
    job.term = term.base
    job.term_step = term.step
    let followsByItself = activation.isSmooth && activation != .silu
    job.activation = followsByItself ? EK_ACTIVATION_NONE : activation.symbol
    let kernels = level.mapKernels
    if case .prelu(let slopes) = activation {
      precondition(slopes.count == channels, "slopes do not match the channels")
      slopes.withUnsafeBufferPointer { slopes in
        job.slopes = slopes.baseAddress
        kernels.pointwise(&job)
      }
      return
    }
    func isFlat(_ operand: Operand) -> Bool { operand.base == nil || operand.step == channels }
    if isContiguous && input.isContiguous && isFlat(factor) && isFlat(term) {
      job.pixel_count = 1
      job.channel_count = pixels * channels
    }
    kernels.pointwise(&job)
    if followsByItself { activate(activation, level: level) }
  }

  /// Replaces every value by its activation.
  private func activate(_ activation: Activation, level: CPULevel) {
    let kernels = level.tokenKernels
    for pixel in 0..<pixels {
      kernels.activate(base + pixel * pixelStride, channels, activation.symbol)
    }
  }
}
