extension FeatureMap {
  /// Position in planar order of the first value that is not finite; nil where all are finite.
  ///
  /// One pass at the speed of memory where all are finite.
  package var firstNonFinite: Int? {
    let isDense = pixelStride == channels
    let runs = isDense ? 1 : pixels
    let length = isDense ? pixels * channels : channels
    let isFinite = (0..<runs).allSatisfy { Self.isFinite(base + $0 * pixelStride, length) }
    if isFinite { return nil }
    for channel in 0..<channels {
      for pixel in 0..<pixels where !base[pixel * pixelStride + channel].isFinite {
        return channel * pixels + pixel
      }
    }
    return nil
  }

  /// Zero times a number is zero only for finite ones, and no sum brings the others back to zero.
  private static func isFinite(_ values: UnsafePointer<Float>, _ count: Int) -> Bool {
    typealias Lanes = SIMD16<Float>
    var sums = Lanes.zero
    var place = 0
    while place + Lanes.scalarCount <= count {
      sums += UnsafeRawPointer(values + place).loadUnaligned(as: Lanes.self) * 0
      place += Lanes.scalarCount
    }
    var sum = sums.sum()
    while place < count {
      sum += values[place] * 0
      place += 1
    }
    return sum == 0
  }
}
