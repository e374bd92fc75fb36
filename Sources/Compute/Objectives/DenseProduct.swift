import Kernels
import Tensors

/// Products of the rows of one matrix with those of another, and their gradients, on the kernels of
/// layers: `S = A Bᵀ`, `dA = dS B`, `dB = dSᵀ A`.
struct DenseProduct {
  private let width: Int
  private let count: Int
  private let forward: UpdatableConvolution
  private let backward: UpdatableConvolution
  private let outer: FilterGradient
  private let sums: AlignedMemory
  private let scratch = GradientScratch()

  /// Products of rows of `width` values with `count` others.
  init(width: Int, count: Int) {
    self.width = width
    self.count = count
    forward = UpdatableConvolution(matrixFrom: width, to: count)
    backward = UpdatableConvolution(matrixFrom: count, to: width, isTransposed: true)
    outer = FilterGradient(matrixFrom: width, to: count)
    sums = .zeros(outer.sumCount)
  }

  /// `S [N, count]` of rows `A [N, width]` and `B [count, width]`; `B` is kept for the gradient.
  func multiply(
    _ rows: FeatureMap, _ others: UnsafePointer<Float>, into scores: FeatureMap
  ) {
    for panel in 0..<forward.panelCount { forward.pack(panel, weights: others, bias: nil) }
    for panel in 0..<backward.panelCount { backward.pack(panel, weights: others, bias: nil) }
    forward.apply([rows], to: [scores], scratch: scratch)
  }

  /// `dA += dS B` with the `B` that was multiplied last.
  func addRowGradient(of scores: FeatureMap, to gradient: FeatureMap) {
    backward.apply([scores], to: [gradient], accumulates: true, scratch: scratch)
  }

  /// `dB += dSᵀ A`.
  func addOtherGradient(
    of scores: FeatureMap, rows: FeatureMap, to gradient: UnsafeMutablePointer<Float>
  ) {
    sums.base.update(repeating: 0, count: sums.count)
    outer.add(
      [rows], [scores], panels: 0..<outer.panelCount, to: sums.base, scratch: scratch)
    for panel in 0..<outer.panelCount {
      outer.reduce(sums.base, count: 1, panel: panel, into: gradient)
    }
  }
}

extension AlignedMemory {
  /// The first values as rows.
  package func rows(_ count: Int, width: Int) -> MapView {
    MapView(
      FeatureMap(base: base, rows: count, columns: 1, channels: width, pixelStride: width),
      in: self)
  }
}
