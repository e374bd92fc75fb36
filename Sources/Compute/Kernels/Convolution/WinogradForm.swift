import CKernels

/// One of Winograd's minimal filterings `F(m×n, r×s)`: `m×n` outputs of an `r×s` filter from
/// `(m + r − 1)·(n + s − 1)` products where the plain sum takes `m·n·r·s`.
///
/// `Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A`, the matrices being those of polynomial interpolation at some
/// points and ∞; an axis on which the filter has one tap is left alone.
///
/// Source: Lavin and Gray, arXiv 1509.09308; for the points, Barabasz et al., arXiv 1803.10986.
package enum WinogradForm: String, CaseIterable, Sendable {
  /// F(4×4, 3×3): 4 times fewer products.
  case outputs4Kernel3
  /// F(2×2, 5×5): 2.8 times fewer products.
  case outputs2Kernel5
  /// F(2×2, 3×3): 2.25 times fewer products, and a tenth of the error of F(4×4, 3×3).
  case outputs2Kernel3
  /// F(1×4, 1×3): twice fewer products.
  case outputs4Row3
  /// F(4×1, 3×1): twice fewer products.
  case outputs4Column3
  /// F(1×4, 1×7): 2.8 times fewer products.
  case outputs4Row7
  /// F(4×1, 7×1): 2.8 times fewer products.
  case outputs4Column7

  /// Outputs of a tile.
  package var outputs: Extent {
    switch self {
    case .outputs4Kernel3: 4
    case .outputs2Kernel5, .outputs2Kernel3: 2
    case .outputs4Row3, .outputs4Row7: Extent(1, 4)
    case .outputs4Column3, .outputs4Column7: Extent(4, 1)
    }
  }

  /// Filter taps.
  package var taps: Extent {
    switch self {
    case .outputs4Kernel3, .outputs2Kernel3: 3
    case .outputs2Kernel5: 5
    case .outputs4Row3: Extent(1, 3)
    case .outputs4Column3: Extent(3, 1)
    case .outputs4Row7: Extent(1, 7)
    case .outputs4Column7: Extent(7, 1)
    }
  }

  /// Inputs of a tile.
  package var inputs: Extent {
    Extent(outputs.rows + taps.rows - 1, outputs.columns + taps.columns - 1)
  }

  /// Products of a tile for every pair of channels.
  package var products: Int { inputs.rows * inputs.columns }

  /// The transforms along rows.
  var rows: WinogradAxis { WinogradAxis(outputs: outputs.rows, taps: taps.rows) }

  /// The transforms along columns.
  var columns: WinogradAxis { WinogradAxis(outputs: outputs.columns, taps: taps.columns) }

  func kernels(of level: CPULevel) -> ek_winograd {
    let kernels = level.kernels
    return switch self {
    case .outputs4Kernel3: kernels.winograd_4x4_3x3
    case .outputs2Kernel5: kernels.winograd_2x2_5x5
    case .outputs2Kernel3: kernels.winograd_2x2_3x3
    case .outputs4Row3: kernels.winograd_1x4_1x3
    case .outputs4Column3: kernels.winograd_4x1_3x1
    case .outputs4Row7: kernels.winograd_1x4_1x7
    case .outputs4Column7: kernels.winograd_4x1_7x1
    }
  }
}
