import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Pooling and resampling against their readable forms, at every level, on channels around its vectors.
@Suite struct MapTests {
  static func input(_ channels: Int) -> Tensor {
    SeededParameters.input(shape: [channels, 11, 14], seed: 11)
  }

  static let poolings = [
    Pooling(kernel: 3, stride: 2), Pooling(kernel: 3, stride: 1, padding: 1),
    Pooling(kernel: 2, stride: 2), Pooling(kernel: Extent(1, 3), stride: 3),
    Pooling(kernel: 3, stride: 2, padding: 1),
  ]

  @Test(arguments: runnableLevels, poolings + [Pooling(kernel: 3, stride: 2, ceilMode: true)])
  func maximumMatches(level: CPULevel, pooling: Pooling) {
    for channels in awkwardChannels {
      let expected = Reference.maxPool(Self.input(channels), pooling)
      for gap in [0, 3] {
        let found = run(Self.input(channels), to: expected.shape, gap: gap) { source, target, _ in
          target.writeMaximum(of: source, pooling: pooling, level: level)
        }
        #expect(found == expected, "\(channels) channels, gap \(gap)")
      }
    }
  }

  @Test(arguments: poolings, [true, false])
  func averageMatches(pooling: Pooling, countIncludePad: Bool) {
    for channels in awkwardChannels {
      let input = Self.input(channels)
      let expected = Reference.averagePool(input, pooling, countIncludePad: countIncludePad)
      let found = runnableLevels.map { level in
        run(input, to: expected.shape) { source, target, _ in
          target.writeAverage(
            of: source, pooling: pooling, countIncludePad: countIncludePad, level: level)
        }
      }
      // Nine values of order 1 summed in Float32.
      #expect(Agreement(found[0].values, expected.values).maximum <= 9 * Double(Float.ulpOfOne))
      #expect(found.allSatisfy { $0 == found[0] }, "levels differ at \(channels) channels")
    }
  }

  /// PyTorch: `MaxPool2d(3, 2, ceil_mode=True)` takes 11×14 to 5×7, and 2×2 of 3×3 to 2×2.
  @Test func ceilModeKeepsPartialWindowsThatStartInside() {
    let pooling = Pooling(kernel: 3, stride: 2, ceilMode: true)
    #expect(pooling.outputRows(11) == 5)
    #expect(pooling.outputColumns(14) == 7)
    let padded = Pooling(kernel: 2, stride: 2, padding: 1, ceilMode: true)
    #expect(padded.outputRows(3) == 2)
  }

  @Test(arguments: runnableLevels, [(1, 1), (3, 4), (11, 14), (13, 20)])
  func adaptiveAverageMatches(level: CPULevel, size: (rows: Int, columns: Int)) {
    for channels in awkwardChannels {
      let input = Self.input(channels)
      let expected = Reference.adaptiveAveragePool(input, rows: size.rows, columns: size.columns)
      let found = run(input, to: expected.shape) { source, target, _ in
        target.writeAdaptiveAverage(of: source, level: level)
      }
      #expect(found == expected, "\(channels) channels")
    }
  }

  @Test(arguments: [(22, 28), (5, 7), (1, 1), (40, 3)], [true, false])
  func bilinearMatches(size: (rows: Int, columns: Int), alignCorners: Bool) {
    for channels in [1, 5, 16, 19] {
      let input = Self.input(channels)
      let expected = Reference.bilinear(
        input, rows: size.rows, columns: size.columns, alignCorners: alignCorners)
      let found = runnableLevels.flatMap { level in
        [0, 3].map { gap in
          run(input, to: expected.shape, gap: gap) { source, target, _ in
            target.writeBilinear(of: source, alignCorners: alignCorners, level: level)
          }
        }
      }
      // Positions up to 14 are held in Float32, so fractions err by 14·ε; values differ by up to 2.
      #expect(Agreement(found[0].values, expected.values).maximum <= 64 * Double(Float.ulpOfOne))
      #expect(found.allSatisfy { $0 == found[0] }, "levels differ at \(channels) channels")
    }
  }

  @Test(arguments: [0, 3]) func nearestMatches(gap: Int) {
    let expected = Reference.nearest(Self.input(5), rows: 23, columns: 9)
    let found = run(Self.input(5), to: expected.shape, gap: gap) { source, target, _ in
      target.writeNearest(of: source)
    }
    #expect(found == expected)
  }

  @Test(arguments: [0, 3]) func broadcastMatches(gap: Int) {
    for channels in awkwardChannels {
      let pixel = SeededParameters.input(shape: [channels, 1, 1], seed: 12)
      let expected = Reference.broadcast(pixel, rows: 3, columns: 5)
      #expect(expected.shape == [channels, 3, 5])
      let found = run(pixel, to: expected.shape, gap: gap) { source, target, _ in
        target.writeBroadcast(of: source)
      }
      #expect(found == expected, "\(channels) channels, gap \(gap)")
    }
  }

  /// Planar to channels-last and back, which is written by itself.
  @Test(arguments: runnableLevels) func fillingKeepsEveryValue(level: CPULevel) {
    for channels in awkwardChannels {
      for gap in [0, 3] {
        let map = OwnedMap(shape: [channels, 11, 14], gap: gap)
        map.map.fill(from: Self.input(channels), level: level)
        #expect(map.tensor == Self.input(channels), "\(channels) channels, gap \(gap)")
      }
    }
  }

  /// Windows that lie in NaN, ±∞ or zeros of both signs give what a plain comparison gives.
  @Test(arguments: runnableLevels) func maximumKeepsSpecialValues(level: CPULevel) {
    for channels in [1, 16, 17] {
      let pixels: [Float] = [-.infinity, -.infinity, 3, .nan, 1, .infinity, -0.0, -0.0]
      let input = Tensor(
        shape: [channels, 1, 8], values: (0..<channels).flatMap { _ in pixels })
      let found = run(input, to: [channels, 1, 4]) { source, target, _ in
        target.writeMaximum(
          of: source, pooling: Pooling(kernel: Extent(1, 2), stride: 2), level: level)
      }
      for channel in 0..<channels {
        let values = found.values[channel * 4..<channel * 4 + 4]
        #expect(values.map(\.description) == ["-inf", "nan", "inf", "-0.0"])
      }
    }
  }

  @Test(arguments: runnableLevels) func maximumLetsNotANumberThrough(level: CPULevel) {
    var input = Tensor(shape: [1, 1, 3], values: [1, .nan, 2])
    for _ in 0..<3 {
      let found = run(input, to: [1, 1, 1]) { source, target, _ in
        target.writeMaximum(
          of: source, pooling: Pooling(kernel: Extent(1, 3), stride: 1), level: level)
      }
      #expect(found.values[0].isNaN)
      input.values.append(input.values.removeFirst())
    }
  }
}
