import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// The packed convolution against the readable one, on sizes around every tile.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var channels = 3
    var outputs = 5
    var size = Extent(7, 9)
    var geometry = ConvolutionGeometry(kernel: 3, padding: 1)
    var hasResidual = false
    var activation = Activation.none

    var description: String { "\(channels)→\(outputs), \(size), \(geometry)" }
  }

  static let cases: [Case] =
    [1, 7, 8, 15, 16, 17, 31, 32, 33, 65].map { Case(channels: 9, outputs: $0, size: 5) }
    + [1, 2, 7, 8, 9, 16, 33].map { Case(channels: $0, outputs: 6, size: 4) }
    + [1, 3, 4, 5, 6, 11, 12, 13, 95, 96, 97].map { Case(size: Extent(1, $0)) }
    + [
      Case(geometry: ConvolutionGeometry(kernel: 1)),
      Case(channels: 8, geometry: ConvolutionGeometry(kernel: 1, stride: 2)),
      Case(geometry: ConvolutionGeometry(kernel: Extent(1, 7), padding: Extent(0, 3))),
      Case(
        channels: 12, geometry: ConvolutionGeometry(kernel: Extent(7, 1), padding: Extent(3, 0))),
      Case(size: 23, geometry: ConvolutionGeometry(kernel: 11, stride: 4, padding: 2)),
      Case(channels: 10, size: 9, geometry: ConvolutionGeometry(kernel: 5, padding: 2)),
      Case(channels: 10, size: 9, geometry: ConvolutionGeometry(kernel: 3, stride: 2)),
      Case(channels: 9, geometry: ConvolutionGeometry(kernel: 3, padding: 2, dilation: 2)),
      Case(
        channels: 8, outputs: 12, geometry: ConvolutionGeometry(kernel: 3, padding: 1, groups: 4)),
      Case(channels: 18, outputs: 36, geometry: ConvolutionGeometry(kernel: 1, groups: 2)),
      Case(
        channels: 6, outputs: 4,
        geometry: ConvolutionGeometry(kernel: 2, stride: 2, isTransposed: true)),
      Case(
        channels: 9, outputs: 33,
        geometry: ConvolutionGeometry(kernel: 3, stride: 2, padding: 1, isTransposed: true)),
      Case(
        channels: 6, outputs: 4,
        geometry: ConvolutionGeometry(kernel: 4, stride: 3, groups: 2, isTransposed: true)),
      Case(
        channels: 2, outputs: 3,
        geometry: ConvolutionGeometry(kernel: 1, stride: 2, isTransposed: true)),
      Case(channels: 1021, outputs: 130, size: 4, geometry: ConvolutionGeometry(kernel: 1)),
      Case(channels: 9, outputs: 20, hasResidual: true, activation: .relu),
      Case(
        channels: 9, outputs: 3, activation: .prelu([0.5, -0.25, 0.1])),
    ]

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best }, cases)
  func matchesTheReference(level: CPULevel, given: Case) {
    let geometry = given.geometry
    let input = SeededParameters.input(
      shape: [given.channels, given.size.rows, given.size.columns], seed: 1)
    let shape =
      geometry.isTransposed
      ? [given.channels, given.outputs / geometry.groups]
      : [given.outputs, given.channels / geometry.groups]
    let weights = SeededParameters.tensor(
      named: "weight", shape: shape + [geometry.kernel.rows, geometry.kernel.columns], seed: 2)
    let bias = SeededParameters.tensor(named: "bias", shape: [given.outputs], seed: 3).values
    var expected = Reference.convolution(input, weights: weights, bias: bias, geometry: geometry)
    let residual =
      given.hasResidual ? SeededParameters.input(shape: expected.shape, seed: 4) : nil
    finish(&expected, residual: residual, activation: given.activation)

    let packed = PackedConvolution(
      weights: weights, bias: bias, geometry: geometry, activation: given.activation,
      path: .direct, level: level)
    let found = run(input, to: expected.shape) { source, target, scratch in
      let other = residual.map { OwnedMap($0) }
      withExtendedLifetime(other) {
        packed.apply(
          [source], to: [target], adding: other.map { [$0.map] } ?? [], scratch: scratch)
      }
    }
    // Inputs and weights are of order 1, so a Float32 sum of k products errs by about √k·ε·√k.
    let depth = shape[1] * geometry.kernel.rows * geometry.kernel.columns
    let tolerance = Double(depth + 1) * 2 * Double(Float.ulpOfOne)
    let agreement = Agreement(found.values, expected.values)
    #expect(agreement.maximum <= tolerance, "\(agreement)")
  }

  private func finish(_ tensor: inout Tensor, residual: Tensor?, activation: Activation) {
    let plane = tensor.shape[1] * tensor.shape[2]
    for index in tensor.values.indices {
      var value = tensor.values[index] + (residual?.values[index] ?? 0)
      switch activation {
      case .none: break
      case .relu: value = max(value, 0)
      case .prelu(let slopes): value = value < 0 ? value * slopes[index / plane] : value
      case .quickGELU: value = Float(Reference.quickGELU(Double(value)))
      case .gelu: value = Float(Reference.gelu(Double(value)))
      case .silu: value = Float(Reference.silu(Double(value)))
      }
      tensor.values[index] = value
    }
  }

  /// An output's bits must not depend on the tile it falls into: a wider image holds the same windows.
  @Test func valuesDoNotDependOnTheirTile() {
    let geometry = ConvolutionGeometry(kernel: 3)
    let weights = SeededParameters.tensor(named: "weight", shape: [40, 16, 3, 3], seed: 8)
    let packed = PackedConvolution(
      weights: weights, bias: [Float](repeating: 0.1, count: 40), geometry: geometry,
      path: .direct)
    let wide = SeededParameters.input(shape: [16, 3, 64], seed: 9)
    let whole = run(wide, to: [40, 1, 62]) { packed.apply([$0], to: [$1], scratch: $2) }
    for start in [1, 5, 13] {
      let part = Tensor(
        shape: [16, 3, 10],
        values: (0..<48).flatMap { row in
          (0..<10).map { wide.values[row * 64 + start + $0] }
        })
      let found = run(part, to: [40, 1, 8]) { packed.apply([$0], to: [$1], scratch: $2) }
      for channel in 0..<40 {
        for column in 0..<8 {
          #expect(
            found.values[channel * 8 + column] == whole.values[channel * 62 + start + column])
        }
      }
    }
  }

  /// Neither its neighbors nor their number change a bit of an image.
  @Test(arguments: CPULevel.allCases.filter { $0 <= .best }, cases)
  func groupsEqualSingleImages(level: CPULevel, given: Case) {
    let geometry = given.geometry
    let shape =
      geometry.isTransposed
      ? [given.channels, given.outputs / geometry.groups]
      : [given.outputs, given.channels / geometry.groups]
    let packed = PackedConvolution(
      weights: SeededParameters.tensor(
        named: "weight", shape: shape + [geometry.kernel.rows, geometry.kernel.columns], seed: 30),
      bias: SeededParameters.tensor(named: "bias", shape: [given.outputs], seed: 31).values,
      geometry: geometry, activation: given.activation, path: .direct, level: level)
    let inputs = (0..<7).map { index in
      OwnedMap(
        SeededParameters.input(
          shape: [given.channels, given.size.rows, given.size.columns], seed: 32 + UInt64(index)))
    }
    let outputShape = [
      given.outputs, geometry.outputRows(given.size.rows),
      geometry.outputColumns(given.size.columns),
    ]
    let residuals = (0..<7).map { index in
      OwnedMap(SeededParameters.input(shape: outputShape, seed: 40 + UInt64(index)))
    }
    func outputs(of range: Range<Int>) -> [Tensor] {
      let targets = range.map { _ in OwnedMap(shape: outputShape) }
      packed.apply(
        inputs[range].map(\.map), to: targets.map(\.map),
        adding: given.hasResidual ? residuals[range].map(\.map) : [], scratch: KernelScratch())
      return targets.map(\.tensor)
    }
    let single = (0..<7).flatMap { outputs(of: $0..<$0 + 1) }
    #expect(outputs(of: 0..<7) == single)
    #expect(outputs(of: 2..<5) == Array(single[2..<5]))
  }

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func notANumberSurvivesTheActivation(level: CPULevel) {
    let packed = PackedConvolution(
      weights: Tensor(shape: [1, 1, 1, 1], repeating: 1), bias: [0],
      geometry: ConvolutionGeometry(kernel: 1), activation: .relu, level: level)
    let found = run(Tensor(shape: [1, 1, 1], values: [.nan]), to: [1, 1, 1]) {
      packed.apply([$0], to: [$1], scratch: $2)
    }
    #expect(found.values[0].isNaN)
  }
}
