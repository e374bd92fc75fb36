import CKernels

/// How groups of channels are normalized, each group with all its pixels.
///
/// Source: Wu and He, "Group Normalization", ECCV 2018; PyTorch's `GroupNorm`.
package struct GroupNorm: Hashable, Sendable {
  /// Groups of `C / groups` neighboring channels.
  package let groups: Int
  /// Added to the variance.
  package let epsilon: Float

  /// Describes a normalization.
  package init(groups: Int, epsilon: Float = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  /// Mean and `1 / √(variance + ε)` of each group.
  struct Statistics {
    var means: [Double] = []
    var factors: [Double] = []
  }

  /// What is learned, `[C]` each; nil stands for ones and zeros.
  package struct Parameters {
    let weight: UnsafePointer<Float>?
    let bias: UnsafePointer<Float>?

    /// Names two arrays.
    package init(weight: UnsafePointer<Float>? = nil, bias: UnsafePointer<Float>? = nil) {
      self.weight = weight
      self.bias = bias
    }
  }

  /// What an image's condition adds, maps of one pixel each: `y · (1 + scale) + shift`.
  package struct Modulation {
    let scale: FeatureMap
    let shift: FeatureMap

    /// Names two maps.
    package init(scale: FeatureMap, shift: FeatureMap) {
      self.scale = scale
      self.shift = shift
    }
  }
}

extension FeatureMap {
  /// `y = activation(((x − mean_g) / √(variance_g + ε) · weight + bias) · (1 + scale) + shift)`.
  ///
  /// - Parameters:
  ///   - input: of the same shape; it may be the map itself.
  ///   - norm: groups and `ε`.
  ///   - parameters: weight and bias.
  ///   - modulation: scale and shift of this image; nil for zeros.
  ///   - activation: applied to each value.
  ///   - level: instruction set.
  ///   - scratch: the worker's, whose threads share the map; nil for the calling thread alone.
  /// - Exactness: statistics in Float64; one Float32 product and sum a value with factors that were rounded
  ///   once. The same bits at every level but for an activation's.
  package func writeGroupNorm(
    of input: FeatureMap, _ norm: GroupNorm, parameters: GroupNorm.Parameters,
    modulation: GroupNorm.Modulation? = nil, activation: Activation = .none,
    level: CPULevel = .current, scratch: KernelScratch? = nil
  ) {
    let factors = input.groupNormFactors(
      norm, input.statistics(of: norm, level: level, scratch: scratch), parameters, modulation)
    scratch.forEachPart(of: pixels, costing: memoryOperations) { range in
      pixels(range).writeAffine(
        of: input.pixels(range), scale: factors.scale, shift: factors.shift,
        activation: activation, level: level)
    }
  }

  /// The same with weight and bias as arrays.
  package func writeGroupNorm(
    of input: FeatureMap, _ norm: GroupNorm, weight: [Float]?, bias: [Float]?,
    modulation: GroupNorm.Modulation? = nil, activation: Activation = .none,
    level: CPULevel = .current, scratch: KernelScratch? = nil
  ) {
    (weight ?? []).withUnsafeBufferPointer { weights in
      (bias ?? []).withUnsafeBufferPointer { biases in
        writeGroupNorm(
          of: input, norm,
          parameters: GroupNorm.Parameters(
            weight: weight == nil ? nil : weights.baseAddress,
            bias: bias == nil ? nil : biases.baseAddress),
          modulation: modulation, activation: activation, level: level, scratch: scratch)
      }
    }
  }

  /// Mean and deviation of the map's groups.
  ///
  /// The variance is `E x² − mean²`. Squares of Float32 are exact in Float64, so it loses 2⁻⁵³ of the mean's
  /// square, which is far below a Float32's rounding wherever the mean is not 10⁴ deviations large.
  func statistics(
    of norm: GroupNorm, level: CPULevel, scratch: KernelScratch? = nil
  ) -> GroupNorm.Statistics {
    precondition(channels % norm.groups == 0, "\(norm.groups) groups of \(channels) channels")
    let width = channels / norm.groups
    let count = Double(width * pixels)
    var statistics = GroupNorm.Statistics()
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * channels) { memory in
      guard let sums = memory.baseAddress else { return }
      sums.initialize(repeating: 0, count: 2 * channels)
      let squares = sums + channels
      scratch.forEachPart(of: norm.groups, costing: memoryOperations) { groups in
        let first = groups.lowerBound * width
        let own = channels(from: first, count: groups.count * width)
        own.addSums(to: sums + first, products: squares + first, of: .all(own), level: level)
      }
      for group in 0..<norm.groups {
        var (sum, square) = (0.0, 0.0)
        for channel in group * width..<(group + 1) * width {
          sum += sums[channel]
          square += squares[channel]
        }
        let mean = sum / count
        // A NaN must stay one, which `max` of this order grants.
        let variance = max(square / count - mean * mean, 0)
        statistics.means.append(mean)
        statistics.factors.append(1 / (variance + Double(norm.epsilon)).squareRoot())
      }
    }
    return statistics
  }

  /// `y = x · scale + shift`, `[C]` each.
  func groupNormFactors(
    _ norm: GroupNorm, _ statistics: GroupNorm.Statistics, _ parameters: GroupNorm.Parameters,
    _ modulation: GroupNorm.Modulation?
  ) -> (scale: [Float], shift: [Float]) {
    let width = channels / norm.groups
    var scale: [Float] = []
    var shift: [Float] = []
    for channel in 0..<channels {
      let group = channel / width
      let own = Double(parameters.weight?[channel] ?? 1) * statistics.factors[group]
      let bias = Double(parameters.bias?[channel] ?? 0) - statistics.means[group] * own
      let factor = 1 + Double(modulation?.scale.base[channel] ?? 0)
      scale.append(Float(own * factor))
      shift.append(Float(bias * factor + Double(modulation?.shift.base[channel] ?? 0)))
    }
    return (scale, shift)
  }
}
