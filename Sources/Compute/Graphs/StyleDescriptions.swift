import Kernels

/// Layers of generators by style, with rosinality's names of parameters.
///
/// Source: Karras et al., arXiv 1912.04958, section 2.2; `rosinality/stylegan2-pytorch`, `model.py`.
extension Scope {
  /// `EqualLinear`: weights are scaled when they are used; parameters `weight [O, D]`, `bias [O]`.
  ///
  /// - Parameters:
  ///   - x: `[D]`.
  ///   - features: `O`.
  ///   - rate: factor on weights and bias, the layer's share of the learning rate.
  ///   - isRectified: whether a leaky rectifier follows.
  /// - Returns: `[O]`.
  package func equalizedLinear(
    _ x: Value, to features: Int, rate: Float = 1, isRectified: Bool = false
  ) -> Value {
    let scale = Float(Double(rate) / Double(x.channels).squareRoot())
    guard isRectified else {
      let y = linear(x.scaled(by: scale / rate), to: features)
      return rate == 1 ? y : y.scaled(by: rate)
    }
    let y = linear(x.scaled(by: scale), to: features, bias: false)
    return leakyReLU(y, StyleOperation.LeakyReLU(biasGain: rate))
  }

  /// `EqualConv2d`: weights are scaled when they are used; parameters `weight [O, C, K, K]`, `bias [O]`.
  package func equalizedConvolution(
    _ x: Value, to channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true
  ) -> Value {
    let scale = Float(1 / Double(x.channels * kernel * kernel).squareRoot())
    return convolution(
      x.scaled(by: scale), to: channels, kernel: Extent(kernel), stride: stride,
      padding: Extent(padding), bias: bias)
  }

  /// `FusedLeakyReLU`; parameter `bias [C]`.
  package func leakyReLU(
    _ x: Value, _ function: StyleOperation.LeakyReLU = StyleOperation.LeakyReLU()
  ) -> Value {
    let bias = builder.parameter(self["bias"].prefix, shape: [x.channels])
    return builder.add(
      .style(.leakyReLU(function, bias: bias)), [x.node], shape: x.shape, scope: prefix)
  }

  /// A learned number added to each channel; parameter `bias [1, C, 1, 1]`.
  package func shifted(_ x: Value) -> Value {
    let bias = builder.parameter(self["bias"].prefix, shape: [1, x.channels, 1, 1])
    let function = StyleOperation.LeakyReLU(slope: 1, gain: 1)
    return builder.add(
      .style(.leakyReLU(function, bias: bias)), [x.node], shape: x.shape, scope: prefix)
  }

  /// A learned map; parameter of the given name `[1, C, H, W]`.
  package func constant(_ name: String, channels: Int, size: Int) -> Value {
    let shape = [channels, size, size]
    let parameter = builder.parameter(self[name].prefix, shape: [1] + shape)
    return builder.add(.style(.constant(parameter)), [], shape: shape, scope: prefix)
  }

  /// A fixed map of noise, added to all channels.
  ///
  /// - Parameters:
  ///   - x: `[C, H, W]`.
  ///   - noise: full name of the map, `[1, 1, H, W]`.
  /// - Returns: `x + weight · noise`; parameter `weight [1]`.
  package func noise(_ x: Value, _ noise: String) -> Value {
    let map = builder.parameter(noise, shape: [1, 1, x.rows, x.columns])
    let strength = builder.parameter(self["weight"].prefix, shape: [1])
    return builder.add(
      .style(.noise(map, strength: strength)), [x.node], shape: x.shape, scope: prefix)
  }

  /// `σ(a) · x + (1 − σ(a)) · y`; parameter `share [1]`.
  ///
  /// - Parameters:
  ///   - x: `[C, H, W]`.
  ///   - y: of the same shape.
  /// - Returns: of the same shape.
  package func mixture(of x: Value, _ y: Value) -> Value {
    let share = builder.parameter(self["share"].prefix, shape: [1])
    if x.shape != y.shape { builder.reject("mixture", [x.node, y.node], scope: prefix) }
    return builder.add(
      .style(.mixture(share)), [x.node, y.node], shape: x.shape, scope: prefix)
  }

  /// `ModulatedConv2d`, in the form that scales the input by the styles and the result by what they make of the
  /// filters, so that all images share the filters; parameters `weight [1, O, C, K, K]`, `modulation.weight [C, D]`,
  /// `modulation.bias [C]`.
  ///
  /// - Parameters:
  ///   - x: `[C, H, W]`.
  ///   - code: `[D]`.
  ///   - channels: `O`.
  ///   - kernel: `K`, an odd number.
  ///   - isDemodulated: whether results are divided by the expected deviation.
  ///   - upsamples: whether rows and columns are doubled.
  /// - Returns: `[O, H, W]`, or `[O, 2 H, 2 W]`.
  package func modulatedConvolution(
    _ x: Value, by code: Value, to channels: Int, kernel: Int, isDemodulated: Bool = true,
    upsamples: Bool = false
  ) -> Value {
    let gain = Float(1 / Double(x.channels * kernel * kernel).squareRoot())
    let styles = self["modulation"].equalizedLinear(code, to: x.channels).scaled(by: gain)
    let weight = builder.parameter(
      self["weight"].prefix, shape: [1, channels, x.channels, kernel, kernel])
    let geometry =
      upsamples
      ? ConvolutionGeometry(
        kernel: Extent(kernel), stride: 2, isTransposed: true, isOutputFirst: true)
      : ConvolutionGeometry(kernel: Extent(kernel), padding: Extent(kernel / 2))
    var y = x * styles.asMap()
    y = builder.add(
      .convolution(geometry, weight: weight, bias: nil), [y.node],
      shape: [channels, geometry.outputRows(x.rows), geometry.outputColumns(x.columns)],
      scope: prefix)
    if upsamples { y = self["blur"].filtered(y, gain: 2, before: 1, behind: 1) }
    guard isDemodulated else { return y }
    let factors = builder.add(
      .style(.demodulation(weight: weight, epsilon: 1e-8)), [styles.node], shape: [channels],
      scope: prefix)
    return y * factors.asMap()
  }
}

/// The filter 1, 3, 3, 1, which published files hold as `kernel [4, 4]`; that it is the same there is nothing that a
/// graph knows.
extension Scope {
  private func noteFilter() {
    _ = builder.parameter(self["kernel"].prefix, shape: [4, 4], isCounter: true)
  }

  /// `Blur`, with borders of zeros: `[C, H + before + behind − 3, …]`.
  package func filtered(_ x: Value, gain: Float, before: Int, behind: Int) -> Value {
    noteFilter()
    return x.filtered(by: [1, 3, 3, 1], gain: gain, before: before, behind: behind)
  }

  /// `Upsample`: `[C, 2 H, 2 W]`.
  package func doubled(_ x: Value) -> Value {
    noteFilter()
    return x.doubled()
  }
}

extension Value {
  /// `x · factor`.
  package func scaled(by factor: Float) -> Value {
    perChannelAffine(
      scale: [Float](repeating: factor, count: channels),
      shift: [Float](repeating: 0, count: channels))
  }

  /// `upfirdn2d` without steps: a separable filter over rows and columns, with borders of zeros.
  ///
  /// - Parameters:
  ///   - taps: `K`, symmetric; they are divided by their sum.
  ///   - gain: factor along each axis.
  ///   - before: zeros before the first row and column.
  ///   - behind: zeros behind the last.
  /// - Returns: `[C, H + before + behind − K + 1, …]`.
  package func filtered(by taps: [Float], gain: Float, before: Int, behind: Int) -> Value {
    func axis(_ count: Int) -> [[Resampling.Tap]] {
      (0..<count + before + behind - taps.count + 1).map { first in
        taps.indices.compactMap { tap in
          let position = first + tap - before
          guard (0..<count).contains(position) else { return nil }
          return Resampling.Tap(position, weight: taps[tap] / taps.reduce(0, +) * gain)
        }
      }
    }
    return resampled(Resampling(rows: axis(rows), columns: axis(columns)))
  }

  /// `Upsample` of rosinality: rows and columns doubled by the filter 1, 3, 3, 1 with borders of zeros.
  ///
  /// - Returns: `[C, 2 H, 2 W]`.
  package func doubled() -> Value {
    func axis(_ count: Int) -> [[Resampling.Tap]] {
      (0..<2 * count).map { index in
        let near = index / 2
        let far = index % 2 == 0 ? near - 1 : near + 1
        let taps = [Resampling.Tap(near, weight: 0.75), Resampling.Tap(far, weight: 0.25)]
        return taps.filter { (0..<count).contains($0.position) }
      }
    }
    return resampled(Resampling(rows: axis(rows), columns: axis(columns)))
  }
}
