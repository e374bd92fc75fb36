import Kernels
import Metrics
import Tensors
import TestSupport
import Testing

struct LPIPSTests {
  @Test func matchesThePackage() throws {
    let goldens = try Goldens.load().lpips
    #expect(goldens.count == 4)
    for golden in goldens {
      let layer = Layer(pixels: golden.pixels, channels: golden.channels)
      let found = layer.distance()
      // Float32 norms of C terms in 16 partial sums and a scaled difference: a few ulp (6e-8) of
      // every normalized value, which the square doubles.
      #expect(abs(found - golden.float64) <= 1e-6 * golden.float64, "\(golden) \(found)")
      #expect(abs(found - golden.float32) <= 1e-6 * golden.float64, "\(golden) \(found)")
    }
  }

  @Test func sameFeaturesAreAtZero() {
    let layer = Layer(pixels: 35, channels: 64)
    #expect(distance(layer.first, layer.first, layer) == 0)
  }

  @Test func orderDoesNotMatter() {
    let layer = Layer(pixels: 35, channels: 64)
    #expect(layer.distance() == distance(layer.second, layer.first, layer))
  }

  @Test func gapsBetweenPixelsAreSkipped() {
    let layer = Layer(pixels: 9, channels: 19)
    let gap = [Float](repeating: .nan, count: 3)
    func spread(_ values: [Float]) -> [Float] {
      (0..<9).flatMap { (pixel: Int) -> [Float] in values[pixel * 19..<pixel * 19 + 19] + gap }
    }
    var wide = layer
    wide.first = spread(layer.first)
    wide.second = spread(layer.second)
    wide.stride = 22
    #expect(wide.distance() == layer.distance())
  }

  @Test func pointsThatAreOneUnitApartCountTheirWeights() {
    // Unit vectors along two axes differ by 1 in each of the two channels.
    let layer = Layer(
      first: [3, 0, 0, 0, 2, 0], second: [0, 5, 0, 0, 2, 0], weights: [0.5, 0.25, 8], stride: 3)
    #expect(abs(layer.distance() - 0.75 / 2) < 1e-7)
  }

  @Test func brokenFeaturesShow() {
    let layer = Layer(first: [.nan, 1], second: [1, 1], weights: [1, 1], stride: 2)
    #expect(layer.distance().isNaN)
  }
}

/// The features and weights of a golden layer, from the seeds of the golden script.
private struct Layer {
  var first: [Float]
  var second: [Float]
  var weights: [Float]
  var stride: Int

  init(first: [Float], second: [Float], weights: [Float], stride: Int) {
    self.first = first
    self.second = second
    self.weights = weights
    self.stride = stride
  }

  init(pixels: Int, channels: Int) {
    let draw = { (seed: UInt64, count: Int) in
      var random = SplitMix64(seed: seed)
      return (0..<count).map { _ in random.nextUnit() }
    }
    first = draw(21, pixels * channels).map { max(0, 2 * $0 - 1) }
    second = draw(22, pixels * channels).map { max(0, 2 * $0 - 1) }
    weights = draw(23, channels)
    stride = channels
    if pixels > 2 {
      for channel in 0..<channels {
        first[channels + channel] = 0
        second[2 * channels + channel] = 0
      }
    }
  }

  func distance() -> Double { MetricsTests.distance(first, second, self) }
}

private func distance(_ first: [Float], _ second: [Float], _ layer: Layer) -> Double {
  let maps = [first, second].map {
    MapView(
      copying: $0, rows: 1, columns: ($0.count + layer.stride - 1) / layer.stride,
      channels: layer.weights.count, pixelStride: layer.stride)
  }
  return LPIPS.layerDistance(maps[0], maps[1], weights: layer.weights)
}
