import Metrics
import Tensors
import TestSupport
import Testing

/// Differences inside a region of a label map and outside of it.
@Suite struct RegionDifferenceTests {
  private static let (width, height) = (24, 16)

  private func picture(_ seed: UInt64) -> Raster {
    var random = SplitMix64(seed: seed)
    return Raster(
      width: Self.width, height: Self.height, channels: 3,
      samples: (0..<Self.width * Self.height * 3).map { _ in UInt8(random.next() % 256) })
  }

  /// A rectangle of class 13 on class 1.
  private func labels(columns: Range<Int>, rows: Range<Int>, scale: Int = 1) -> Raster {
    let (width, height) = (Self.width / scale, Self.height / scale)
    return Raster(
      width: width, height: height, channels: 1,
      samples: (0..<width * height).map {
        columns.contains($0 % width * scale) && rows.contains($0 / width * scale) ? 13 : 1
      })
  }

  /// Both sides' means, weighted by their pixels, are the whole image's.
  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func bothSidesMakeTheWhole(seed: UInt64) throws {
    let (first, second) = (picture(seed), picture(seed + 100))
    let labels = labels(columns: 4..<10, rows: 2..<14)
    let region = RegionDifference(classes: [13])
    let inside = try #require(
      try region.meanAbsoluteError(.inside, first, second, labels: labels))
    let outside = try #require(
      try region.meanAbsoluteError(.outside, first, second, labels: labels))
    let share = 6.0 * 12 / Double(Self.width * Self.height)
    let whole = try PixelDifference.meanAbsoluteError(first, second)
    // Sums of 1,152 integers are exact; three divisions round.
    #expect(abs(share * inside + (1 - share) * outside - whole) < 1e-14, "seed \(seed)")
    let swapped = try region.meanAbsoluteError(.inside, second, first, labels: labels)
    #expect(swapped == inside)
  }

  /// One pixel that differs counts where its distance from the region says so, diagonals as one step.
  @Test func theMarginCountsOnNeitherSide() throws {
    let first = picture(7)
    let labels = labels(columns: 8..<12, rows: 6..<10)
    let region = RegionDifference(classes: [13], margin: 2)
    for row in 0..<Self.height {
      for column in 0..<Self.width {
        var second = first
        second.samples[3 * (row * Self.width + column)] ^= 0xFF
        let away = max(
          max(8 - column, column - 11, 0), max(6 - row, row - 9, 0))
        let inside = try region.meanAbsoluteError(.inside, first, second, labels: labels)
        let outside = try region.meanAbsoluteError(.outside, first, second, labels: labels)
        #expect((inside ?? 0 > 0) == (away == 0), "\(column), \(row)")
        #expect((outside ?? 0 > 0) == (away > 2), "\(column), \(row)")
      }
    }
  }

  @Test func smallerLabelMapsServe() throws {
    let (first, second) = (picture(1), picture(2))
    let region = RegionDifference(classes: [13], margin: 1)
    for side in RegionDifference.Side.allCases {
      let whole = try region.meanAbsoluteError(
        side, first, second, labels: labels(columns: 4..<12, rows: 4..<8))
      let half = try region.meanAbsoluteError(
        side, first, second, labels: labels(columns: 4..<12, rows: 4..<8, scale: 2))
      #expect(whole == half && whole != nil)
    }
  }

  @Test func aRegionThatIsNotThereHasNoValue() throws {
    let labels = labels(columns: 0..<Self.width, rows: 0..<Self.height)
    let region = RegionDifference(classes: [13])
    #expect(try region.meanAbsoluteError(.outside, picture(1), picture(2), labels: labels) == nil)
    let other = RegionDifference(classes: [4])
    #expect(try other.meanAbsoluteError(.inside, picture(1), picture(2), labels: labels) == nil)
    let small = Raster(width: 2, height: 2, channels: 3, samples: [UInt8](repeating: 0, count: 12))
    #expect(throws: ImagePairError.self) {
      try region.meanAbsoluteError(.inside, picture(1), small, labels: labels)
    }
  }
}
