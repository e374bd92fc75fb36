import Kernels
import ReferenceKernels
import Tensors
import TestSupport
import Testing

/// Winograd's filterings against the readable convolution, on sizes around tiles and vectors.
@Suite struct WinogradTests {
  struct Case: Sendable, CustomStringConvertible {
    var channels = 9
    var outputs = 5
    var size = Extent(7, 9)
    var padding: Extent = 1
    var hasResidual = false
    var activation = Activation.none

    var description: String { "\(channels)→\(outputs), \(size), padding \(padding)" }

    func geometry(_ form: WinogradForm) -> ConvolutionGeometry {
      ConvolutionGeometry(kernel: form.taps, padding: padding)
    }

    func weights(_ form: WinogradForm) -> Tensor {
      SeededParameters.tensor(
        named: "weight", shape: [outputs, channels, form.taps.rows, form.taps.columns], seed: 2)
    }

    var bias: [Float] {
      SeededParameters.tensor(named: "bias", shape: [outputs], seed: 3).values
    }

    func input(seed: UInt64) -> Tensor {
      SeededParameters.input(shape: [channels, size.rows, size.columns], seed: seed)
    }

    func packed(
      _ form: WinogradForm, level: CPULevel, storage: WinogradStorage? = nil
    ) -> PackedConvolution {
      PackedConvolution(
        weights: weights(form), bias: bias, geometry: geometry(form), activation: activation,
        path: .winograd(form), level: level, storage: storage)
    }
  }

  static let levels = CPULevel.allCases.filter { $0 <= .best }

  static let cases: [Case] =
    [1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 64].map { Case(channels: $0, size: 6) }
    + [1, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65].map { Case(outputs: $0, size: 5) }
    + [3, 4, 5, 8, 9, 13, 47, 48, 49, 50].map { Case(size: Extent(3, $0)) }
    + [
      Case(size: Extent(5, 1), padding: Extent(1, 2)), Case(size: 1, padding: 2),
      Case(size: 2, padding: 7), Case(size: Extent(3, 6), padding: Extent(rows: 5, columns: 0)),
      Case(size: 14, padding: 0), Case(size: 33, padding: 1),
      Case(outputs: 20, hasResidual: true, activation: .relu),
      Case(outputs: 33, hasResidual: true),
      Case(outputs: 3, activation: .prelu([0.5, -0.25, 0.1])),
    ]

  @Test(arguments: levels, WinogradForm.allCases)
  func matchesTheReference(level: CPULevel, form: WinogradForm) {
    for given in Self.cases {
      let geometry = given.geometry(form)
      let input = given.input(seed: 1)
      var expected = Reference.convolution(
        input, weights: given.weights(form), bias: given.bias, geometry: geometry)
      guard expected.count > 0 else { continue }
      let residual =
        given.hasResidual ? SeededParameters.input(shape: expected.shape, seed: 4) : nil
      finish(&expected, residual: residual, activation: given.activation)
      let packed = given.packed(form, level: level)
      let found = run(input, to: expected.shape) { source, target, scratch in
        let other = residual.map { OwnedMap($0) }
        withExtendedLifetime(other) {
          packed.apply(
            [source], to: [target], adding: other.map { [$0.map] } ?? [], scratch: scratch)
        }
      }
      // Outputs have a variance of 2/3 before bias and residual. Six standard deviations of the error,
      // whose mean square over a tile may fall on one output alone, and the roundings of the two sums
      // behind it.
      let tile = Double(form.outputs.rows * form.outputs.columns)
      let deviation = (form.errorBound(channels: given.channels) * tile * 2 / 3).squareRoot()
      let agreement = Agreement(found.values, expected.values)
      #expect(
        agreement.maximum <= 6 * deviation + 4 * Double(Float.ulpOfOne), "\(given): \(agreement)")
    }
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

  /// Layers of the networks, by channels, on inputs of any sign and on what a ReLU leaves of them.
  ///
  /// Few outputs and a small map keep the reference quick; every output is one sum all the same.
  @Test(
    arguments: WinogradForm.allCases, [8, 16, 48, 64, 80, 128, 256, 448, 512, 1024, 3072])
  func errorStaysWithinItsBound(form: WinogradForm, channels: Int) {
    let given = Case(channels: channels, outputs: 8, size: 12, padding: 1)
    let packed = given.packed(form, level: .current)
    for rectified in [false, true] {
      var input = given.input(seed: 5)
      if rectified { input.values = input.values.map { max($0, 0) } }
      let expected = Reference.convolution(
        input, weights: given.weights(form), bias: given.bias, geometry: given.geometry(form))
      let found = run(input, to: expected.shape) { packed.apply([$0], to: [$1], scratch: $2) }
      let agreement = Agreement(found.values, expected.values)
      #expect(
        agreement.nmse <= form.errorBound(channels: channels),
        "rectified \(rectified): \(agreement)")
    }
  }

  /// Neither its neighbors nor their number change a bit of an image, blocks of tiles or not.
  @Test(arguments: levels, WinogradForm.allCases)
  func groupsEqualSingleImages(level: CPULevel, form: WinogradForm) {
    for given in [
      Case(), Case(channels: 64, outputs: 33, size: 31, hasResidual: true, activation: .relu),
      Case(channels: 130, outputs: 16, size: 13),
    ] {
      let packed = given.packed(form, level: level)
      let geometry = given.geometry(form)
      let shape = [
        given.outputs, geometry.outputRows(given.size.rows),
        geometry.outputColumns(given.size.columns),
      ]
      let inputs = (0..<3).map { OwnedMap(given.input(seed: 10 + UInt64($0))) }
      let residuals = (0..<3).map {
        OwnedMap(SeededParameters.input(shape: shape, seed: 20 + UInt64($0)))
      }
      let scratch = KernelScratch()
      func outputs(of range: Range<Int>) -> [Tensor] {
        let targets = range.map { _ in OwnedMap(shape: shape) }
        packed.apply(
          inputs[range].map(\.map), to: targets.map(\.map),
          adding: given.hasResidual ? residuals[range].map(\.map) : [], scratch: scratch)
        return targets.map(\.tensor)
      }
      let single = (0..<3).flatMap { outputs(of: $0..<$0 + 1) }
      #expect(outputs(of: 0..<3) == single, "\(given)")
      #expect(outputs(of: 1..<3) == Array(single[1..<3]), "\(given)")
    }
  }

  /// Filters that are transformed as they are needed give the bits of those transformed once, whether
  /// their channels make one chunk, whole chunks or a rest.
  @Test(arguments: levels, WinogradForm.allCases)
  func storageChangesNoBit(level: CPULevel, form: WinogradForm) {
    for channels in [9, 128, 256, 1100] {
      let given = Case(channels: channels, outputs: 35, size: 9)
      let input = given.input(seed: 9)
      let geometry = given.geometry(form)
      let shape = [35, geometry.outputRows(9), geometry.outputColumns(9)]
      let results = [WinogradStorage.transformed, .plain].map { storage in
        let packed = given.packed(form, level: level, storage: storage)
        return run(input, to: shape) { packed.apply([$0], to: [$1], scratch: $2) }
      }
      #expect(results[0] == results[1], "\(channels) channels")
    }
  }

  /// Layers small enough to keep transformed filters and larger ones, whose weights are packed again and again.
  @Test(arguments: levels, [9, 40, 256, 1100])
  func updatableConvolutionsHaveTheSameBits(level: CPULevel, channels: Int) {
    let given = Case(channels: channels, outputs: 131, size: 12)
    let form = WinogradForm.outputs4Kernel3
    let (geometry, weights) = (given.geometry(form), given.weights(form))
    let packed = given.packed(form, level: level)
    let updatable = UpdatableConvolution(
      geometry, inputs: channels, outputs: given.outputs, size: given.size, level: level)
    let (input, scratch) = (given.input(seed: 9), GradientScratch())
    let shape = [given.outputs, given.size.rows, given.size.columns]
    let expected = run(input, to: shape) { packed.apply([$0], to: [$1], scratch: $2) }
    // What an earlier packing left must not be seen.
    for values in [weights.values.map { 1 - $0 }, weights.values] {
      for panel in 0..<updatable.panelCount {
        updatable.pack(panel, weights: values, bias: given.bias)
      }
    }
    let found = run(input, to: shape) { source, target, _ in
      updatable.apply([source], to: [target], scratch: scratch)
    }
    #expect(found == expected)
  }

  /// The two levels that fuse multiply and add take the same steps.
  @Test(.enabled(if: CPULevel.best == .avx512), arguments: WinogradForm.allCases)
  func fusingLevelsAgreeToTheBit(form: WinogradForm) {
    let given = Case(channels: 37, outputs: 41, size: 19)
    let input = given.input(seed: 7)
    let geometry = given.geometry(form)
    let shape = [41, geometry.outputRows(19), geometry.outputColumns(19)]
    let results = [CPULevel.avx2, .avx512].map { level in
      let packed = given.packed(form, level: level)
      return run(input, to: shape) { packed.apply([$0], to: [$1], scratch: $2) }
    }
    #expect(results[0] == results[1])
  }

  /// Channels beside the output's own, in a wider map, stay as they were.
  @Test(arguments: levels, WinogradForm.allCases)
  func writesOnlyItsOwnChannels(level: CPULevel, form: WinogradForm) {
    for outputs in [1, 15, 16, 33] {
      let given = Case(outputs: outputs, size: 11)
      let packed = given.packed(form, level: level)
      let geometry = given.geometry(form)
      let (rows, columns) = (geometry.outputRows(11), geometry.outputColumns(11))
      let wide = OwnedMap(Tensor(shape: [outputs + 9, rows, columns], repeating: 5))
      let input = OwnedMap(given.input(seed: 8))
      withExtendedLifetime(input) {
        packed.apply(
          [input.map], to: [wide.map.channels(from: 4, count: outputs)], scratch: KernelScratch())
      }
      let values = wide.tensor.values
      let plane = rows * columns
      #expect(values[..<(4 * plane)].allSatisfy { $0 == 5 })
      #expect(values[((4 + outputs) * plane)...].allSatisfy { $0 == 5 })
    }
  }
}
