import Kernels

/// A place in a network's tree of parameter names; operations with parameters are described on it.
///
/// `scope["layer1"]["0"]["conv1"].convolution(x, to: 64, kernel: 3)` reads `layer1.0.conv1.weight` and
/// `layer1.0.conv1.bias`.
package struct Scope {
  let builder: GraphBuilder
  /// Name so far, without a trailing dot.
  package let prefix: String

  /// The place below this one.
  package subscript(_ component: String) -> Scope {
    Scope(builder: builder, prefix: prefix.isEmpty ? component : "\(prefix).\(component)")
  }

  /// The place below this one in a numbered sequence.
  package subscript(_ index: Int) -> Scope { self["\(index)"] }

  private func name(_ parameter: String) -> String { self[parameter].prefix }

  /// `Conv2d`: `[C, H, W] → [O, H', W']`; parameters `weight [O, C / groups, R, S]`, `bias [O]`.
  package func convolution(
    _ x: Value, to channels: Int, kernel: Extent, stride: Int = 1, padding: Extent = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true
  ) -> Value {
    let geometry = ConvolutionGeometry(
      kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups)
    let weight = [channels, x.channels / groups, kernel.rows, kernel.columns]
    return convolution(x, to: channels, geometry, weight: weight, bias: bias)
  }

  /// `ConvTranspose2d`: `[C, H, W] → [O, H', W']`; parameters `weight [C, O, R, S]`, `bias [O]`.
  package func transposedConvolution(
    _ x: Value, to channels: Int, kernel: Extent, stride: Int, padding: Extent = 0,
    bias: Bool = true
  ) -> Value {
    let geometry = ConvolutionGeometry(
      kernel: kernel, stride: stride, padding: padding, isTransposed: true)
    let weight = [x.channels, channels, kernel.rows, kernel.columns]
    return convolution(x, to: channels, geometry, weight: weight, bias: bias)
  }

  private func convolution(
    _ x: Value, to channels: Int, _ geometry: ConvolutionGeometry, weight: [Int], bias: Bool
  ) -> Value {
    convolution(
      x, geometry, weight: ParameterSpecification(name: name("weight"), shape: weight),
      bias: bias ? ParameterSpecification(name: name("bias"), shape: [channels]) : nil)
  }

  /// `Linear`: `[D] → [O]` or, on tokens, `[D, T, 1] → [O, T, 1]`; parameters `weight [O, D]`, `bias [O]`.
  package func linear(_ x: Value, to features: Int, bias: Bool = true) -> Value {
    linear(
      x,
      weight: ParameterSpecification(name: name("weight"), shape: [features, x.channels]),
      bias: bias ? ParameterSpecification(name: name("bias"), shape: [features]) : nil)
  }

  /// `BatchNorm1d` / `BatchNorm2d` in evaluation mode, over axis `C` of `[C, H, W]` or `D` of `[D]`.
  ///
  /// Parameters `weight`, `bias` (if affine), `running_mean`, `running_var`, all `[C]`, and the counter
  /// `num_batches_tracked`.
  package func batchNorm(_ x: Value, epsilon: Float = 1e-5, affine: Bool = true) -> Value {
    let names = (affine ? ["weight", "bias"] : []) + ["running_mean", "running_var"]
    for parameter in names { _ = builder.parameter(name(parameter), shape: [x.channels]) }
    _ = builder.parameter(name("num_batches_tracked"), shape: [], isCounter: true)
    return builder.add(
      .batchNorm(prefix: prefix, epsilon: epsilon, affine: affine), [x.node], shape: x.shape,
      scope: prefix)
  }

  /// `PReLU` with one slope a channel, `weight [C]`.
  package func prelu(_ x: Value) -> Value {
    prelu(x, weight: ParameterSpecification(name: name("weight"), shape: [x.channels]))
  }
}
