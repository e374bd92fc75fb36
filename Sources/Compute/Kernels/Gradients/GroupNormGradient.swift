import CKernels

extension FeatureMap {
  /// Where the gradients of a group norm go.
  package struct GroupNormTargets {
    /// Of the input, shaped like it; nil if nobody wants it.
    package var input: FeatureMap?
    /// Whether the input's values stay and are added to.
    package var accumulatesInput = false
    /// Of the modulation's scale and shift, one pixel each, which are added to.
    package var scale: FeatureMap?
    /// See ``scale``.
    package var shift: FeatureMap?
    /// Of weight and bias, `[C]` each in Float64, which are added to.
    package var parameters:
      (weight: UnsafeMutablePointer<Double>, bias: UnsafeMutablePointer<Double>)?

    /// Nothing is wanted yet.
    package init() {}
  }

  /// Gradient of ``FeatureMap/writeGroupNorm(of:_:parameters:modulation:activation:level:)``; the map is that of
  /// the output, and holds that of the activation's argument afterwards.
  ///
  /// With `x̂ = (x − m) r`, `u = w x̂ + b`, `z = u (1 + s) + t` and `N` values a group:
  /// `dx = r k dz − r/N Σ k dz − r x̂/N Σ k dz x̂` for `k = w (1 + s)`. All sums follow from `Σ_p dz` and
  /// `Σ_p dz x` of each channel.
  ///
  /// - Parameters:
  ///   - input: `x`.
  ///   - norm: groups and `ε`.
  ///   - parameters: weight and bias.
  ///   - modulation: scale and shift of this image; nil for zeros.
  ///   - isSiLU: whether a SiLU was applied behind; no other activation is.
  ///   - targets: what is wanted.
  ///   - level: instruction set.
  ///   - scratch: one per worker; holds a map of the input's size where a SiLU was applied.
  /// - Exactness: sums in Float64, the terms of a value in Float32.
  package func addGroupNormGradient(
    input: FeatureMap, _ norm: GroupNorm, parameters: GroupNorm.Parameters,
    modulation: GroupNorm.Modulation?, isSiLU: Bool, to targets: GroupNormTargets,
    level: CPULevel = .current, scratch: GradientScratch
  ) {
    let statistics = input.statistics(of: norm, level: level)
    if isSiLU {
      let factors = input.groupNormFactors(norm, statistics, parameters, modulation)
      let argument = FeatureMap(
        base: scratch.floats(pixels * channels), rows: rows, columns: columns, channels: channels,
        pixelStride: channels)
      argument.writeAffine(of: input, scale: factors.scale, shift: factors.shift, level: level)
      writeGradient(.silu, at: argument, of: self, accumulates: false, level: level)
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * channels) { memory in
      guard let sums = memory.baseAddress else { return }
      sums.initialize(repeating: 0, count: 2 * channels)
      let products = sums + channels
      addSums(to: sums, products: products, of: .all(input), level: level)
      let job = GroupNormGradient(
        norm: norm, statistics: statistics, parameters: parameters, modulation: modulation,
        channels: channels, pixels: pixels, sums: sums, products: products)
      job.addParameters(to: targets)
      if let target = targets.input {
        job.write(
          to: target, of: self, input: input, accumulates: targets.accumulatesInput, level: level)
      }
    }
  }
}

/// The sums of one image's gradient, and what follows from them.
private struct GroupNormGradient {
  let norm: GroupNorm
  let statistics: GroupNorm.Statistics
  let parameters: GroupNorm.Parameters
  let modulation: GroupNorm.Modulation?
  let channels: Int
  let pixels: Int
  /// `Σ_p dz`, `[C]`.
  let sums: UnsafeMutablePointer<Double>
  /// `Σ_p dz x`, `[C]`.
  let products: UnsafeMutablePointer<Double>

  private func weight(_ channel: Int) -> Double { Double(parameters.weight?[channel] ?? 1) }

  private func modulated(_ channel: Int) -> Double {
    1 + Double(modulation?.scale.base[channel] ?? 0)
  }

  /// `Σ_p dz x̂`.
  private func normalizedProduct(_ channel: Int) -> Double {
    let group = channel / (channels / norm.groups)
    return (products[channel] - statistics.means[group] * sums[channel])
      * statistics.factors[group]
  }

  func addParameters(to targets: FeatureMap.GroupNormTargets) {
    for channel in 0..<channels {
      let product = normalizedProduct(channel)
      if let target = targets.parameters {
        target.weight[channel] += modulated(channel) * product
        target.bias[channel] += modulated(channel) * sums[channel]
      }
      if let target = targets.scale {
        let bias = Double(parameters.bias?[channel] ?? 0)
        target.base[channel] += Float(weight(channel) * product + bias * sums[channel])
      }
      targets.shift?.base[channel] += Float(sums[channel])
    }
  }

  func write(
    to target: FeatureMap, of gradient: FeatureMap, input: FeatureMap, accumulates: Bool,
    level: CPULevel
  ) {
    let width = channels / norm.groups
    let count = Double(width * pixels)
    var factors = (scale: [Float](), slope: [Float](), mean: [Float](), shift: [Float]())
    for group in 0..<norm.groups {
      let (mean, factor) = (statistics.means[group], statistics.factors[group])
      let members = group * width..<(group + 1) * width
      var (plain, weighted) = (0.0, 0.0)
      for channel in members {
        let scale = weight(channel) * modulated(channel)
        plain += scale * sums[channel]
        weighted += scale * normalizedProduct(channel)
      }
      // The mean is rounded; what it lost is made good in the shift.
      let slope = -factor * factor * weighted / count
      let rounded = Float(mean)
      let shift = -factor * plain / count + slope * (Double(rounded) - mean)
      for channel in members {
        factors.scale.append(Float(factor * weight(channel) * modulated(channel)))
        factors.slope.append(Float(slope))
        factors.mean.append(rounded)
        factors.shift.append(Float(shift))
      }
    }
    factors.scale.withUnsafeBufferPointer { scale in
      factors.slope.withUnsafeBufferPointer { slope in
        factors.mean.withUnsafeBufferPointer { mean in
          factors.shift.withUnsafeBufferPointer { shift in
            guard let scale = scale.baseAddress, let slope = slope.baseAddress,
              let mean = mean.baseAddress, let shift = shift.baseAddress
            else { return }
            target.writeNormalizedGradient(
              of: gradient, input: input,
              factors: FeatureMap.GradientFactors(
                scale: scale, slope: slope, mean: mean, shift: shift),
              where: nil, accumulates: accumulates, level: level)
          }
        }
      }
    }
  }
}
