import Foundation
import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Row operations of transformers against their readable forms.
@Suite struct TokenTests {
  static let levels = CPULevel.allCases.filter { $0 <= .best }

  /// Widths around the sixteen lanes of a sum, and a published one.
  @Test(arguments: levels, [1, 5, 15, 16, 17, 33, 768])
  func layerNormMatches(level: CPULevel, width: Int) {
    var input = SeededParameters.input(shape: [width, 3, 1], seed: 31)
    // A token far from zero: a variance from sums of squares would vanish in Float32.
    for channel in 0..<width { input.values[channel * 3 + 1] += 1000 }
    let weight = SeededParameters.tensor(named: "weight", shape: [width], seed: 32).values
    let bias = SeededParameters.tensor(named: "bias", shape: [width], seed: 33).values
    let expected = Reference.layerNorm(input, weight: weight, bias: bias, epsilon: 1e-5)
    let found = run(input, to: input.shape) { source, target, _ in
      target.writeLayerNorm(of: source, weight: weight, bias: bias, epsilon: 1e-5, level: level)
    }
    // Normal values below 4 times weights below 1.5, rounded twice.
    #expect(Agreement(found.values, expected.values).maximum <= 6 * Double(Float.ulpOfOne))
  }

  static let values: [Float] =
    (-2000...2000).map { Float($0) / 100 } + [-200, -90, -1e-20, 0, 1e-20, 1e-3, 88, 1e30]

  @Test(arguments: [Activation.quickGELU, .gelu, .silu])
  func linearUnitsMatch(activation: Activation) {
    let input = Tensor(shape: [Self.values.count], values: Self.values)
    let found = run(input, to: input.shape) { source, target, _ in
      target.writeActivation(activation, of: source)
    }
    for (x, y) in zip(Self.values, found.values) {
      let x = Double(x)
      let expected =
        switch activation {
        case .gelu: Reference.gelu(x)
        case .silu: Reference.silu(x)
        default: Reference.quickGELU(x)
        }
      // The exponential's argument is rounded, which moves it by up to that argument's size in units
      // of rounding; seven operations more.
      let argument = activation == .gelu ? x * x / 2 : abs(1.702 * x)
      let bound = (8 + argument) * abs(expected) * Double(Float.ulpOfOne)
      #expect(abs(Double(y) - expected) <= bound + 1e-37, "at \(x): \(y), expected \(expected)")
    }
  }

  @Test(arguments: [Activation.quickGELU, .gelu, .silu])
  func linearUnitsLetNotANumberThrough(activation: Activation) {
    let found = run(Tensor(shape: [3], values: [.nan, .infinity, -3]), to: [3]) {
      source, target, _ in target.writeActivation(activation, of: source)
    }
    #expect(found.values[0].isNaN)
    #expect(found.values[1] == .infinity)
    #expect(found.values[2] < 0)
  }

  /// Behind a product, for tiles that are full and for those that are not.
  @Test(arguments: levels, [1, 7, 16, 33, 64])
  func productsEndInLinearUnits(level: CPULevel, outputs: Int) {
    let input = SeededParameters.input(shape: [40, 13, 1], seed: 34)
    let weights = SeededParameters.tensor(named: "weight", shape: [outputs, 40], seed: 35)
    let bias = SeededParameters.tensor(named: "bias", shape: [outputs], seed: 36).values
    let residual = SeededParameters.input(shape: [outputs, 13, 1], seed: 37)
    var expected = Reference.pixelwiseLinear(input, weights: weights, bias: bias)
    for index in expected.values.indices {
      expected.values[index] = Float(
        Reference.quickGELU(Double(expected.values[index] + residual.values[index])))
    }
    let packed = PackedConvolution(
      weights: weights.reshaped([outputs, 40, 1, 1]), bias: bias,
      geometry: ConvolutionGeometry(kernel: 1), activation: .quickGELU, level: level)
    let found = run(input, to: expected.shape) { source, target, scratch in
      let other = OwnedMap(residual)
      withExtendedLifetime(other) {
        packed.apply([source], to: [target], adding: [other.map], scratch: scratch)
      }
    }
    // Sums of forty products of order 1; the unit's slope is below 1.1.
    let tolerance = 2 * 41 * Double(Float.ulpOfOne)
    #expect(Agreement(found.values, expected.values).maximum <= tolerance)
  }

  @Test func rowsComeBeforeTokens() {
    let input = SeededParameters.input(shape: [5, 4, 1], seed: 38)
    let prepended = run(input, to: [5, 5, 1]) { source, target, _ in
      target.writePrepended([1, 2, 3, 4, 5], before: source)
    }
    let mean = run(input, to: [5, 5, 1]) { source, target, _ in
      target.writePrependedMean(before: source)
    }
    for channel in 0..<5 {
      let row = Array(input.values[channel * 4..<(channel + 1) * 4])
      let average = Float(row.reduce(0) { $0 + Double($1) } / 4)
      let own = channel * 5..<(channel + 1) * 5
      #expect(Array(prepended.values[own]) == [Float(channel + 1)] + row)
      #expect(Array(mean.values[own]) == [average] + row)
    }
  }

  @Test func rowsAreLookedUpAndPicked() {
    let table = SeededParameters.tensor(named: "weight", shape: [6, 3], seed: 39)
    let ids = Tensor(shape: [4], values: [5, 0, 5, 2])
    let found = run(ids, to: [3, 4, 1]) { source, target, _ in
      target.writeEmbedding(of: source, table: table)
    }
    let rows = [5, 0, 5, 2].flatMap { (id: Int) in table.values[id * 3..<id * 3 + 3] }
    #expect(found.transposedTokens == rows)
    let picked = run(found, to: [3]) { source, target, _ in
      let numbers = OwnedMap(ids)
      withExtendedLifetime(numbers) { target.writeRow(of: source, atLargestOf: numbers.map) }
    }
    #expect(picked.values == Array(table.values[15..<18]))
  }

  @Test(arguments: [-1, 6, 0.5, Float.nan, Float.infinity, 1e30])
  func numbersOutsideTheTableYieldNoNumber(id: Float) {
    let found = run(Tensor(shape: [1], values: [id]), to: [3, 1, 1]) { source, target, _ in
      target.writeEmbedding(of: source, table: Tensor(shape: [6, 3]))
    }
    #expect(found.values.allSatisfy { $0.isNaN })
  }
}

extension Tensor {
  /// `[D, T, 1]` token by token.
  fileprivate var transposedTokens: [Float] { reshaped([shape[0], shape[1]]).transposed.values }
}
