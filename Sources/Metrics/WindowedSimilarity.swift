/// SSIM and its contrast-structure part, averaged over all positions of a window in two planes.
///
/// `ssim = (2μ₁μ₂ + C₁)/(μ₁² + μ₂² + C₁) · cs`, `cs = (2σ₁₂ + C₂)/(σ₁² + σ₂² + C₂)`, where the window
/// lies wholly inside ("valid"); `C₁ = (0.01·L)²`, `C₂ = (0.03·L)²`.
struct WindowedSimilarity {
  let window: SimilarityWindow
  /// Factor on variances and covariance: 1 for a population, `n/(n − 1)` for a sample.
  let covarianceScale: Double
  /// Whether negative contrast counts as 0 at every position.
  let clipsContrast: Bool
  /// `L`, the span of possible values.
  let dataRange: Double

  struct Means: Equatable {
    var ssim: Double
    var contrast: Double
  }

  /// Column sums under the window of one row: `x`, `y`, `x² + y²`, `xy`, each `stride` long.
  ///
  /// SSIM needs the two variances only as their sum, so four maps do the work of five.
  private struct Columns {
    let base: UnsafeMutablePointer<Double>
    let stride: Int
  }

  /// - Precondition: both planes have the same size and no side is shorter than the window.
  func means(_ first: Plane, _ second: Plane) -> Means {
    let taps = window.weights.count
    let columns = first.width - taps + 1
    let rows = first.height - taps + 1
    let stride = first.width + Plane.padding
    var total = Means(ssim: 0, contrast: 0)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * stride) { scratch in
      scratch.initialize(repeating: 0)
      guard let base = scratch.baseAddress else { return }
      let sums = Columns(base: base, stride: stride)
      first.values.withUnsafeBufferPointer { x in
        second.values.withUnsafeBufferPointer { y in
          guard let x = x.baseAddress, let y = y.baseAddress else { return }
          for row in 0..<rows {
            let start = row * first.width
            sumColumns(x + start, y + start, width: first.width, into: sums)
            let part = rowSums(sums, columns: columns)
            total.ssim += part.ssim
            total.contrast += part.contrast
          }
        }
      }
    }
    let count = Double(rows * columns)
    return Means(ssim: total.ssim / count, contrast: total.contrast / count)
  }

  /// Weighs `taps` rows, from the row at `x` and `y` down.
  private func sumColumns(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, width: Int, into sums: Columns
  ) {
    window.weights.withUnsafeBufferPointer { weights in
      for column in Swift.stride(from: 0, to: width, by: 4) {
        var xSum = SIMD4<Double>.zero
        var ySum = SIMD4<Double>.zero
        var squares = SIMD4<Double>.zero
        var products = SIMD4<Double>.zero
        for tap in 0..<weights.count {
          let offset = tap * width + column
          let a = Self.load(x + offset)
          let b = Self.load(y + offset)
          let weight = weights[tap]
          xSum += a * weight
          ySum += b * weight
          squares += (a * a + b * b) * weight
          products += a * b * weight
        }
        Self.store(xSum, sums.base + column)
        Self.store(ySum, sums.base + sums.stride + column)
        Self.store(squares, sums.base + 2 * sums.stride + column)
        Self.store(products, sums.base + 3 * sums.stride + column)
      }
    }
  }

  /// Weighs `taps` columns at every position of a row and adds up both maps.
  private func rowSums(_ sums: Columns, columns: Int) -> Means {
    let c1 = 0.01 * dataRange * (0.01 * dataRange)
    let c2 = 0.03 * dataRange * (0.03 * dataRange)
    return window.weights.withUnsafeBufferPointer { weights in
      var ssimSum = SIMD4<Double>.zero
      var contrastSum = SIMD4<Double>.zero
      for column in Swift.stride(from: 0, to: columns, by: 4) {
        let start = sums.base + column
        let mx = Self.weigh(start, weights)
        let my = Self.weigh(start + sums.stride, weights)
        let squares = Self.weigh(start + 2 * sums.stride, weights)
        let products = Self.weigh(start + 3 * sums.stride, weights)
        let meanProduct = mx * my
        let meanSquares = mx * mx + my * my
        let variances = covarianceScale * (squares - meanSquares)
        let covariance = covarianceScale * (products - meanProduct)
        var contrast = (2 * covariance + c2) / (variances + c2)
        if clipsContrast { contrast.replace(with: 0, where: contrast .< 0) }
        let ssim = (2 * meanProduct + c1) / (meanSquares + c1) * contrast
        let inside = SIMD4<Int64>(0, 1, 2, 3) .< Int64(columns - column)
        ssimSum += SIMD4<Double>.zero.replacing(with: ssim, where: inside)
        contrastSum += SIMD4<Double>.zero.replacing(with: contrast, where: inside)
      }
      return Means(ssim: ssimSum.sum(), contrast: contrastSum.sum())
    }
  }

  @inline(__always)
  private static func weigh(
    _ values: UnsafeMutablePointer<Double>, _ weights: UnsafeBufferPointer<Double>
  ) -> SIMD4<Double> {
    var sum = SIMD4<Double>.zero
    for tap in 0..<weights.count { sum += load(values + tap) * weights[tap] }
    return sum
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Double>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD4<Double>, _ pointer: UnsafeMutablePointer<Double>) {
    // Scratch rows need not be aligned to a whole vector.
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD4<Double>.self)
  }
}
