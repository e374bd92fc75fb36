import Kernels
import Tensors

/// Operations of diffusion models' networks, in addition to those of all networks.
extension Value {
  private var place: String { builder.nodes[node].scope }

  private func then(_ operation: Operation, shape: [Int], fits: Bool = true) -> Value {
    if !fits { builder.reject(operation.name, [node], scope: place) }
    return builder.add(operation, [node], shape: shape, scope: place)
  }

  /// `x · σ(x)`.
  package func silu() -> Value { then(.silu, shape: shape) }

  /// `x · (1 + scale) + shift` with numbers for each channel of an image, `[C]` each.
  package func modulated(scale: Value, shift: Value) -> Value {
    let ones = [Float](repeating: 1, count: scale.channels)
    return self * scale.perChannelAffine(scale: ones, shift: ones).asMap() + shift.asMap()
  }

  /// The first half of the channels times the GELU of the second, `[2 C, …] → [C, …]`.
  ///
  /// Source: Shazeer, arXiv 2002.05202; `CompVis/latent-diffusion`, `ldm/modules/attention.py` (`GEGLU`).
  package func geglu() -> Value {
    let half = channels / 2
    return channels(from: 0, count: half) * channels(from: half, count: half).gelu()
  }

  /// `PixelUnshuffle`: `[C, H, W] → [C · block², H / block, W / block]`.
  package func pixelUnshuffled(by block: Int) -> Value {
    let fits =
      block > 0 && shape.count == 3 && rows % max(block, 1) == 0 && columns % max(block, 1) == 0
    let divisor = max(block, 1)
    return then(
      .pixelUnshuffle(block),
      shape: [channels * divisor * divisor, rows / divisor, columns / divisor], fits: fits)
  }

  /// `PixelShuffle`: `[C · block², H, W] → [C, H · block, W · block]`.
  package func pixelShuffled(by block: Int) -> Value {
    let area = max(block * block, 1)
    return then(
      .pixelShuffle(block), shape: [channels / area, rows * block, columns * block],
      fits: block > 0 && shape.count == 3 && channels % area == 0)
  }

  /// `ZeroPad2d`: rows and columns of zeros around a map.
  package func zeroPadded(top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0) -> Value {
    resampled(
      Resampling(
        rows: Resampling.padded(rows, before: top, behind: bottom),
        columns: Resampling.padded(columns, before: left, behind: right)))
  }

  /// Some of the rows and columns of a map.
  package func cropped(rows: Range<Int>, columns: Range<Int>) -> Value {
    resampled(
      Resampling(rows: Resampling.cropped(rows), columns: Resampling.cropped(columns)))
  }

  /// `F.interpolate(mode="bicubic", align_corners=False)` without antialiasing.
  package func resizedBicubic(rows: Int, columns: Int) -> Value {
    resampled(
      Resampling(
        rows: Resampling.bicubic(from: self.rows, to: rows),
        columns: Resampling.bicubic(from: self.columns, to: columns)))
  }

  /// For each pixel the row of its class in a table, which is this `[D, K, 1]`.
  ///
  /// - Parameter map: labels as ones and zeros, `[K, H, W]`, which have no gradient.
  /// - Returns: `[D, H, W]`; where the labels are zeros alone, the mean of all rows.
  package func rows(byClassIn map: Value) -> Value {
    classed(
      .rowsByClass, by: map, shape: [channels, map.rows, map.columns],
      fits: shape == [channels, map.channels, 1])
  }

  /// For each class the means of its own channels over its own pixels.
  ///
  /// - Parameters:
  ///   - map: `[K, H, W]`, which has no gradient; class `k` has the `k`-th part of the `C` channels.
  ///   - epsilon: added to a class's number of pixels.
  /// - Returns: `Σ x · m / (Σ m + ε)`, `[C, 1, 1]`.
  package func classMeans(in map: Value, epsilon: Float) -> Value {
    classed(
      .classMeans(epsilon: epsilon), by: map, shape: [channels, 1, 1],
      fits: shape == [channels, map.rows, map.columns] && channels % map.channels == 0)
  }

  private func classed(_ operation: Operation, by map: Value, shape: [Int], fits: Bool) -> Value {
    let operands = [node, map.node]
    if !fits || map.shape.count != 3 { builder.reject(operation.name, operands, scope: place) }
    return builder.add(operation, operands, shape: shape, scope: place)
  }

  /// Sines and cosines of a timestep, `[1] → [width]`; it has no gradient.
  package func timestepEmbedding(_ embedding: TimestepEmbedding) -> Value {
    then(
      .timestepEmbedding(embedding), shape: [embedding.width],
      fits: shape == [1] && embedding.width > 0 && embedding.width % 2 == 0)
  }
}

extension Scope {
  /// `Conv1d` with a filter of one, `[D, T, 1] → [O, T, 1]`; parameters `weight [O, D / groups, 1]`, `bias [O]`.
  package func convolution1d(_ x: Value, to channels: Int, groups: Int = 1) -> Value {
    let weight = ParameterSpecification(
      name: self["weight"].prefix, shape: [channels, x.channels / groups, 1])
    let bias = ParameterSpecification(name: self["bias"].prefix, shape: [channels])
    if groups == 1 { return linear(x, weight: weight, bias: bias) }
    return convolution(
      x, ConvolutionGeometry(kernel: 1, groups: groups), weight: weight, bias: bias)
  }

  /// `GroupNorm` over `[C, H, W]` or `[C]`; parameters `weight`, `bias`, both `[C]`, if affine.
  ///
  /// - Parameters:
  ///   - x: what is normalized.
  ///   - groups: divides `C`.
  ///   - epsilon: added to the variance.
  ///   - affine: whether weight and bias are learned.
  ///   - modulation: an image's scale and shift, `[C]` each, nil for zeros.
  /// - Returns: `((x − mean) / √(variance + ε) · weight + bias) · (1 + scale) + shift`, shaped like `x`.
  package func groupNorm(
    _ x: Value, groups: Int = 32, epsilon: Float = 1e-5, affine: Bool = true,
    modulation: (scale: Value, shift: Value)? = nil
  ) -> Value {
    if affine {
      for name in ["weight", "bias"] {
        _ = builder.parameter(self[name].prefix, shape: [x.channels])
      }
    }
    let operation = Operation.groupNorm(
      GroupNorm(groups: max(groups, 1), epsilon: epsilon), prefix: prefix, affine: affine)
    let operands = [x.node] + (modulation.map { [$0.scale.node, $0.shift.node] } ?? [])
    let isFitting = operands.dropFirst().allSatisfy {
      builder.nodes[$0].shape.elementCount == x.channels
        && builder.nodes[$0].shape[0] == x.channels
    }
    if groups < 1 || x.channels % groups != 0 || !isFitting {
      builder.reject(operation.name, operands, scope: prefix)
    }
    return builder.add(operation, operands, shape: x.shape, scope: prefix)
  }

  /// Vector quantization: the nearest row of the parameter `weight [V, C]` in place of each pixel, the first of equals;
  /// it has no gradient.
  ///
  /// Source: van den Oord et al., arXiv 1711.00937; `CompVis/taming-transformers`,
  /// `taming/modules/vqvae/quantize.py` (`VectorQuantizer2`), whose forms of distances these are.
  ///
  /// - Deviation: distances are in Float64, there in Float32; codes whose distances differ by less than 1e-6 of
  ///   `|z|² + |e|²` may be exchanged. The code is returned as it is, there as `z + (e − z)`.
  package func nearestCodes(_ x: Value, count: Int) -> Value {
    let weight = builder.parameter(self["weight"].prefix, shape: [count, x.channels])
    return builder.add(.nearestCode(weight: weight), [x.node], shape: x.shape, scope: prefix)
  }
}
