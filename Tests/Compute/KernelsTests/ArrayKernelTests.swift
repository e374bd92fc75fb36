import ArrayKernels
import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Kernels on arrays of any shape against their readable forms.
@Suite struct ArrayKernelTests {
  private func tensor(_ shape: [Int], seed: UInt64 = 71) -> Tensor {
    SeededParameters.input(shape: shape, seed: seed)
  }

  @Test(arguments: [0, 3])
  func viewsAreCopiedAsTheyAre(gap: Int) {
    let x = tensor([7, 4, 5])
    let views: [(StridedView, [Int])] = [
      (StridedView(shape: [7, 20], strides: [1, 7]), [20, 7, 1]),
      (StridedView(shape: [5, 4, 3], strides: [7, 35, 2], offset: 1), [3, 5, 4]),
      (StridedView(shape: [20, 7], strides: [7, -1], offset: 6), [7, 20, 1]),
      (StridedView(shape: [2, 7, 3], strides: [0, 1, 0], offset: 70), [21, 2, 1]),
      (StridedView(rowMajor: [140]), [140]),
    ]
    for (view, shape) in views {
      let found = run(x, to: shape, gap: gap) { input, output, _ in
        output.writeRearranged(input, view)
      }
      #expect(found == Reference.rearranged(x, view, shape: shape), "\(view)")
    }
  }

  @Test(arguments: runnableLevels, [1, 2, 3])
  func productsEqualPlainSums(level: CPULevel, batches: Int) {
    for (height, depth, width) in [(1, 1, 1), (5, 7, 3), (12, 16, 32), (13, 33, 65), (25, 8, 17)] {
      let x = tensor([depth, batches * height, 1])
      let w = tensor([width, batches * depth, 1], seed: 72)
      let shape = [width, batches * height, 1]
      let second = OwnedMap(w)
      let found = run(x, to: shape) { input, output, scratch in
        output.writeMatrixProduct(
          of: input, second.map, batches: batches, level: level, scratch: scratch)
      }
      let plain = Reference.matrixProduct(x, w, batches: batches, shape: shape)
      // Sums of up to 33 products in Float32: (√33·2⁻²⁴)².
      #expect(Agreement(found.values, plain.values).nmse <= 2e-13, "\(height)×\(depth)×\(width)")
    }
  }

  @Test(arguments: runnableLevels)
  func softmaxEqualsItsDefinition(level: CPULevel) {
    for channels in awkwardChannels {
      var x = tensor([channels, 3, 2])
      x.values = x.values.map { $0 * 30 }
      let found = run(x, to: x.shape) { input, output, scratch in
        output.writeSoftmax(of: input, level: level, scratch: scratch)
      }
      let plain = Reference.softmax(x)
      // Exponents up to 60, whose rounding is 60·2⁻²⁴ of the result.
      #expect(Agreement(found.values, plain.values).nmse <= 4e-11, "\(channels)")
    }
  }

  static let functions: [ScalarFunction] = [
    .tanh, .exponential, .squareRoot, .absolute, .reciprocal, .errorFunction, .sine, .cosine,
    .floor, .ceiling, .sign, .round, .power(2), .power(3), .hardSigmoid(alpha: 0.3, beta: 0.4),
    .hardSwish, .mish, .softplus, .softsign, .exponentialUnit(alpha: 0.7, beta: 0.5, gamma: 1.1),
    .threshold(0.3), .clip(lower: -0.4, upper: 0.7), .tanhGELU, .logarithm, .float16, .bfloat16,
  ]

  @Test(arguments: functions)
  func functionsEqualFloat64(function: ScalarFunction) {
    var x = tensor([9, 4, 3])
    x.values = x.values.map { $0 * 5 }
    if function == .squareRoot || function == .logarithm { x.values = x.values.map(abs) }
    let found = run(x, to: x.shape) { input, output, _ in output.writeFunction(function, of: input)
    }
    for (value, result) in zip(x.values, found.values) {
      let exact = function(Double(value))
      // Three roundings in Float32 at most, of numbers no larger than 5 on the way.
      let bound = 3 * 0x1p-24 * max(abs(exact), 5)
      #expect(abs(Double(result) - exact) <= bound, "\(function) \(value)")
    }
    let special = run(Tensor(shape: [1], values: [.nan]), to: [1]) { input, output, _ in
      output.writeFunction(function, of: input)
    }
    if case .threshold = function { return }
    #expect(special.values[0].isNaN, "\(function)")
  }

  /// A value and what it becomes.
  private typealias Rounded = (value: Float, result: Float)

  /// IEEE 754's roundTiesToEven to 11 bits, with float16's subnormals and overflow.
  private static let halves: [Rounded] = [
    (0x1.002p0, 1), (0x1.006p0, 0x1.008p0), (0x1.00202p0, 0x1.004p0), (-0x1.002p0, -1),
    (0x1p-25, 0), (0x3p-25, 0x1p-23), (0x1.8p-25, 0x1p-24), (65519, 65504),
    (65520, .infinity), (-1e30, -.infinity), (.infinity, .infinity),
  ]

  /// The same to 8 bits, with Float32's exponents.
  private static let brainHalves: [Rounded] = [
    (0x1.01p0, 1), (0x1.03p0, 0x1.04p0), (0x1.0101p0, 0x1.02p0), (-0x1.01p0, -1),
    (0x1p-133, 0x1p-133), (0x1p-134, 0), (.greatestFiniteMagnitude, .infinity),
    (-.infinity, -.infinity),
  ]

  @Test(arguments: [ScalarFunction.float16, .bfloat16])
  func narrowTypesAreRoundedTo(function: ScalarFunction) {
    let cases = function == .float16 ? Self.halves : Self.brainHalves
    let x = Tensor(shape: [cases.count], values: cases.map { $0.value })
    let found = run(x, to: x.shape) { input, output, _ in output.writeFunction(function, of: input)
    }
    for (index, row) in cases.enumerated() {
      #expect(found.values[index] == row.result, "\(row)")
      #expect(Float(function(Double(row.value))) == row.result, "\(row)")
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func valuesThatAreNotFiniteAreFound(
    bad: Float
  ) {
    for (shape, gap) in [([5, 4, 7], 0), ([19, 3, 3], 5), ([64, 1, 1], 0), ([1], 0)] {
      func found(_ tensor: Tensor) -> Int? {
        let owned = OwnedMap(tensor, gap: gap)
        return withExtendedLifetime(owned) { owned.map.firstNonFinite }
      }
      let sound = Tensor(shape: shape, repeating: .greatestFiniteMagnitude)
      #expect(found(sound) == nil)
      for place in [0, shape.elementCount / 2, shape.elementCount - 1] {
        var broken = sound
        broken.values[place] = bad
        #expect(found(broken) == place, "\(shape) \(place)")
      }
    }
  }

  @Test func pairsAndReductionsEqualFloat64() {
    let (x, y) = (tensor([6, 3, 3]), tensor([6, 3, 3], seed: 73))
    let second = OwnedMap(y)
    for function in [PairFunction.subtract, .divide, .maximum, .minimum] {
      let found = run(x, to: x.shape) { input, output, _ in
        output.write(function, of: input, second.map)
      }
      let exact = zip(x.values, y.values).map { Float(function(Double($0), Double($1))) }
      #expect(found.values == exact, "\(function)")
    }
    for reduction in [
      Reduction.mean, .sum, .product, .maximum, .minimum, .length, .squares, .magnitudes,
      .logarithmOfExponentials,
    ] {
      let found = run(x, to: [1, 3, 3]) { input, output, _ in output.write(reduction, of: input) }
      #expect(found == Reference.reduced(x, reduction, shape: [1, 3, 3]), "\(reduction)")
    }
    #expect(PairFunction.maximum(.nan, 1).isNaN && PairFunction.minimum(1, .nan).isNaN)
  }

  @Test(arguments: [0, 2])
  func resamplingEqualsWeightedSums(gap: Int) {
    let x = tensor([5, 6, 4])
    let resampling = Resampling(
      rows: [[.init(5)], [.init(0, weight: 0.5), .init(1, weight: 0.25)], [], [.init(2)]],
      columns: [[.init(3, weight: 2)], [], [.init(0)], [.init(1, weight: -1), .init(2)]],
      border: 7)
    let found = run(x, to: [5, 4, 4], gap: gap) { input, output, _ in
      output.writeResampled(input, resampling)
    }
    let plain = Reference.resampled(x, resampling)
    // Two products and a sum on each axis.
    #expect(Agreement(found.values, plain.values).nmse <= 1e-13)
    let same = Resampling(rows: Resampling.unchanged(6), columns: Resampling.unchanged(4))
    #expect(
      run(x, to: x.shape, gap: gap) { input, output, _ in
        output.writeResampled(input, same)
      } == x)
  }
}
