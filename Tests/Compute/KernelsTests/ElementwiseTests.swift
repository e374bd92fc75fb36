import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// Arithmetic on each value: bits equal to Swift's own operators at every level, in place or not.
@Suite struct ElementwiseTests {
  private static let specials: [Float] = [
    .nan, .infinity, -.infinity, -0.0, 0, 0x1p-140, -0x1p-140,
  ]

  /// A seeded map that begins with special values.
  private static func map(_ channels: Int, seed: UInt64) -> Tensor {
    var tensor = SeededParameters.input(shape: [channels, 5, 3], seed: seed)
    for (index, value) in specials.enumerated() where index < tensor.count {
      tensor.values[(index * 11 + Int(seed)) % tensor.count] = value
    }
    return tensor
  }

  private static func vector(_ channels: Int, seed: UInt64) -> Tensor {
    SeededParameters.input(shape: [channels, 1, 1], seed: seed)
  }

  private static func activated(_ value: Float, _ activation: Activation, _ channel: Int) -> Float {
    switch activation {
    case .relu: value < 0 ? 0 : value
    case .prelu(let slopes): value < 0 ? value * slopes[channel] : value
    default: value
    }
  }

  /// NaN equals NaN; its payload is not arithmetic.
  private static func areEqual(_ found: [Float], _ expected: [Float]) -> Bool {
    zip(found, expected).allSatisfy { $0.isNaN ? $1.isNaN : $0.bitPattern == $1.bitPattern }
  }

  private static func activations(_ channels: Int) -> [Activation] {
    [.none, .relu, .prelu(vector(channels, seed: 9).values)]
  }

  /// Compares `kernel` with `formula` for every kind of memory.
  private static func check(
    _ channels: Int, broadcasts: Bool, activation: Activation,
    _ kernel: (_ y: FeatureMap, _ a: FeatureMap, _ b: FeatureMap, _ c: FeatureMap) -> Void,
    _ formula: (_ a: Float, _ b: Float, _ c: Float) -> Float
  ) {
    let a = map(channels, seed: 1)
    let b = broadcasts ? vector(channels, seed: 2) : map(channels, seed: 2)
    let c = map(channels, seed: 3)
    let plane = a.count / channels
    let expected = a.values.indices.map { index in
      let second = b.values[broadcasts ? index / plane : index]
      return activated(formula(a.values[index], second, c.values[index]), activation, index / plane)
    }
    for gap in [0, 3] {
      let (one, two, three) = (OwnedMap(a, gap: gap), OwnedMap(b, gap: gap), OwnedMap(c, gap: gap))
      let target = OwnedMap(shape: a.shape, gap: gap)
      let term = OwnedMap(c, gap: gap)
      withExtendedLifetime((one, two, three, target, term)) {
        kernel(target.map, one.map, two.map, three.map)
        #expect(areEqual(target.tensor.values, expected), "\(channels) channels, gap \(gap)")
        kernel(three.map, one.map, two.map, three.map)
        #expect(areEqual(three.tensor.values, expected), "over the term, \(channels) channels")
        kernel(one.map, one.map, two.map, term.map)
        #expect(areEqual(one.tensor.values, expected), "in place, \(channels) channels")
      }
    }
  }

  @Test(arguments: runnableLevels) func sumsMatch(level: CPULevel) {
    for channels in awkwardChannels {
      for activation in Self.activations(channels) {
        for broadcasts in [false, true] {
          Self.check(channels, broadcasts: broadcasts, activation: activation) { y, a, b, _ in
            y.writeSum(of: a, b, activation: activation, level: level)
          } _: { a, b, _ in
            a + b
          }
        }
      }
    }
  }

  @Test(arguments: runnableLevels) func productsMatch(level: CPULevel) {
    for channels in awkwardChannels {
      for activation in Self.activations(channels) {
        for broadcasts in [false, true] {
          Self.check(channels, broadcasts: broadcasts, activation: activation) { y, a, b, _ in
            y.writeProduct(of: a, b, activation: activation, level: level)
          } _: { a, b, _ in
            a * b
          }
          Self.check(channels, broadcasts: broadcasts, activation: activation) { y, a, b, c in
            y.writeProduct(of: a, b, adding: c, activation: activation, level: level)
          } _: { a, b, c in
            a * b + c
          }
        }
      }
    }
  }

  @Test(arguments: runnableLevels) func affineMapsAndActivationsMatch(level: CPULevel) {
    for channels in awkwardChannels {
      let shift = Self.vector(channels, seed: 4).values
      for activation in Self.activations(channels) {
        let input = Self.map(channels, seed: 1)
        let scale = Self.vector(channels, seed: 2).values
        let plane = input.count / channels
        for gap in [0, 3] {
          let affine = run(input, to: input.shape, gap: gap) { source, target, _ in
            target.writeAffine(
              of: source, scale: scale, shift: shift, activation: activation, level: level)
          }
          let expected = input.values.indices.map {
            let value = input.values[$0] * scale[$0 / plane] + shift[$0 / plane]
            return Self.activated(value, activation, $0 / plane)
          }
          #expect(Self.areEqual(affine.values, expected), "\(channels) channels, gap \(gap)")
          let alone = run(input, to: input.shape, gap: gap) { source, target, _ in
            target.writeActivation(activation, of: source, level: level)
          }
          let activated = input.values.indices.map {
            Self.activated(input.values[$0], activation, $0 / plane)
          }
          #expect(Self.areEqual(alone.values, activated), "\(channels) channels, gap \(gap)")
        }
      }
    }
  }

  @Test(arguments: runnableLevels) func sigmoidIsWithinThreeUnits(level: CPULevel) {
    let values = (-11_000...11_000).map { Float($0) * 0.01 }
    let input = Tensor(shape: [values.count / 59, 1, 59], values: Array(values.prefix(372 * 59)))
    for gap in [0, 3] {
      let found = run(input, to: input.shape, gap: gap) { source, target, _ in
        target.writeSigmoid(of: source, level: level)
      }
      for (x, y) in zip(input.values, found.values) {
        let exact = 1 / (1 + exp(-Double(x)))
        // 1.01 ulp of the exponential, and half a unit each for the sum and the quotient, which may
        // cross a power of two.
        let unit = max(Double(Float(exact).ulp), 0x1p-149)
        // Below −88.7 the exponential overflows, and 0 stands for a subnormal number.
        let lost = exact < Double(Float.leastNormalMagnitude) ? exact : 0
        #expect(abs(Double(y) - exact) <= 3 * unit + lost, "at \(x)")
      }
    }
  }

  @Test(arguments: runnableLevels) func sigmoidKeepsSpecialValues(level: CPULevel) {
    let input = Tensor(shape: [5, 1, 1], values: [.nan, .infinity, -.infinity, 0, -0.0])
    let found = run(input, to: [5, 1, 1]) { source, target, _ in
      target.writeSigmoid(of: source, level: level)
    }
    #expect(found.values.map(\.description) == ["nan", "1.0", "0.0", "0.5", "0.5"])
  }

  @Test(.enabled(if: CPULevel.best == .avx512, "needs AVX-512"))
  func sigmoidHasTheSameBitsOnBothFusedLevels() {
    let input = SeededParameters.input(shape: [1001, 1, 9], seed: 12)
    let found = [CPULevel.avx2, .avx512].map { level in
      run(input, to: input.shape) { source, target, _ in
        target.writeSigmoid(of: source, level: level)
      }
    }
    #expect(found[0] == found[1])
  }

  @Test(arguments: runnableLevels) func softplusIsWithinFourUnits(level: CPULevel) {
    let values = (-10_500...10_500).map { Float($0) * 0.01 }
    let input = Tensor(shape: [values.count / 59, 1, 59], values: Array(values.prefix(355 * 59)))
    for gap in [0, 3] {
      let found = run(input, to: input.shape, gap: gap) { source, target, _ in
        target.writeSoftplus(of: source, level: level)
      }
      for (x, y) in zip(input.values, found.values) {
        let exact = max(Double(x), 0) + log1p(exp(-abs(Double(x))))
        // 1.01 ulp of the exponential, and half a unit each for a sum, a quotient, the series and its product.
        let unit = max(Double(Float(exact).ulp), 0x1p-149)
        #expect(abs(Double(y) - exact) <= 4 * unit, "at \(x)")
      }
    }
    let special = Tensor(shape: [4, 1, 1], values: [.nan, .infinity, -.infinity, 0])
    let found = run(special, to: [4, 1, 1]) { source, target, _ in
      target.writeSoftplus(of: source, level: level)
    }
    #expect(found.values.map(\.description) == ["nan", "inf", "0.0", "\(Float(log(2.0)))"])
  }
}
