import Tensors

/// One output position of a two-tap interpolation along one axis.
struct LinearTap {
  let lower: Int
  let upper: Int
  /// Weight of `upper`; `lower` gets the rest.
  let fraction: Float

  /// PyTorch's source positions: corners aligned, or half-pixel centres clamped at zero.
  static func all(outputs: Int, inputs: Int, alignCorners: Bool) -> [LinearTap] {
    let scale: Float =
      alignCorners
      ? (outputs > 1 ? Float(inputs - 1) / Float(outputs - 1) : 0)
      : Float(inputs) / Float(outputs)
    return (0..<outputs).map { index in
      let position =
        alignCorners ? Float(index) * scale : max(0, (Float(index) + 0.5) * scale - 0.5)
      let lower = min(Int(position), inputs - 1)
      return LinearTap(
        lower: lower, upper: min(lower + 1, inputs - 1), fraction: position - Float(lower))
    }
  }
}

extension FeatureMap {
  /// Bilinear interpolation without antialiasing, `F.interpolate(mode="bilinear")`.
  ///
  /// - Exactness: Float32 in PyTorch's order, columns inside rows.
  package func writeBilinear(of input: FeatureMap, alignCorners: Bool) {
    let rowTaps = LinearTap.all(outputs: rows, inputs: input.rows, alignCorners: alignCorners)
    let columnTaps = LinearTap.all(
      outputs: columns, inputs: input.columns, alignCorners: alignCorners)
    for row in 0..<rows {
      let rowTap = rowTaps[row]
      let low = 1 - rowTap.fraction
      for column in 0..<columns {
        let columnTap = columnTaps[column]
        let left = 1 - columnTap.fraction
        let topLeft = input.pixel(rowTap.lower, columnTap.lower)
        let topRight = input.pixel(rowTap.lower, columnTap.upper)
        let bottomLeft = input.pixel(rowTap.upper, columnTap.lower)
        let bottomRight = input.pixel(rowTap.upper, columnTap.upper)
        let output = pixel(row, column)
        for channel in 0..<channels {
          let top = left * topLeft[channel] + columnTap.fraction * topRight[channel]
          let bottom = left * bottomLeft[channel] + columnTap.fraction * bottomRight[channel]
          output[channel] = low * top + rowTap.fraction * bottom
        }
      }
    }
  }

  /// Nearest neighbour with `⌊i · in / out⌋`, `F.interpolate(mode="nearest")`.
  package func writeNearest(of input: FeatureMap) {
    for row in 0..<rows {
      for column in 0..<columns {
        pixel(row, column).update(
          from: input.pixel(row * input.rows / rows, column * input.columns / columns),
          count: channels)
      }
    }
  }
}
