extension FeatureMap {
  /// Where in planar order the first value stands that is no finite number; nil where all are.
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

  /// Nothing times zero is zero but a finite number, and no sum brings another back.
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
