/// How alike two results of a guide are, and how that changes with the first of them.
///
/// Features are maps `[H·W, C]`, or a vector `[C]`; sums over values are Float64.
///
/// Source: as ``Guidance``; `xh-liu/SDG_code`, `sdg/guidance.py`.
package struct FeatureComparison: Equatable, Sendable {
  /// Larger the more they are alike.
  package var value: Double
  /// Its gradient by the first, shaped like it.
  package var gradient: [Float]

  /// The cosine of the angle between two vectors.
  ///
  /// - Precondition: both have as many values.
  package static func cosine(_ x: [Float], _ target: [Float]) -> FeatureComparison {
    precondition(x.count == target.count, "\(x.count) and \(target.count) values")
    let (length, targetLength) = (norm(x), norm(target))
    guard length > 0, targetLength > 0 else {
      return FeatureComparison(value: 0, gradient: x.map { _ in 0 })
    }
    let product = zip(x, target).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let cosine = product / (length * targetLength)
    let gradient = zip(x, target).map {
      Float((Double($1) / targetLength - cosine * Double($0) / length) / length)
    }
    return FeatureComparison(value: cosine, gradient: gradient)
  }

  private static func norm(_ x: [Float]) -> Double {
    x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// The negative mean of squared differences.
  ///
  /// - Precondition: both have as many values.
  package static func likeness(_ x: [Float], _ target: [Float]) -> FeatureComparison {
    precondition(x.count == target.count, "\(x.count) and \(target.count) values")
    let factor = Float(-2 / Double(x.count))
    let sum = zip(x, target).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    return FeatureComparison(
      value: -sum / Double(x.count), gradient: zip(x, target).map { factor * ($0 - $1) })
  }

  /// The negative mean of squared differences between Gram matrices, times 10¹⁰ / 5: a fifth of the published loss.
  ///
  /// - Parameters:
  ///   - x: `[P, C]`.
  ///   - target: `[P, C]`.
  ///   - channels: C.
  /// - Returns: value and gradient.
  package static func style(
    _ x: [Float], _ target: [Float], channels: Int
  ) -> FeatureComparison {
    precondition(x.count == target.count && x.count % channels == 0, "features of one shape")
    let difference = zip(GramMatrix.of(x, channels), GramMatrix.of(target, channels)).map {
      $0 - $1
    }
    let entries = Double(channels * channels)
    let sum = difference.reduce(0) { $0 + Double($1) * Double($1) }
    // G = XᵀX / (P·C), so a change of X moves it twice.
    let factor = -styleFactor * 4 / (entries * Double(x.count))
    return FeatureComparison(
      value: -styleFactor * sum / entries,
      gradient: GramMatrix.product(x, difference, channels, times: factor))
  }

  private static let styleFactor = 1e10 / 5
}

/// Products of features that stand for style.
enum GramMatrix {
  /// `XᵀX / (P·C)` of features `[P, C]`, `[C, C]`.
  static func of(_ x: [Float], _ channels: Int) -> [Float] {
    var sums = [Float](repeating: 0, count: channels * channels)
    let scale = 1 / Float(x.count)
    sums.withUnsafeMutableBufferPointer { sums in
      x.withUnsafeBufferPointer { x in
        for pixel in stride(from: 0, to: x.count, by: channels) {
          for row in 0..<channels {
            let factor = x[pixel + row]
            let start = row * channels
            for column in 0..<channels { sums[start + column] += factor * x[pixel + column] }
          }
        }
      }
      for index in sums.indices { sums[index] *= scale }
    }
    return sums
  }

  /// `factor · X M` of features `[P, C]` and a symmetric matrix `[C, C]`.
  static func product(
    _ x: [Float], _ matrix: [Float], _ channels: Int, times factor: Double
  ) -> [Float] {
    var result = [Float](repeating: 0, count: x.count)
    result.withUnsafeMutableBufferPointer { result in
      x.withUnsafeBufferPointer { x in
        matrix.withUnsafeBufferPointer { matrix in
          for pixel in stride(from: 0, to: x.count, by: channels) {
            for row in 0..<channels {
              let value = x[pixel + row]
              let start = row * channels
              for column in 0..<channels {
                result[pixel + column] += value * matrix[start + column]
              }
            }
          }
        }
      }
      for index in result.indices { result[index] = Float(factor * Double(result[index])) }
    }
    return result
  }
}
