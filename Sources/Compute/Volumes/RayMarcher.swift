import Tensors

/// What light of the looks at a ray arrives at its origin: the volume rendering integral by the mid-point rule.
///
///     σ = softplus((σ_i + σ_{i+1})/2 − 1),  α = 1 − e^{−σ δ},  w_i = α_i Π_{j<i} (1 − α_j + 1e-10)
///
/// Source: Max, "Optical Models for Direct Volume Rendering", 1995; `NVlabs/eg3d`,
/// `eg3d/training/volumetric_rendering/ray_marcher.py` (`MipRayMarcher2`).
///
/// - Deviation: the source holds depths within the least and the largest of a whole batch, here they are a ray's own.
package struct RayMarcher: Equatable, Sendable {
  /// What shines through where nothing is in the way, in the colors' own range.
  package let background: Float

  /// Describes a marcher; the source's background is 0, or 1 with `white_back`.
  package init(background: Float = 0) { self.background = background }

  /// What is known of one ray.
  package struct Result: Equatable, Sendable {
    /// The colors that arrive, `[C]`, in the range of those that were passed.
    package let color: [Float]
    /// Mean depth of what they come from.
    package let depth: Float
    /// Share of each interval, one fewer than looks.
    package let weights: [Float]

    /// Share of the light that comes from the looks, 0…1; the rest is background.
    package var opacity: Float { weights.reduce(0, +) }
  }

  /// What an interval lets through.
  private struct Interval {
    let length: Double
    /// Density before the rectifier.
    let density: Double
    let opacity: Double

    init(_ depths: ArraySlice<Float>, _ densities: ArraySlice<Float>) {
      let (first, second) = (depths.startIndex, densities.startIndex)
      length = Double(depths[first + 1]) - Double(depths[first])
      density = (Double(densities[second]) + Double(densities[second + 1])) / 2 - 1
      let softplus =
        density > 20 ? density : Elementary.logarithm(ofOnePlus: Elementary.exponential(density))
      opacity = 1 - Elementary.exponential(-softplus * length)
    }

    /// `∂α/∂density`, the rectifier's slope times what is still let through times the length.
    var slope: Double {
      (1 - opacity) * length / (1 + Elementary.exponential(-density))
    }
  }

  private func intervals(_ depths: [Float], _ densities: [Float]) -> [Interval] {
    (0..<depths.count - 1).map { Interval(depths[$0...$0 + 1], densities[$0...$0 + 1]) }
  }

  private func weights(_ intervals: [Interval]) -> (weights: [Double], light: [Double]) {
    var light = 1.0
    var (weights, lights): ([Double], [Double]) = ([], [])
    for interval in intervals {
      lights.append(light)
      weights.append(interval.opacity * light)
      light *= 1 - interval.opacity + Self.epsilon
    }
    return (weights, lights)
  }

  private static let epsilon = 1e-10

  /// Share of each interval of one ray, as ``march(_:densities:colors:)`` has it.
  ///
  /// - Parameters:
  ///   - depths: of `K` looks, ascending.
  ///   - densities: at the looks, `[K]`.
  /// - Returns: `K − 1` weights.
  package func weights(_ depths: [Float], densities: [Float]) -> [Float] {
    weights(intervals(depths, densities)).weights.map { Float($0) }
  }

  /// The light of one ray.
  ///
  /// - Parameters:
  ///   - depths: of `K` looks, ascending.
  ///   - densities: at the looks, `[K]`.
  ///   - colors: at the looks, `[K, C]`.
  /// - Returns: color, depth and the intervals' weights.
  package func march(_ depths: [Float], densities: [Float], colors: [Float]) -> Result {
    let (weights, _) = weights(intervals(depths, densities))
    let channels = colors.count / depths.count
    var color = [Double](repeating: 0, count: channels)
    var (depth, total) = (0.0, 0.0)
    for (index, weight) in weights.enumerated() {
      total += weight
      depth += weight * (Double(depths[index]) + Double(depths[index + 1])) / 2
      for channel in 0..<channels {
        let sum =
          Double(colors[index * channels + channel])
          + Double(colors[(index + 1) * channels + channel])
        color[channel] += weight * sum / 2
      }
    }
    let rest = Double(background) * (1 - total)
    let mean = total > 0 ? Float(depth / total) : .infinity
    return Result(
      color: color.map { Float($0 + rest) },
      depth: min(max(mean, depths[0]), depths[depths.count - 1]), weights: weights.map { Float($0) }
    )
  }

  /// What changes of a ray's light mean for its looks.
  ///
  /// - Parameters:
  ///   - color: gradient by ``Result/color``, `[C]`.
  ///   - opacity: gradient by ``Result/opacity``.
  ///   - depths: as ``march(_:densities:colors:)`` had them.
  ///   - densities: as above.
  ///   - colors: as above.
  /// - Returns: gradients by the densities `[K]` and the colors `[K, C]`.
  package func gradient(
    color: [Float], opacity: Float, _ depths: [Float], densities: [Float], colors: [Float]
  ) -> (densities: [Float], colors: [Float]) {
    let intervals = intervals(depths, densities)
    let (weights, light) = weights(intervals)
    let channels = color.count
    var ofColors = [Float](repeating: 0, count: colors.count)
    var ofDensities = [Float](repeating: 0, count: densities.count)
    let lost = color.reduce(0) { $0 + Double($1) } * Double(background)
    // What later intervals would lose if an earlier one let less through.
    var behind = 0.0
    for index in intervals.indices.reversed() {
      let interval = intervals[index]
      var ofWeight = Double(opacity) - lost
      for channel in 0..<channels {
        let (near, far) = (index * channels + channel, (index + 1) * channels + channel)
        ofWeight += Double(color[channel]) * (Double(colors[near]) + Double(colors[far])) / 2
        let change = Float(weights[index] * Double(color[channel]) / 2)
        ofColors[near] += change
        ofColors[far] += change
      }
      let through = 1 - interval.opacity + Self.epsilon
      let ofOpacity = ofWeight * light[index] - behind / through
      let change = Float(ofOpacity * interval.slope / 2)
      ofDensities[index] += change
      ofDensities[index + 1] += change
      behind += ofWeight * weights[index]
    }
    return (ofDensities, ofColors)
  }
}
