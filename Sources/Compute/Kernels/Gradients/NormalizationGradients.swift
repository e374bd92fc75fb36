import CKernels
import Tensors

/// Batch norm with factors that are already known, and its gradient.
extension FeatureMap {
  /// `y[p, c] = activation(x[p, c] · scale[c] + shift[c] + residual[p, c])`.
  package func writeNormalized(
    of input: FeatureMap, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    adding residual: FeatureMap?, isReLU: Bool, level: CPULevel = .current
  ) {
    var job = ek_normalized()
    job.pixel_count = pixels
    job.channel_count = channels
    job.input = UnsafePointer(input.base)
    job.input_step = input.pixelStride
    job.scale = scale
    job.shift = shift
    job.residual = residual.map { UnsafePointer($0.base) }
    job.residual_step = residual?.pixelStride ?? 0
    job.output = base
    job.output_step = pixelStride
    job.is_relu = isReLU ? 1 : 0
    level.gradientKernels.normalized(&job)
  }

  /// Factors `[C]` each of ``FeatureMap/writeNormalizedGradient(of:input:factors:where:accumulates:level:)``.
  package struct GradientFactors {
    /// On the output's gradient.
    package let scale: UnsafePointer<Float>
    /// On the input's distance from its mean.
    package let slope: UnsafePointer<Float>
    /// The input's mean.
    package let mean: UnsafePointer<Float>
    /// Added.
    package let shift: UnsafePointer<Float>

    /// Names four arrays.
    package init(
      scale: UnsafePointer<Float>, slope: UnsafePointer<Float>, mean: UnsafePointer<Float>,
      shift: UnsafePointer<Float>
    ) {
      self.scale = scale
      self.slope = slope
      self.mean = mean
      self.shift = shift
    }
  }

  /// `dx (+)= scale · dy + slope · (x − mean) + shift`, each factor `[C]`.
  ///
  /// - Parameters:
  ///   - gradient: `dy`.
  ///   - input: `x`.
  ///   - factors: the four arrays.
  ///   - mask: where this is not positive, `dy` counts as 0.
  ///   - accumulates: whether the map's values stay and are added to.
  ///   - level: instruction set.
  package func writeNormalizedGradient(
    of gradient: FeatureMap, input: FeatureMap, factors: GradientFactors,
    where mask: FeatureMap?, accumulates: Bool, level: CPULevel = .current
  ) {
    var job = ek_normalized_gradient()
    job.pixel_count = pixels
    job.channel_count = channels
    job.output_gradient = UnsafePointer(gradient.base)
    job.output_step = gradient.pixelStride
    job.mask = mask.map { UnsafePointer($0.base) }
    job.mask_step = mask?.pixelStride ?? 0
    job.input = UnsafePointer(input.base)
    job.input_step = input.pixelStride
    job.scale = factors.scale
    job.slope = factors.slope
    job.mean = factors.mean
    job.shift = factors.shift
    job.gradient = base
    job.step = pixelStride
    job.accumulates = accumulates ? 1 : 0
    level.gradientKernels.normalized_gradient(&job)
  }

  /// Gradient of a layer norm over the channels of each pixel; the map is that of the input.
  ///
  /// - Parameters:
  ///   - gradient: `dy`.
  ///   - input: `x`.
  ///   - weight: `[C]`.
  ///   - epsilon: added to the variance.
  ///   - sums: what the gradients of weight and bias, `[C]` each, are added to in Float64.
  ///   - accumulates: whether the map's values stay and are added to.
  ///   - level: instruction set.
  package func writeLayerNormGradient(
    of gradient: FeatureMap, input: FeatureMap, weight: UnsafePointer<Float>, epsilon: Float,
    sums: (weight: UnsafeMutablePointer<Double>, bias: UnsafeMutablePointer<Double>)?,
    accumulates: Bool, level: CPULevel = .current
  ) {
    precondition(gradient.pixels == pixels && input.pixels == pixels, "shapes differ")
    input.forEachLayerNormRow(
      of: gradient, weight: weight, epsilon: epsilon, sums: sums, into: self,
      accumulates: accumulates, level: level)
  }

  /// Adds the gradients of a layer norm's weight and bias alone; the map is the input.
  package func addLayerNormSums(
    of gradient: FeatureMap, weight: UnsafePointer<Float>, epsilon: Float,
    sums: (weight: UnsafeMutablePointer<Double>, bias: UnsafeMutablePointer<Double>),
    level: CPULevel = .current
  ) {
    forEachLayerNormRow(
      of: gradient, weight: weight, epsilon: epsilon, sums: sums, into: nil, accumulates: false,
      level: level)
  }

  private func forEachLayerNormRow(
    of gradient: FeatureMap, weight: UnsafePointer<Float>, epsilon: Float,
    sums: (weight: UnsafeMutablePointer<Double>, bias: UnsafeMutablePointer<Double>)?,
    into target: FeatureMap?, accumulates: Bool, level: CPULevel
  ) {
    let kernels = level.gradientKernels
    var job = ek_layer_norm_gradient()
    job.count = channels
    job.weight = weight
    job.epsilon = Double(epsilon)
    job.weight_gradient = sums?.weight
    job.bias_gradient = sums?.bias
    for index in 0..<pixels {
      kernels.layer_norm_gradient(
        &job, pixel(at: index), gradient.pixel(at: index), target?.pixel(at: index),
        accumulates ? 1 : 0)
    }
  }

  /// `dx (+)= (dy − y · (y · dy)) / ‖x‖₂` for `y = x / ‖x‖₂`, vectors of one pixel.
  ///
  /// - Exactness: sums in Float64, each value rounded once.
  package func writeL2NormalizedGradient(
    of gradient: FeatureMap, input: FeatureMap, accumulates: Bool
  ) {
    precondition(pixels == 1 && input.channels == channels, "only vectors are normalized")
    var (squares, dot) = (0.0, 0.0)
    for c in 0..<channels {
      let x = Double(input.base[c])
      squares += x * x
      dot += x * Double(gradient.base[c])
    }
    let norm = squares.squareRoot()
    for c in 0..<channels {
      let value = (Double(gradient.base[c]) - Double(input.base[c]) * dot / squares) / norm
      base[c] = Float(value) + (accumulates ? base[c] : 0)
    }
  }
}
