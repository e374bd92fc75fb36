import Tensors

/// What generators by style compute beside convolutions.
extension FeatureMap {
  /// `1 / √(Σ_c s_c² · q_oc + ε)` of styles `s [C]`: `[O]`.
  ///
  /// - Parameters:
  ///   - styles: one factor a channel.
  ///   - squares: `q [O, C]`, each filter's sum of squares.
  ///   - epsilon: keeps a layer without weights finite.
  /// - Exactness: sums in Float64 in the order of the channels, rounded once.
  package func writeDemodulation(
    of styles: FeatureMap, squares: UnsafePointer<Float>, epsilon: Float
  ) {
    let count = styles.channels
    for output in 0..<channels {
      let row = squares + output * count
      var sum = Double(epsilon)
      for channel in 0..<count {
        let style = Double(styles.base[channel])
        sum += style * style * Double(row[channel])
      }
      base[output] = Float(1 / sum.squareRoot())
    }
  }

  /// `x[p, c] + strength · noise[p]`, noise in the order of the pixels.
  package func writeNoisy(_ input: FeatureMap, noise: UnsafePointer<Float>, strength: Float) {
    for index in 0..<pixels {
      let source = input.base + index * input.pixelStride
      let target = base + index * pixelStride
      let shift = strength * noise[index]
      for channel in 0..<channels { target[channel] = source[channel] + shift }
    }
  }

  /// `s · x + (1 − s) · y`; each value in Float64, rounded once.
  package func writeMixture(of first: FeatureMap, _ second: FeatureMap, share: Double) {
    for index in 0..<pixels {
      let (x, y) = (
        first.base + index * first.pixelStride, second.base + index * second.pixelStride
      )
      let target = base + index * pixelStride
      for channel in 0..<channels {
        target[channel] = Float(share * Double(x[channel]) + (1 - share) * Double(y[channel]))
      }
    }
  }

  /// `Σ g · (x − y)` over all values, in Float64.
  package func product(withDifferenceOf first: FeatureMap, _ second: FeatureMap) -> Double {
    var sum = 0.0
    for index in 0..<pixels {
      let (x, y) = (
        first.base + index * first.pixelStride, second.base + index * second.pixelStride
      )
      let own = base + index * pixelStride
      for channel in 0..<channels {
        sum += Double(own[channel]) * (Double(x[channel]) - Double(y[channel]))
      }
    }
    return sum
  }
}

extension Tensor {
  /// Each filter's sum of squares, `[O, C, …] → [O, C]`, in Float64, rounded once; leading axes of one do not count.
  package func filterSquares(outputs: Int, channels: Int) -> Tensor {
    let taps = count / (outputs * channels)
    return Tensor(
      shape: [outputs, channels],
      values: (0..<outputs * channels).map { filter in
        var sum = 0.0
        for tap in 0..<taps {
          let value = Double(values[filter * taps + tap])
          sum += value * value
        }
        return Float(sum)
      })
  }
}
