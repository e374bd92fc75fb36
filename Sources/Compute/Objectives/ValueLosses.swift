import Kernels
import Tensors

/// Losses of single values, the mean over all of them; sums in Float64 in the order of the values.
package enum ValueLoss: Sendable {
  /// `(x − y)²`.
  case squared
  /// `|x − y|`; its derivative at 0 is 0, as in PyTorch.
  case absolute
  /// `log(1 + e^x) − x·y` for a logit `x` and a probability `y`.
  case binaryCrossEntropy

  /// Measures and adds `weight` times the gradient.
  ///
  /// - Parameters:
  ///   - values: `[P, C]`.
  ///   - targets: as many, in the same order.
  ///   - gradient: shaped like the values; nil to measure alone.
  ///   - weight: factor of this loss in a sum of losses.
  /// - Returns: the mean loss.
  package func measure(
    _ values: MapView, targets: [Float], addingTo gradient: MapView? = nil,
    weight: Double = 1
  ) -> Double {
    let count = values.pixels * values.channels
    precondition(targets.count == count, "\(targets.count) targets, \(count) values")
    var total = 0.0
    for pixel in 0..<values.pixels {
      for channel in 0..<values.channels {
        let x = Double(values.map.base[pixel * values.pixelStride + channel])
        let (loss, slope) = at(x, Double(targets[pixel * values.channels + channel]))
        total += loss
        if let gradient {
          gradient.map.base[pixel * gradient.pixelStride + channel] +=
            Float(weight * slope / Double(count))
        }
      }
    }
    return total / Double(count)
  }

  /// Measures planar values of any shape; see ``measure(_:targets:addingTo:weight:)``.
  ///
  /// - Precondition: both have one shape.
  package func measure(
    _ values: Tensor, targets: Tensor, addingTo gradient: inout Tensor, weight: Double = 1
  ) -> Double {
    precondition(
      values.shape == targets.shape && values.shape == gradient.shape,
      "\(values.shape), \(targets.shape) and \(gradient.shape) differ")
    var total = 0.0
    for index in values.values.indices {
      let (loss, slope) = at(Double(values.values[index]), Double(targets.values[index]))
      total += loss
      gradient.values[index] += Float(weight * slope / Double(values.count))
    }
    return total / Double(values.count)
  }

  private func at(_ x: Double, _ y: Double) -> (loss: Double, slope: Double) {
    switch self {
    case .squared: return ((x - y) * (x - y), 2 * (x - y))
    case .absolute: return (abs(x - y), x > y ? 1 : x < y ? -1 : 0)
    case .binaryCrossEntropy:
      return (Self.softplus(x) - x * y, Self.sigmoid(x) - y)
    }
  }

  /// `log(1 + e^x)`.
  fileprivate static func softplus(_ x: Double) -> Double {
    max(x, 0) + Elementary.logarithm(ofOnePlus: Elementary.exponential(-abs(x)))
  }

  /// `1 / (1 + e^−x)`, the derivative of the softplus.
  fileprivate static func sigmoid(_ x: Double) -> Double { 1 / (1 + Elementary.exponential(-x)) }
}

/// A loss of two values of which the first ought to be smaller: `log(1 + e^((near − far) / T))`.
///
/// Source: Burges et al., "Learning to rank using gradient descent", ICML 2005.
/// - Deviation: LPIPS' own ranking loss has a small network judge both distances; this one compares them
///   directly, so that nothing but the distances' weights is learned.
package struct PairwiseRanking: Sendable {
  /// `T`: the difference of distances that counts as clear.
  package let temperature: Double

  /// Describes the loss.
  package init(temperature: Double = 1) { self.temperature = temperature }

  /// The mean over pairs, and its derivative by the nearer values; that by the farther is its negative.
  ///
  /// - Precondition: as many nearer values as farther ones, at least one.
  package func measure(nearer: [Double], farther: [Double]) -> (loss: Double, slopes: [Double]) {
    precondition(nearer.count == farther.count && !nearer.isEmpty, "pairs are incomplete")
    var total = 0.0
    let count = Double(nearer.count)
    let slopes = zip(nearer, farther).map { near, far in
      let x = (near - far) / temperature
      total += ValueLoss.softplus(x)
      return ValueLoss.sigmoid(x) / temperature / count
    }
    return (total / count, slopes)
  }
}
