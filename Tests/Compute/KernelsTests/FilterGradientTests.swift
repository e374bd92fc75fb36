import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients of filters, by Winograd's filterings and without, against plain sums in Float64.
@Suite struct FilterGradientTests {
  struct Case: Sendable, CustomStringConvertible {
    var kernel: Extent = 3
    var padding: Extent = 1
    var channels = 9
    var outputs = 8
    var size = Extent(7, 9)
    var images = 2
    var isInputFirst = false

    var description: String {
      "\(kernel), \(channels)→\(outputs), \(images) of \(size), padding \(padding)"
    }

    var geometry: ConvolutionGeometry { ConvolutionGeometry(kernel: kernel, padding: padding) }

    var outputShape: [Int] {
      [outputs, geometry.outputRows(size.rows), geometry.outputColumns(size.columns)]
    }

    var inputTensors: [Tensor] {
      (0..<images).map {
        SeededParameters.input(shape: [channels, size.rows, size.columns], seed: 40 + UInt64($0))
      }
    }

    var gradientTensors: [Tensor] {
      (0..<images).map { SeededParameters.input(shape: outputShape, seed: 60 + UInt64($0)) }
    }

    func gradient(_ level: CPULevel, _ arithmetic: Arithmetic) -> FilterGradient {
      FilterGradient(
        geometry, inputs: channels, outputs: outputs, size: size, isInputFirst: isInputFirst,
        level: level, arithmetic: arithmetic)
    }

    /// The weights' gradient, images in runs of their own that are summed by different calls.
    func computed(
      _ level: CPULevel, _ arithmetic: Arithmetic = .fast, runs: Int = 1, cuts: Int = 1
    ) -> [Float] {
      let gradient = gradient(level, arithmetic)
      let (inputs, changes) = (
        inputTensors.map { OwnedMap($0) }, gradientTensors.map { OwnedMap($0) }
      )
      var sums = [Float](repeating: 0, count: runs * gradient.sumCount)
      var weights = [Float](repeating: 0, count: gradient.weightCount)
      let scratch = GradientScratch()
      sums.withUnsafeMutableBufferPointer { sums in
        guard let base = sums.baseAddress else { return }
        for run in 0..<runs {
          let range = run * images / runs..<(run + 1) * images / runs
          for cut in 0..<cuts {
            let count = gradient.panelCount
            let panels = cut * count / cuts..<(cut + 1) * count / cuts
            if panels.isEmpty { continue }
            withExtendedLifetime((inputs, changes)) {
              gradient.add(
                inputs[range].map(\.map), changes[range].map(\.map), panels: panels,
                to: base + run * gradient.sumCount, scratch: scratch)
            }
          }
        }
        weights.withUnsafeMutableBufferPointer { weights in
          guard let target = weights.baseAddress else { return }
          for panel in 0..<gradient.panelCount {
            gradient.reduce(base, count: runs, panel: panel, into: target)
          }
        }
      }
      return weights
    }

    /// Plain sums, and what the squares of their terms amount to in the mean.
    func expected() -> (weights: [Double], energy: Double) {
      let shape = outputShape
      let taps = kernel.rows * kernel.columns
      var weights = [Double](repeating: 0, count: outputs * channels * taps)
      var squares = 0.0
      for (input, change) in zip(inputTensors, gradientTensors) {
        for output in 0..<outputs {
          for row in 0..<shape[1] {
            for column in 0..<shape[2] {
              let dy = Double(change.values[(output * shape[1] + row) * shape[2] + column])
              for channel in 0..<channels {
                for r in 0..<kernel.rows {
                  let y = row - padding.rows + r
                  guard y >= 0, y < size.rows else { continue }
                  for s in 0..<kernel.columns {
                    let x = column - padding.columns + s
                    guard x >= 0, x < size.columns else { continue }
                    let value = Double(
                      input.values[(channel * size.rows + y) * size.columns + x])
                    let filter =
                      isInputFirst ? channel * outputs + output : output * channels + channel
                    weights[filter * taps + r * kernel.columns + s] += dy * value
                    squares += dy * value * (dy * value)
                  }
                }
              }
            }
          }
        }
      }
      return (weights, squares / Double(weights.count))
    }
  }

  static let cases: [Case] =
    [8, 9, 15, 16, 17, 33, 64].map { Case(channels: $0, size: 6) }
    + [8, 9, 15, 16, 17, 31, 33, 65].map { Case(outputs: $0, size: 5) }
    + [1, 2, 3, 4, 5, 8, 13, 40].map { Case(size: Extent(3, $0)) }
    + WinogradForm.allCases.map {
      Case(kernel: $0.taps, padding: Extent($0.taps.rows / 2, $0.taps.columns / 2), outputs: 12)
    }
    + [
      Case(padding: 3, size: 2), Case(padding: 0, size: 14, images: 5),
      Case(outputs: 20, isInputFirst: true), Case(channels: 70, outputs: 40, size: 33),
      Case(channels: 3, outputs: 20), Case(channels: 20, outputs: 3),
    ]

  @Test(arguments: runnableLevels, Arithmetic.allCases)
  func matchesPlainSums(level: CPULevel, arithmetic: Arithmetic) {
    for given in Self.cases {
      let (expected, energy) = given.expected()
      let found = given.computed(level, arithmetic)
      let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      // Six standard deviations of the error. Winograd's is that of a convolution whose channels are tiles, in the mean
      // over the taps; it may fall on one of them alone. A plain chain of n sums makes n/2 roundings of its variance.
      let pixels = Double(given.images * given.outputShape[1] * given.outputShape[2])
      let roundoff = Double(Float.ulpOfOne) / 2
      let plain = roundoff * roundoff / 3 * (pixels / 2 + 2)
      let form = WinogradForm.allCases.filter { $0.taps == given.kernel }
      let share = form.map {
        $0.errorBound(channels: given.images * $0.tileTotal(given.outputShape))
          * Double($0.taps.rows * $0.taps.columns)
      }
      let bound = max(plain, arithmetic == .fast ? share.max() ?? 0 : 0)
      #expect(
        found.count == expected.count && worst <= 6 * (bound * energy).squareRoot(),
        "\(given): off by \(worst), allowed \(6 * (bound * energy).squareRoot())")
    }
  }

  /// Panels may be summed by different workers, and calls joined in any division of the images.
  @Test(arguments: runnableLevels)
  func panelsAreIndependent(level: CPULevel) {
    let given = Case(channels: 20, outputs: 70, size: 9, images: 4)
    #expect(given.computed(level, cuts: 3) == given.computed(level))
    #expect(given.computed(level, runs: 2, cuts: 2) == given.computed(level, runs: 2))
  }

  /// The two levels that fuse multiply and add take the same steps.
  @Test(.enabled(if: CPULevel.best == .avx512), arguments: [3, 5])
  func fusingLevelsAgreeToTheBit(kernel: Int) {
    let given = Case(kernel: Extent(kernel), channels: 37, outputs: 41, size: 19)
    #expect(given.computed(.avx2) == given.computed(.avx512))
  }
}

extension WinogradForm {
  /// Tiles that cover a map of outputs `[O, H, W]`.
  fileprivate func tileTotal(_ shape: [Int]) -> Int {
    (shape[1] + outputs.rows - 1) / outputs.rows
      * ((shape[2] + outputs.columns - 1) / outputs.columns)
  }
}
