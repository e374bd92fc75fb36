import CKernels

/// What looks at all channels of a pixel at once.
extension FeatureMap {
  /// For every pixel the index of its largest channel, `argmax` over `C`, `[H·W]`.
  ///
  /// The first of equals wins; a NaN is larger than everything, as in PyTorch and NumPy.
  ///
  /// - Precondition: 1 … 256 channels.
  package func largestChannels(level: CPULevel = .current) -> [UInt8] {
    precondition((1...256).contains(channels), "\(channels) channels do not fit into bytes")
    return [UInt8](unsafeUninitializedCapacity: pixels) { indices, count in
      if let indices = indices.baseAddress {
        level.mapKernels.largest_channel(base, pixelStride, pixels, channels, indices)
      }
      count = pixels
    }
  }

  /// `Σ_p Σ_c w[c] (a[p, c] / (‖a[p]‖₂ + ε) − b[p, c] / (‖b[p]‖₂ + ε))²` with `ε = 1e-10`: the sum
  /// over pixels of the weighted squared difference of two maps whose pixels were scaled to unit length.
  ///
  /// - Precondition: equal shapes and strides; one weight a channel.
  /// - Exactness: a pixel's sums in Float32, sixteen interleaved parts joined in order; pixels in
  ///   Float64. The same bits at every level.
  package func normalizedDistance(
    to other: FeatureMap, weights: [Float], level: CPULevel = .current
  ) -> Double {
    precondition(
      pixels == other.pixels && channels == other.channels && pixelStride == other.pixelStride,
      "shapes differ")
    precondition(weights.count == channels, "\(weights.count) weights for \(channels) channels")
    return weights.withUnsafeBufferPointer { weights in
      level.mapKernels.normalized_distance(
        base, other.base, pixelStride, pixels, channels, weights.baseAddress)
    }
  }
}
