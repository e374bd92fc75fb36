import Kernels

/// The filters over pixels as plain sums: one output at a time, every operation rounded on its own.
extension Reference {
  /// Resamples one line of interleaved 8-bit samples in fixed point of 22 bits.
  ///
  /// - Parameters:
  ///   - line: `[width, channels]`.
  ///   - channels: samples in a pixel.
  ///   - taps: the first old pixel of every new one, and the weights from there on times 2²².
  /// - Returns: `[taps.count, channels]`.
  package static func filtered(
    _ line: [UInt8], channels: Int, taps: [(start: Int, weights: [Int32])]
  ) -> [UInt8] {
    taps.flatMap { start, weights in
      (0..<channels).map { channel in
        var sum = Int32(1) << 21
        for (tap, weight) in weights.enumerated() {
          sum &+= Int32(line[(start + tap) * channels + channel]) &* weight
        }
        return UInt8(clamping: sum >> 22)
      }
    }
  }

  /// Resamples one line of floats with sums in double.
  ///
  /// - Parameters:
  ///   - line: `[width]`.
  ///   - taps: the first old pixel of every new one, and the weights from there on.
  /// - Returns: `[taps.count]`.
  package static func filtered(
    _ line: [Float], taps: [(start: Int, weights: [Double])]
  ) -> [Float] {
    taps.map { start, weights in
      var sum = 0.0
      for (tap, weight) in weights.enumerated() { sum += Double(line[start + tap]) * weight }
      return Float(sum)
    }
  }

  /// Resamples one line of floats with the same number of taps everywhere.
  ///
  /// - Parameters:
  ///   - line: `[width]`.
  ///   - taps: positions and weights of every new pixel.
  ///   - interpolates: whether `a + (b − a) · second weight` is taken in place of the weighted sum.
  /// - Returns: `[taps.count]`.
  package static func filtered(
    _ line: [Float], taps: [(positions: [Int], weights: [Float])], interpolates: Bool
  ) -> [Float] {
    taps.map { positions, weights in
      let values = positions.map { line[$0] }
      if interpolates { return values[0] + (values[1] - values[0]) * weights[1] }
      var sum = values[0] * weights[0]
      for tap in 1..<values.count { sum += values[tap] * weights[tap] }
      return sum
    }
  }

  /// Sums of windowed similarity and of its contrast part over every position inside two planes.
  ///
  /// Each row is summed in four interleaved partial sums.
  /// - Parameters:
  ///   - first: `[H, width]`.
  ///   - second: as `first`.
  ///   - width: pixels in a row.
  ///   - window: weights of one axis.
  ///   - covarianceScale: factor on variances and covariance.
  ///   - constants: `C₁` and `C₂`.
  ///   - clipsContrast: whether negative contrast counts as 0.
  /// - Returns: both sums.
  package static func similarity(
    _ first: [Double], _ second: [Double], width: Int, window: [Double], covarianceScale: Double,
    constants: (Double, Double), clipsContrast: Bool
  ) -> (ssim: Double, contrast: Double) {
    let (columns, rows) = (width - window.count + 1, first.count / width - window.count + 1)
    /// Down every column of the window first, then along it.
    func local(_ row: Int, _ column: Int, _ value: (Int) -> Double) -> Double {
      window.indices.reduce(0) { sum, x in
        let down = window.indices.reduce(0.0) { sum, y in
          sum + value((row + y) * width + column + x) * window[y]
        }
        return sum + down * window[x]
      }
    }
    var total = (ssim: 0.0, contrast: 0.0)
    for row in 0..<rows {
      var parts = [(ssim: Double, contrast: Double)](repeating: (0, 0), count: 4)
      for column in 0..<columns {
        let x = local(row, column) { first[$0] }
        let y = local(row, column) { second[$0] }
        let squares = local(row, column) { first[$0] * first[$0] + second[$0] * second[$0] }
        let products = local(row, column) { first[$0] * second[$0] }
        let variances = covarianceScale * (squares - (x * x + y * y))
        let covariance = covarianceScale * (products - x * y)
        var contrast = (2 * covariance + constants.1) / (variances + constants.1)
        if clipsContrast && contrast < 0 { contrast = 0 }
        let luminance = (2 * (x * y) + constants.0) / (x * x + y * y + constants.0)
        parts[column % 4].ssim += luminance * contrast
        parts[column % 4].contrast += contrast
      }
      total.ssim += parts[0].ssim + parts[1].ssim + parts[2].ssim + parts[3].ssim
      total.contrast +=
        parts[0].contrast + parts[1].contrast + parts[2].contrast + parts[3].contrast
    }
    return total
  }
}
