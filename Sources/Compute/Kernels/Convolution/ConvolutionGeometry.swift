/// Extents along rows and columns.
package struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Along the vertical axis.
  package let rows: Int
  /// Along the horizontal axis.
  package let columns: Int

  /// Different extents on each axis.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// Different extents on each axis, rows first.
  package init(_ rows: Int, _ columns: Int) { self.init(rows: rows, columns: columns) }

  /// The same extent on both axes.
  package init(_ both: Int) { self.init(rows: both, columns: both) }

  /// The same extent on both axes.
  package init(integerLiteral both: Int) { self.init(both) }

  /// Rows, then columns: `3×5`.
  package var description: String { "\(rows)×\(columns)" }
}

/// The shape arithmetic of a convolution or transposed convolution, in PyTorch's terms.
package struct ConvolutionGeometry: Hashable, Sendable {
  /// Filter size.
  package let kernel: Extent
  /// Step between windows, equal on both axes.
  package let stride: Int
  /// Zeros around the input.
  package let padding: Extent
  /// Step between filter taps.
  package let dilation: Int
  /// Independent groups of channels.
  package let groups: Int
  /// Whether this is the transposed form.
  package let isTransposed: Bool
  /// Whether weights of the transposed form are `[O, C, R, S]`, not PyTorch's `[C, O, R, S]`.
  package let isOutputFirst: Bool

  /// Describes a convolution.
  package init(
    kernel: Extent, stride: Int = 1, padding: Extent = 0, dilation: Int = 1, groups: Int = 1,
    isTransposed: Bool = false, isOutputFirst: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.isTransposed = isTransposed
    self.isOutputFirst = isOutputFirst
  }

  /// Output rows for a number of input rows; not positive where the filter does not fit.
  package func outputRows(_ rows: Int) -> Int {
    extent(rows, kernel: kernel.rows, padding: padding.rows)
  }

  /// Output columns for a number of input columns; not positive where the filter does not fit.
  package func outputColumns(_ columns: Int) -> Int {
    extent(columns, kernel: kernel.columns, padding: padding.columns)
  }

  private func extent(_ size: Int, kernel: Int, padding: Int) -> Int {
    let reach = dilation * (kernel - 1) + 1
    if isTransposed { return (size - 1) * stride - 2 * padding + reach }
    let span = size + 2 * padding - reach
    return span < 0 ? 0 : span / stride + 1
  }
}

/// What happens to a sum before it is stored.
package enum Activation: Hashable, Sendable {
  case none
  case relu
  /// `x < 0 ? x · slope[c] : x`, slopes `[C]`.
  case prelu([Float])
  /// `x · σ(1.702 x)`, CLIP's own.
  case quickGELU
  /// `x · Φ(x)` with the normal distribution's `Φ`.
  case gelu
  /// `x · σ(x)`.
  case silu
}
