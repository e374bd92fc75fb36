import ArrayKernels
import Kernels
import Tensors

/// What a result was made of, for descriptions that find a known operation in its parts.
extension Value {
  private var operation: Operation { builder.nodes[node].operation }

  private func input(_ index: Int = 0) -> Value {
    Value(builder: builder, node: builder.nodes[node].inputs[index])
  }

  /// Whether both are the same result.
  package func isSame(as other: Value) -> Bool { node == other.node && builder === other.builder }

  /// A number that tells this result from all others of the network.
  package var identity: Int { node }

  /// `x · scale + shift` where all channels have the same numbers, and `x`.
  private var uniformAffine: (scale: Float, shift: Float, of: Value)? {
    guard case .affine(let scale, let shift) = operation, let first = scale.first,
      let last = shift.first, scale.allSatisfy({ $0 == first }), shift.allSatisfy({ $0 == last })
    else { return nil }
    return (first, last, input())
  }

  /// `x` and the factor, if this is `x` times a number; this itself and 1 otherwise.
  package var uniformlyScaled: (of: Value, factor: Float) {
    if case (let scale, 0, let origin)? = uniformAffine { return (origin, scale) }
    return (self, 1)
  }

  /// `x · scale[c] + shift[c]`, merged with an affine step before it where not a bit changes.
  package func mergedAffine(scale: [Float], shift: [Float]) -> Value {
    if case .affine(let inner, let offset) = operation, offset.allSatisfy({ $0 == 0 }),
      scale.allSatisfy({ $0 == 1 })
    {
      return input().perChannelAffine(scale: inner, shift: shift)
    }
    return perChannelAffine(scale: scale, shift: shift)
  }

  /// For this result as a factor on `x`: `x · self = factor · gelu(x)`, or nil.
  ///
  /// That is so for `a · (1 + erf(x / √2))`, with `factor = 2 a`.
  package func geluFactor(on x: Value) -> Float? {
    guard let (scale, shift, inner) = uniformAffine, scale == shift,
      case .array(.function(.errorFunction)) = inner.operation,
      case (let slope, 0, let origin)? = inner.input().uniformAffine, origin.isSame(as: x),
      abs(slope * Float(2).squareRoot() - 1) < 1e-6
    else { return nil }
    return 2 * scale
  }

  /// Whether `x · self` is `x · σ(1.702 x)`.
  package func makesQuickGELU(of x: Value) -> Bool {
    guard case .sigmoid = operation, case (let slope, 0, let origin)? = input().uniformAffine
    else { return false }
    return origin.isSame(as: x) && slope == 1.702
  }

  /// For this result as a quotient's dividend: `x` and `ε` if `self / divisor` is `x` normalized over the
  /// channels of each pixel, which is how layer norms were exported before ONNX had them.
  ///
  /// That is `(x − mean) / √(mean of (x − mean)² + ε)`, with both means repeated over the channels.
  package func normalized(dividingBy divisor: Value) -> (of: Value, epsilon: Float)? {
    guard case .array(.pair(.subtract)) = operation,
      let mean = input(1).repeatedPixel, case .array(.reduce(.mean)) = mean.operation,
      mean.input().memory.isSame(as: input().memory),
      let root = divisor.repeatedPixel, case .array(.function(.squareRoot)) = root.operation,
      case (1, let epsilon, let sum)? = root.input().uniformAffine
    else { return nil }
    let variance = sum.memory
    guard case .array(.reduce(.mean)) = variance.operation,
      variance.input().memory.isSquare(of: self)
    else { return nil }
    return (input(), epsilon)
  }

  /// Whether this is the Euclidean length of a vector `x`, kept from zero or not, for each of its values.
  package func repeatsLength(of x: Value) -> Bool {
    guard x.shape.count == 1, var length = repeatedPixel else { return false }
    if case .array(.function(.clip(let lower, .infinity))) = length.operation, lower <= 1e-6 {
      length = length.input().memory
    }
    guard case .array(.reduce(.length)) = length.operation else { return false }
    return length.input().memory.isSame(as: x.memory)
  }

  private func isSquare(of x: Value) -> Bool {
    switch operation {
    case .array(.function(.power(2))): input().isSame(as: x)
    case .multiply: input().isSame(as: x) && input(1).isSame(as: x)
    default: false
    }
  }

  /// The map of one channel whose value this one repeats over the channels of each pixel.
  private var repeatedPixel: Value? {
    guard case .array(.rearrange(let view)) = operation else { return nil }
    let source = input()
    let expected = StridedView(shape: [rows * columns, channels], strides: [1, 0])
    guard source.shape.elementCount == rows * columns, view.collapsed == expected.collapsed else {
      return nil
    }
    return source.memory
  }

  /// The result whose memory this is under another shape.
  private var memory: Value {
    var origin = self
    while case .array(.reinterpret) = origin.operation { origin = origin.input() }
    return origin
  }
}
