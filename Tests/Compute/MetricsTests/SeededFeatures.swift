import Metrics
import Tensors

extension FeatureMatrix {
  /// Features as in the golden script: neighbors correlated, spectrum falling.
  static func seeded(
    _ seed: UInt64, rows: Int, columns: Int, shift: Float = 0
  ) throws -> FeatureMatrix {
    var random = SplitMix64(seed: seed)
    var values = (0..<rows * columns).map { _ in 2 * random.nextUnit() - 1 }
    for row in 0..<rows {
      let start = row * columns
      for column in 1..<max(columns, 1) {
        values[start + column] = values[start + column] * 0.5 + values[start + column - 1] * 0.75
      }
      for column in 0..<columns {
        let scale = Float(sign: .plus, exponent: -(column % 7), significand: 1)
        values[start + column] = values[start + column] * scale + shift * Float(column % 3)
      }
    }
    return try FeatureMatrix(rows: rows, columns: columns, values: values)
  }
}

extension Goldens.Frechet {
  func features() throws -> (FeatureMatrix, FeatureMatrix) {
    (
      try FeatureMatrix.seeded(11, rows: first, columns: dimensions, shift: 0),
      try FeatureMatrix.seeded(12, rows: second, columns: dimensions, shift: 0.125)
    )
  }
}
