import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// The packed depthwise convolution against the readable one, at every level.
@Suite struct DepthwiseTests {
  static let geometries = [
    ConvolutionGeometry(kernel: 3, padding: 1),
    ConvolutionGeometry(kernel: 3, stride: 2, padding: 1),
    ConvolutionGeometry(kernel: 5, padding: 1),
    ConvolutionGeometry(kernel: 7, stride: 2, padding: 3),
    ConvolutionGeometry(kernel: Extent(9, 8)),
    ConvolutionGeometry(kernel: 3, padding: 2, dilation: 2),
    ConvolutionGeometry(kernel: Extent(1, 3), padding: Extent(0, 12)),
  ]

  @Test(arguments: runnableLevels, geometries)
  func matchesTheReference(level: CPULevel, base: ConvolutionGeometry) {
    for channels in awkwardChannels {
      let geometry = ConvolutionGeometry(
        kernel: base.kernel, stride: base.stride, padding: base.padding, dilation: base.dilation,
        groups: channels)
      let input = SeededParameters.input(shape: [channels, 9, 8], seed: 5)
      let weights = SeededParameters.tensor(
        named: "weight", shape: [channels, 1, base.kernel.rows, base.kernel.columns], seed: 6)
      let bias = SeededParameters.tensor(named: "bias", shape: [channels], seed: 7).values
      let slopes = SeededParameters.tensor(named: "slope", shape: [channels], seed: 8).values
      let sums = Reference.convolution(input, weights: weights, bias: bias, geometry: geometry)
      let residual = SeededParameters.input(shape: sums.shape, seed: 9)
      let other = OwnedMap(residual)
      let plane = sums.count / channels
      let taps = base.kernel.rows * base.kernel.columns
      for (activation, isAdded) in [
        (Activation.none, false), (.relu, true), (.prelu(slopes), true), (.prelu(slopes), false),
      ] {
        let expected = sums.values.indices.map { index in
          let value = sums.values[index] + (isAdded ? residual.values[index] : 0)
          switch activation {
          case .relu: return max(value, 0)
          case .prelu: return value < 0 ? value * slopes[index / plane] : value
          default: return value
          }
        }
        let packed = PackedDepthwise(
          weights: weights, bias: bias, geometry: geometry, activation: activation, level: level)
        let found = run(input, to: sums.shape) {
          let (source, target, scratch) = ($0, $1, $2)
          withExtendedLifetime(other) {
            packed.apply(
              source, to: target, adding: isAdded ? other.map : nil, scratch: scratch)
          }
        }
        let agreement = Agreement(found.values, expected)
        // Inputs and weights are of order 1: a Float32 sum of k products errs by about √k·ε·√k.
        let tolerance = Double(taps + 2) * 2 * Double(Float.ulpOfOne)
        #expect(agreement.maximum <= tolerance, "\(channels) channels, \(agreement)")
      }
    }
  }

  /// Bits must not depend on which outputs a run of the kernel joins: a wider map holds the same
  /// windows.
  @Test(arguments: runnableLevels) func valuesDoNotDependOnTheirNeighbors(level: CPULevel) {
    let geometry = ConvolutionGeometry(kernel: 3, groups: 20)
    let weights = SeededParameters.tensor(named: "weight", shape: [20, 1, 3, 3], seed: 10)
    let packed = PackedDepthwise(
      weights: weights, bias: [Float](repeating: 0.1, count: 20), geometry: geometry, level: level)
    let wide = SeededParameters.input(shape: [20, 3, 17], seed: 11)
    let whole = run(wide, to: [20, 1, 15]) { packed.apply($0, to: $1, scratch: $2) }
    for start in 0...9 {
      let part = Tensor(
        shape: [20, 3, 8],
        values: (0..<60).flatMap { row in (0..<8).map { wide.values[row * 17 + start + $0] } })
      let found = run(part, to: [20, 1, 6]) { packed.apply($0, to: $1, scratch: $2) }
      for channel in 0..<20 {
        let expected = whole.values[channel * 15 + start..<channel * 15 + start + 6]
        #expect(found.values[channel * 6..<channel * 6 + 6] == expected)
      }
    }
  }
}
