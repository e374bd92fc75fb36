import Kernels
import Tensors
import TestSupport
import Testing

/// Pooling and resampling against their readable forms.
@Suite struct MapTests {
  static let input = SeededParameters.input(shape: [5, 11, 14], seed: 11)

  static let poolings = [
    Pooling(kernel: 3, stride: 2), Pooling(kernel: 3, stride: 1, padding: 1),
    Pooling(kernel: 2, stride: 2), Pooling(kernel: Extent(1, 3), stride: 3),
    Pooling(kernel: 3, stride: 2, padding: 1),
  ]

  @Test(arguments: poolings + [Pooling(kernel: 3, stride: 2, ceilMode: true)])
  func maximumMatches(pooling: Pooling) {
    let expected = Reference.maxPool(Self.input, pooling)
    let found = run(Self.input, to: expected.shape) { source, target, _ in
      target.writeMaximum(of: source, pooling: pooling)
    }
    #expect(found == expected)
  }

  @Test(arguments: poolings, [true, false])
  func averageMatches(pooling: Pooling, countIncludePad: Bool) {
    let expected = Reference.averagePool(Self.input, pooling, countIncludePad: countIncludePad)
    let found = run(Self.input, to: expected.shape) { source, target, _ in
      target.writeAverage(of: source, pooling: pooling, countIncludePad: countIncludePad)
    }
    // Nine values of order 1 summed in Float32.
    #expect(Agreement(found.values, expected.values).maximum <= 9 * Double(Float.ulpOfOne))
  }

  /// PyTorch: `MaxPool2d(3, 2, ceil_mode=True)` takes 11×14 to 5×7, and 2×2 of 3×3 to 2×2.
  @Test func ceilModeKeepsPartialWindowsThatStartInside() {
    let pooling = Pooling(kernel: 3, stride: 2, ceilMode: true)
    #expect(pooling.outputRows(11) == 5)
    #expect(pooling.outputColumns(14) == 7)
    let padded = Pooling(kernel: 2, stride: 2, padding: 1, ceilMode: true)
    #expect(padded.outputRows(3) == 2)
  }

  @Test(arguments: [(1, 1), (3, 4), (11, 14), (13, 20)])
  func adaptiveAverageMatches(size: (rows: Int, columns: Int)) {
    let expected = Reference.adaptiveAveragePool(Self.input, rows: size.rows, columns: size.columns)
    let found = run(Self.input, to: expected.shape) { source, target, _ in
      target.writeAdaptiveAverage(of: source)
    }
    #expect(found == expected)
  }

  @Test(arguments: [(22, 28), (5, 7), (1, 1), (40, 3)], [true, false])
  func bilinearMatches(size: (rows: Int, columns: Int), alignCorners: Bool) {
    let expected = Reference.bilinear(
      Self.input, rows: size.rows, columns: size.columns, alignCorners: alignCorners)
    let found = run(Self.input, to: expected.shape) { source, target, _ in
      target.writeBilinear(of: source, alignCorners: alignCorners)
    }
    // Positions up to 14 are held in Float32, so fractions err by 14·ε; values differ by up to 2.
    #expect(Agreement(found.values, expected.values).maximum <= 64 * Double(Float.ulpOfOne))
  }

  @Test func nearestMatches() {
    let expected = Reference.nearest(Self.input, rows: 23, columns: 9)
    let found = run(Self.input, to: expected.shape) { source, target, _ in
      target.writeNearest(of: source)
    }
    #expect(found == expected)
  }

  @Test func maximumLetsNotANumberThrough() {
    var input = Tensor(shape: [1, 1, 3], values: [1, .nan, 2])
    for _ in 0..<3 {
      let found = run(input, to: [1, 1, 1]) { source, target, _ in
        target.writeMaximum(of: source, pooling: Pooling(kernel: Extent(1, 3), stride: 1))
      }
      #expect(found.values[0].isNaN)
      input.values.append(input.values.removeFirst())
    }
  }
}
