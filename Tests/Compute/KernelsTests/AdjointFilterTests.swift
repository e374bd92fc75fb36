import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients by the input that read the filters which their convolution has packed.
@Suite struct AdjointFilterTests {
  struct Case: Sendable, CustomStringConvertible {
    let channels: Int
    let outputs: Int
    let kernel: Extent
    let padding: Extent
    let size: Extent
    var arithmetic = Arithmetic.fast

    var description: String { "\(channels)→\(outputs), kernel \(kernel), \(size), \(arithmetic)" }
  }

  /// Products and windows, channels that fill whole panels and those that do not, long sums in parts, few channels.
  static let cases = [
    Case(channels: 512, outputs: 288, kernel: 1, padding: 0, size: 9),
    Case(channels: 1024, outputs: 1031, kernel: 1, padding: 0, size: Extent(17, 13)),
    Case(channels: 300, outputs: 301, kernel: 3, padding: 1, size: 13),
    Case(channels: 130, outputs: 131, kernel: 3, padding: 1, size: 13, arithmetic: .exact),
    Case(channels: 67, outputs: 1100, kernel: 3, padding: Extent(0, 2), size: 10),
    Case(channels: 1500, outputs: 11, kernel: 3, padding: 1, size: 6, arithmetic: .exact),
    Case(channels: 1100, outputs: 320, kernel: Extent(1, 3), padding: Extent(0, 1), size: 8),
    Case(channels: 1700, outputs: 40, kernel: 5, padding: 2, size: 9),
  ]

  @Test(arguments: runnableLevels, cases)
  func sharedFiltersHaveTheSameBits(level: CPULevel, given: Case) {
    let geometry = ConvolutionGeometry(kernel: given.kernel, padding: given.padding)
    let weights = SeededParameters.tensor(
      named: "weight",
      shape: [given.outputs, given.channels, given.kernel.rows, given.kernel.columns], seed: 3)
    let forward = UpdatableConvolution(
      geometry, inputs: given.channels, outputs: given.outputs, size: given.size, level: level,
      arithmetic: given.arithmetic)
    for panel in 0..<forward.panelCount {
      forward.pack(panel, weights: weights.values, bias: nil)
    }
    let results = [nil, forward].map { shared in
      let gradient = UpdatableConvolution(
        gradientOf: geometry, sharing: shared, inputs: given.channels, outputs: given.outputs,
        size: given.size, level: level, arithmetic: given.arithmetic)
      #expect((gradient.panelCount == 0) == (shared != nil))
      return applied(gradient, to: given, packing: weights)
    }
    #expect(results[0] == results[1])
  }

  /// Two images at once, added to what is there.
  private func applied(
    _ gradient: UpdatableConvolution, to given: Case, packing weights: Tensor
  ) -> [Tensor] {
    for panel in 0..<gradient.panelCount {
      gradient.pack(panel, weights: weights.values, bias: nil)
    }
    let rows = given.size.rows + 2 * given.padding.rows - given.kernel.rows + 1
    let columns = given.size.columns + 2 * given.padding.columns - given.kernel.columns + 1
    let inputs = (0..<2).map {
      OwnedMap(SeededParameters.input(shape: [given.outputs, rows, columns], seed: 5 + UInt64($0)))
    }
    let targets = (0..<2).map {
      OwnedMap(
        SeededParameters.input(
          shape: [given.channels, given.size.rows, given.size.columns], seed: 7 + UInt64($0)))
    }
    withExtendedLifetime((inputs, targets)) {
      gradient.apply(
        inputs.map(\.map), to: targets.map(\.map), accumulates: true, scratch: GradientScratch())
    }
    return targets.map(\.tensor)
  }

  @Test(arguments: runnableLevels, [false, true])
  func sharedMatricesHaveTheSameBits(level: CPULevel, isTransposed: Bool) {
    let (inputs, outputs) = (390, 391)
    let weights = SeededParameters.tensor(named: "weight", shape: [inputs * outputs], seed: 3)
    let forward = UpdatableConvolution(
      matrixFrom: inputs, to: outputs, isTransposed: isTransposed, level: level)
    for panel in 0..<forward.panelCount {
      forward.pack(panel, weights: weights.values, bias: nil)
    }
    let source = OwnedMap(SeededParameters.input(shape: [outputs, 7, 1], seed: 5))
    let results = [nil, forward].map { shared in
      let gradient = UpdatableConvolution(
        matrixFrom: outputs, to: inputs, isTransposed: !isTransposed, gradientOf: shared,
        level: level)
      for panel in 0..<gradient.panelCount {
        gradient.pack(panel, weights: weights.values, bias: nil)
      }
      let target = OwnedMap(shape: [inputs, 7, 1])
      withExtendedLifetime((source, target)) {
        gradient.apply([source.map], to: [target.map], scratch: GradientScratch())
      }
      return target.tensor
    }
    #expect(results[0] == results[1])
  }

  /// Small filters, strides and groups have filters of their own.
  @Test func othersArePackedASecondTime() {
    let geometries = [
      ConvolutionGeometry(kernel: 3, padding: 1),
      ConvolutionGeometry(kernel: 3, stride: 2, padding: 1),
      ConvolutionGeometry(kernel: 3, padding: 1, groups: 2),
      ConvolutionGeometry(kernel: 4, stride: 2, padding: 1, isTransposed: true),
    ]
    for (geometry, channels) in zip(geometries, [8, 256, 512, 256]) {
      let forward = UpdatableConvolution(
        geometry, inputs: channels, outputs: channels, size: 8)
      let gradient = UpdatableConvolution(
        gradientOf: geometry, sharing: forward, inputs: channels, outputs: channels, size: 8)
      #expect(gradient.panelCount > 0, "\(geometry)")
    }
  }
}
