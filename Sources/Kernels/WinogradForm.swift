import CKernels

/// One of Winograd's minimal filterings `F(m×m, r×r)`: `m×m` outputs of an `r×r` filter from
/// `(m + r − 1)²` products where the plain sum takes `m²·r²`.
///
/// `Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A`, the matrices being those of polynomial interpolation at
/// ``points`` and ∞.
///
/// Source: Lavin and Gray, arXiv 1509.09308; for the points, Barabasz et al., arXiv 1803.10986.
package enum WinogradForm: String, CaseIterable, Sendable {
  /// F(4×4, 3×3): 4 times fewer products.
  case outputs4Kernel3
  /// F(2×2, 5×5): 2.8 times fewer products.
  case outputs2Kernel5
  /// F(2×2, 3×3): 2.25 times fewer products, and a tenth of the error of F(4×4, 3×3).
  case outputs2Kernel3

  /// Outputs of a tile along one axis, `m`.
  package var outputs: Int { self == .outputs4Kernel3 ? 4 : 2 }

  /// Filter taps along one axis, `r`.
  package var taps: Int { self == .outputs2Kernel5 ? 5 : 3 }

  /// Inputs of a tile along one axis, `m + r − 1`, which is also the number of points.
  package var inputs: Int { outputs + taps - 1 }

  /// The finite points, in the order of the transforms in C.
  package var points: [Double] {
    switch self {
    case .outputs2Kernel3: [0, 1, -1]
    case .outputs4Kernel3, .outputs2Kernel5:
      [0, 0.5.squareRoot(), -(0.5.squareRoot()), 2.0.squareRoot(), -(2.0.squareRoot())]
    }
  }

  /// `G`, `[inputs][taps]`: row `p` holds `pᵏ / Π (p − q)` over the other points `q`, the last row, for
  /// ∞, selects the highest tap.
  package var filterTransform: [[Double]] {
    let points = points
    let finite = points.indices.map { index -> [Double] in
      let point = points[index]
      let denominator = points.indices.reduce(1.0) { product, other in
        other == index ? product : product * (point - points[other])
      }
      var power = 1.0
      return (0..<taps).map { _ in
        defer { power *= point }
        return power / denominator
      }
    }
    return finite + [[Double](repeating: 0, count: taps - 1) + [1]]
  }

  func kernels(of level: CPULevel) -> ek_winograd {
    switch self {
    case .outputs4Kernel3: level.kernels.winograd_4x4_3x3
    case .outputs2Kernel5: level.kernels.winograd_2x2_5x5
    case .outputs2Kernel3: level.kernels.winograd_2x2_3x3
    }
  }
}
