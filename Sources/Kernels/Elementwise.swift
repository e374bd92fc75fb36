import CKernels
import Foundation
import Tensors

extension FeatureMap {
  /// `y = x` for equal shapes.
  package func writeCopy(of input: FeatureMap) {
    forEachPixel(with: input) { output, input in output.update(from: input, count: channels) }
  }

  /// `y = activation(x)`; `input` may be the map itself.
  package func writeActivation(_ activation: Activation, of input: FeatureMap) {
    switch activation {
    case .none: writeCopy(of: input)
    case .relu:
      forEachPixel(with: input) { output, input in
        for channel in 0..<channels { output[channel] = input[channel] < 0 ? 0 : input[channel] }
      }
    case .prelu(let slopes):
      precondition(slopes.count == channels, "slopes do not match the channels")
      slopes.withUnsafeBufferPointer { slopes in
        forEachPixel(with: input) { output, input in
          for channel in 0..<channels {
            let value = input[channel]
            output[channel] = value < 0 ? value * slopes[channel] : value
          }
        }
      }
    case .quickGELU, .gelu:
      let activate = CPULevel.current.tokenKernels.activate
      writeCopy(of: input)
      for pixel in 0..<pixels { activate?(base + pixel * pixelStride, channels, activation.symbol) }
    }
  }

  /// `y = 1 / (1 + e^−x)`.
  ///
  /// - Exactness: evaluated in Float64, rounded once.
  package func writeSigmoid(of input: FeatureMap) {
    forEachPixel(with: input) { output, input in
      for channel in 0..<channels {
        output[channel] = Float(1 / (1 + exp(-Double(input[channel]))))
      }
    }
  }

  /// `y[p, c] = x[p, c] · scale[c] + shift[c]`.
  package func writeAffine(of input: FeatureMap, scale: [Float], shift: [Float]) {
    precondition(scale.count == channels && shift.count == channels, "one factor a channel")
    scale.withUnsafeBufferPointer { scale in
      shift.withUnsafeBufferPointer { shift in
        forEachPixel(with: input) { output, input in
          for channel in 0..<channels {
            output[channel] = input[channel] * scale[channel] + shift[channel]
          }
        }
      }
    }
  }

  /// `y = activation(a + b)`; `b` has the same shape or is one pixel added everywhere.
  package func writeSum(of first: FeatureMap, _ second: FeatureMap, activation: Activation) {
    forEachPixel(with: first, second) { output, first, second in
      for channel in 0..<channels { output[channel] = first[channel] + second[channel] }
    }
    if activation != .none { writeActivation(activation, of: self) }
  }

  /// `y = a · b`; `b` has the same shape or is one pixel multiplied everywhere.
  package func writeProduct(of first: FeatureMap, _ second: FeatureMap) {
    forEachPixel(with: first, second) { output, first, second in
      for channel in 0..<channels { output[channel] = first[channel] * second[channel] }
    }
  }

  /// `y = x / ‖x‖₂` for a vector of one pixel.
  ///
  /// - Exactness: the norm in Float64, one Float32 division a value.
  package func writeNormalized(_ input: FeatureMap) {
    precondition(pixels == 1, "only vectors are normalised")
    var squares = 0.0
    for channel in 0..<channels { squares += Double(input.base[channel] * input.base[channel]) }
    let norm = Float(sqrt(squares))
    for channel in 0..<channels { base[channel] = input.base[channel] / norm }
  }

  /// `y[i, j] = x[i·stride, j·stride]`, PyTorch's `MaxPool2d(1, stride)`.
  package func writeSubsample(of input: FeatureMap, stride: Int) {
    for row in 0..<rows {
      for column in 0..<columns {
        pixel(row, column).update(
          from: input.pixel(row * stride, column * stride), count: channels)
      }
    }
  }

  /// A vector in `[C, H, W]` order from a map, PyTorch's `flatten`.
  package func writeFlattened(_ input: FeatureMap) {
    precondition(pixels == 1 && channels == input.pixels * input.channels, "sizes differ")
    for pixel in 0..<input.pixels {
      let source = input.base + pixel * input.pixelStride
      for channel in 0..<input.channels { base[channel * input.pixels + pixel] = source[channel] }
    }
  }

  @inline(__always)
  private func forEachPixel(
    with input: FeatureMap,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    precondition(input.pixels == pixels && input.channels == channels, "shapes differ")
    for pixel in 0..<pixels {
      body(base + pixel * pixelStride, input.base + pixel * input.pixelStride)
    }
  }

  @inline(__always)
  private func forEachPixel(
    with first: FeatureMap, _ second: FeatureMap,
    _ body: (
      UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    precondition(first.pixels == pixels && first.channels == channels, "shapes differ")
    precondition(
      second.channels == channels && (second.pixels == pixels || second.pixels == 1),
      "shapes differ")
    let step = second.pixels == 1 ? 0 : second.pixelStride
    for pixel in 0..<pixels {
      body(
        base + pixel * pixelStride, first.base + pixel * first.pixelStride,
        second.base + pixel * step)
    }
  }
}
