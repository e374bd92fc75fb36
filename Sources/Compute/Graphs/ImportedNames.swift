import Kernels

/// Operations whose parameters are named in full, whatever the place: imported networks share weights
/// and name them as they like.
extension Scope {
  /// `Conv2d` or `ConvTranspose2d`, `[C, H, W] → [O, H', W']`.
  ///
  /// - Parameters:
  ///   - x: the input.
  ///   - geometry: filter size, steps, padding, groups and direction.
  ///   - weight: `[O, C / groups, R, S]`, or `[C, O / groups, R, S]` if transposed.
  ///   - bias: `[O]`, or nil for none.
  /// - Returns: the result.
  package func convolution(
    _ x: Value, _ geometry: ConvolutionGeometry, weight: ParameterSpecification,
    bias: ParameterSpecification?
  ) -> Value {
    let operation = Operation.convolution(
      geometry, weight: note(weight), bias: bias.map { note($0) })
    let groups = geometry.groups
    let channels = geometry.isTransposed ? weight.shape[1] * groups : weight.shape[0]
    let inputs = geometry.isTransposed ? weight.shape[0] : weight.shape[1] * groups
    let fits =
      x.shape.count == 3 && x.channels == inputs && inputs % groups == 0 && channels % groups == 0
    if !fits { builder.reject(operation.name, [x.node], scope: prefix) }
    let shape =
      fits
      ? [channels, geometry.outputRows(x.rows), geometry.outputColumns(x.columns)]
      : [channels, 1, 1]
    return builder.add(operation, [x.node], shape: shape, scope: prefix)
  }

  /// `Linear`, `[D] → [O]` or `[D, T, 1] → [O, T, 1]`, with `weight [O, D]` and `bias [O]` or none.
  package func linear(
    _ x: Value, weight: ParameterSpecification, bias: ParameterSpecification?
  ) -> Value {
    let operation = Operation.linear(weight: note(weight), bias: bias.map { note($0) })
    if x.channels != weight.shape[1] || !x.isTokens {
      builder.reject(operation.name, [x.node], scope: prefix)
    }
    return builder.add(
      operation, [x.node], shape: [weight.shape[0]] + x.shape.dropFirst(), scope: prefix)
  }

  /// `PReLU` with one slope a channel, `weight [C]`.
  package func prelu(_ x: Value, weight: ParameterSpecification) -> Value {
    let operation = Operation.prelu(weight: note(weight))
    if weight.shape != [x.channels] { builder.reject(operation.name, [x.node], scope: prefix) }
    return builder.add(operation, [x.node], shape: x.shape, scope: prefix)
  }

  func note(_ parameter: ParameterSpecification) -> String {
    builder.parameter(parameter.name, shape: parameter.shape)
  }
}

extension Value {
  /// Makes the tracing fail with ``GraphError/refused(network:reason:)``, for descriptions that come
  /// from files and find that they cannot treat the shape they are given.
  package func refused(because reason: String) -> Value {
    builder.refuse(.refused(network: builder.network, reason: reason))
    return self
  }
}
