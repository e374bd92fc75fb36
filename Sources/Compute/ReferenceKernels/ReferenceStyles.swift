import Tensors

extension Reference {
  /// `1 / √(Σ_c Σ_k (s_c · w_ock)² + ε)` of styles `[C]` and weights `[O, C, …]`.
  package static func demodulation(
    _ styles: Tensor, weights: Tensor, outputs: Int, epsilon: Float
  ) -> Tensor {
    let channels = styles.count
    let taps = weights.count / (outputs * channels)
    return Tensor(
      shape: [outputs],
      values: (0..<outputs).map { output in
        var sum = Double(epsilon)
        for channel in 0..<channels {
          for tap in 0..<taps {
            let weight = Double(weights.values[(output * channels + channel) * taps + tap])
            let product = Double(styles.values[channel]) * weight
            sum += product * product
          }
        }
        return Float(1 / sum.squareRoot())
      })
  }
}
