import Kernels
import Metrics
import Tensors
import TestSupport
import Testing

/// Values of the package, made by `Tools/make_dists_goldens.py`.
private struct DISTSGoldens: Decodable {
  struct Case: Decodable, Sendable {
    let rows, columns: Int
    let channels: [Int]
    let float64, float32: Double
  }

  let seed: UInt64
  let formula: [Case]
}

/// One layer's features with memory of their own, `[H, W, C]`.
private struct Features {
  var rows: Int
  var columns: Int
  var channels: Int
  /// Floats from one pixel to the next.
  var stride: Int
  var values: [Float]

  init(rows: Int, columns: Int, channels: Int, values: [Float], stride: Int? = nil) {
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.stride = stride ?? channels
    self.values = values
  }

  init(rows: Int, columns: Int, channels: Int, _ value: (_ pixel: Int, _ channel: Int) -> Float) {
    self.init(
      rows: rows, columns: columns, channels: channels,
      values: (0..<rows * columns).flatMap { p in (0..<channels).map { value(p, $0) } })
  }

  /// The golden script's: some dead channels, one far from 0 with little variance.
  init(seeded name: String, rows: Int, columns: Int, channels: Int, seed: UInt64) {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ seed)
    let drawn = (0..<rows * columns * channels).map { _ in max(2 * random.nextUnit() - 1, 0) }
    self.init(rows: rows, columns: columns, channels: channels) { pixel, channel in
      switch channel {
      case 0: drawn[pixel * channels] * 0x1p-9 + 4
      case 1: 0
      default: drawn[pixel * channels + channel]
      }
    }
  }
}

private func distance(
  _ first: Features, _ second: Features, _ weights: DISTSWeights.Layer
) throws -> Double {
  let maps = [first, second].map {
    MapView(
      copying: $0.values, rows: $0.rows, columns: $0.columns, channels: $0.channels,
      pixelStride: $0.stride)
  }
  return try DISTS.layerDistance(maps[0], maps[1], weights: weights)
}

private func layer(alpha: [Float], beta: [Float]) throws -> DISTSWeights.Layer {
  try DISTSWeights(alpha: alpha, beta: beta, channels: [alpha.count]).layers[0]
}

struct DISTSTests {
  @Test func matchesThePackage() throws {
    let goldens: DISTSGoldens = try GoldenFolder().decoded("dists.json")
    #expect(goldens.formula.count == 3)
    for golden in goldens.formula {
      func drawn(_ name: String) -> [Float] {
        var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ goldens.seed)
        return golden.channels.flatMap { (0..<$0).map { _ in random.nextUnit() } }
      }
      let weights = try DISTSWeights(
        alpha: drawn("alpha"), beta: drawn("beta"), channels: golden.channels)
      var found = 0.0
      for (index, channels) in golden.channels.enumerated() {
        func features(_ side: String) -> Features {
          Features(
            seeded: "\(side).\(index)", rows: golden.rows, columns: golden.columns,
            channels: channels, seed: goldens.seed)
        }
        found += try distance(features("first"), features("second"), weights.layers[index])
      }
      // The package's covariance loses 16 · 2⁻⁵³ beside the constant 1e-6.
      #expect(abs(found - golden.float64) <= 1e-8, "\(golden) \(found)")
    }
  }

  @Test func equalImagesAreAtZeroAndOrderDoesNotMatter() throws {
    let one = Features(seeded: "one", rows: 9, columns: 7, channels: 5, seed: 3)
    let other = Features(seeded: "other", rows: 9, columns: 7, channels: 5, seed: 3)
    let weights = try layer(alpha: [1, 2, 3, 4, 5], beta: [5, 1, 0.5, 2, 0.25])
    #expect(try distance(one, one, weights) == 0)
    #expect(try distance(one, other, weights) > 0)
    #expect(try distance(one, other, weights) == distance(other, one, weights))
  }

  @Test func aShiftChangesTextureAlone() throws {
    let one = Features(rows: 2, columns: 4, channels: 1) { pixel, _ in Float(pixel % 2) }
    let other = Features(rows: 2, columns: 4, channels: 1) { pixel, _ in Float(pixel % 2) + 1 }
    // Means ½ and 3/2.
    let texture = 1 / (0.25 + 2.25 + 1e-6)
    #expect(abs(try distance(one, other, layer(alpha: [1], beta: [0])) - texture) <= 1e-15)
    #expect(try distance(one, other, layer(alpha: [0], beta: [1])) == 0)
    // 1 and 3 are 0.75 and 0.25 of their sum.
    let mixed = try distance(one, other, layer(alpha: [3], beta: [1]))
    #expect(abs(mixed - 0.75 * texture) <= 1e-15)
  }

  @Test func oppositeStructureIsFarthest() throws {
    let one = Features(rows: 1, columns: 4, channels: 1) { pixel, _ in Float(pixel % 2) }
    let other = Features(rows: 1, columns: 4, channels: 1) { pixel, _ in Float((pixel + 1) % 2) }
    // Variances ¼ each, covariance −¼: s = (−½ + 1e-6) / (½ + 1e-6), so 1 − s is nearly 2.
    let structure = 1 / (0.5 + 1e-6)
    #expect(abs(try distance(one, other, layer(alpha: [0], beta: [1])) - structure) <= 1e-15)
    #expect(try distance(one, other, layer(alpha: [1], beta: [0])) == 0)
  }

  @Test func constantImagesDifferInTextureAlone() throws {
    let one = Features(rows: 3, columns: 3, channels: 2) { _, channel in channel == 0 ? 0.5 : 0 }
    let other = Features(rows: 3, columns: 3, channels: 2) { _, _ in 0 }
    let found = try distance(one, other, layer(alpha: [1, 1], beta: [1, 1]))
    #expect(abs(found - 0.25 * 0.25 / (0.25 + 1e-6)) <= 1e-15)
  }

  @Test func gapsBetweenPixelsAreSkipped() throws {
    let one = Features(seeded: "one", rows: 3, columns: 5, channels: 4, seed: 9)
    let other = Features(seeded: "other", rows: 3, columns: 5, channels: 4, seed: 9)
    let weights = try layer(alpha: [1, 1, 1, 1], beta: [1, 1, 1, 1])
    let gap = [Float](repeating: .nan, count: 2)
    let values = (0..<15).flatMap { (pixel: Int) -> [Float] in
      one.values[pixel * 4..<pixel * 4 + 4] + gap
    }
    let spread = Features(rows: 3, columns: 5, channels: 4, values: values, stride: 6)
    #expect(try distance(spread, other, weights) == distance(one, other, weights))
  }

  @Test func brokenFeaturesShow() throws {
    let one = Features(rows: 1, columns: 2, channels: 1) { pixel, _ in pixel == 0 ? .nan : 1 }
    let other = Features(rows: 1, columns: 2, channels: 1) { _, _ in 1 }
    #expect(try distance(one, other, layer(alpha: [1], beta: [1])).isNaN)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let one = Features(rows: 2, columns: 3, channels: 1) { _, _ in 1 }
    let other = Features(rows: 3, columns: 2, channels: 1) { _, _ in 1 }
    let weights = try layer(alpha: [1], beta: [1])
    #expect(throws: DISTSError.shapeMismatch(first: [2, 3, 1], second: [3, 2, 1])) {
      try distance(one, other, weights)
    }
    #expect(throws: DISTSError.weightMismatch(weights: 2, channels: 1)) {
      try distance(one, one, layer(alpha: [1, 1], beta: [1, 1]))
    }
    #expect(throws: DISTSError.wrongCount(name: "beta", found: 1, expected: 2)) {
      try DISTSWeights(alpha: [1, 1], beta: [1], channels: [1, 1])
    }
    #expect(throws: DISTSError.notFinite(name: "alpha", index: 1)) {
      try DISTSWeights(alpha: [1, .infinity], beta: [1, 1], channels: [2])
    }
    #expect(throws: DISTSError.noWeight(sum: 0)) {
      try DISTSWeights(alpha: [1, -1], beta: [0, 0], channels: [2])
    }
  }
}
