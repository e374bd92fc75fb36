import Tensors
import TestSupport

extension Golden {
  /// Normalized mean squared error allowed at a tap.
  ///
  /// Rounding adds about ε² of relative squared error a layer, times what sums over fan-in and
  /// cancellation amplify: PyTorch's own float32 pass strays 4e-12 at most (the table that
  /// `Tools/make_network_goldens.py` prints). Another order of summation and Winograd's transforms,
  /// whose constants amplify by an order of magnitude, must fit in the 15-fold amplitude that 1e-9
  /// leaves.
  static let tolerance = 1e-9
}

extension Golden.Case {
  /// Name and fault of the first tap that strays from the golden; nil if none does.
  func firstBadTap(in found: [String: Tensor], seed: UInt64) -> String? {
    taps.lazy.compactMap { tap in
      guard let tensor = found[tap.name] else { return "\(tap.name) was not computed" }
      return TapComparison(found: tensor, expected: tap, seed: seed).complaint
    }.first
  }
}

extension Golden.Case {
  /// The tap that strays most from the golden, and its normalized mean squared error.
  func worstTap(in found: [String: Tensor]) -> (name: String, nmse: Double) {
    taps.map { tap in
      guard let tensor = found[tap.name], tensor.shape == tap.shape else {
        return (tap.name, .infinity)
      }
      return (tap.name, TapComparison(found: tensor, expected: tap, seed: 0).sampled.nmse)
    }.max { $0.1 < $1.1 } ?? ("none", .infinity)
  }
}

/// One computed tap beside its golden.
private struct TapComparison {
  let found: Tensor
  let expected: Golden.Tap
  let seed: UInt64

  /// What is wrong with the tap; nil if nothing.
  var complaint: String? {
    guard found.shape == expected.shape else {
      return "\(expected.name) has shape \(found.shape), expected \(expected.shape)"
    }
    let sampled = sampled
    // Written so that a NaN fails.
    guard sampled.nmse <= Golden.tolerance else { return "\(expected.name): \(sampled)" }
    return totalsComplaint
  }

  /// The values that the golden lists, beside its own.
  var sampled: Agreement { Agreement(samples, expected.sampledValues) }

  private var samples: [Float] {
    let count = expected.samples.count / 4
    return (0..<count).map { found.values[$0 * found.count / count] }
  }

  /// Bounds that a relative squared error τ sets to sums over all n values: by Cauchy–Schwarz a sum
  /// with any signs moves by √(n·τ·Σe²) at most, the sum of squares by (2√τ + τ)·Σe².
  private var totalsComplaint: String? {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo("signs") ^ seed)
    var sum = 0.0
    var signedSum = 0.0
    var squares = 0.0
    for value in found.values {
      let value = Double(value)
      sum += value
      signedSum += random.next() >> 63 == 0 ? value : -value
      squares += value * value
    }
    let tolerance = Golden.tolerance
    let energy = expected.sumOfSquares
    let linear = (Double(found.count) * tolerance * energy).squareRoot()
    let quadratic = (2 * tolerance.squareRoot() + tolerance) * energy
    let totals = [
      ("sum", sum, expected.sum, linear), ("signed sum", signedSum, expected.signedSum, linear),
      ("sum of squares", squares, energy, quadratic),
    ]
    for (name, found, expected, bound) in totals where !(abs(found - expected) <= bound) {
      return "\(self.expected.name): \(name) \(found), expected \(expected) ± \(bound)"
    }
    return nil
  }
}
