/// Blocks of neighboring pixels as channels of one, and back.
extension FeatureMap {
  /// PyTorch's `PixelUnshuffle(block)`: channel `c · block² + i · block + j` of pixel `(row, column)` is channel `c`
  /// of the input's pixel `(row · block + i, column · block + j)`.
  ///
  /// - Precondition: the input has `block` times the rows and columns and a `block²`-th of the channels.
  package func writePixelUnshuffled(_ input: FeatureMap, block: Int) {
    precondition(
      input.rows == rows * block && input.columns == columns * block
        && channels == input.channels * block * block, "shapes differ")
    forEachBlock(beside: input, block: block) { folded, place, pixel, channels in
      for channel in 0..<channels { folded[channel * block * block + place] = pixel[channel] }
    }
  }

  /// PyTorch's `PixelShuffle(block)`, the inverse of ``writePixelUnshuffled(_:block:)``.
  ///
  /// - Precondition: as there, with input and output exchanged.
  package func writePixelShuffled(_ input: FeatureMap, block: Int) {
    precondition(
      rows == input.rows * block && columns == input.columns * block
        && input.channels == channels * block * block, "shapes differ")
    input.forEachBlock(beside: self, block: block) { folded, place, pixel, channels in
      for channel in 0..<channels { pixel[channel] = folded[channel * block * block + place] }
    }
  }

  /// `dx += dy` for ``writePixelUnshuffled(_:block:)``; the map is the input's gradient.
  package func addPixelUnshuffledGradient(of gradient: FeatureMap, block: Int) {
    gradient.forEachBlock(beside: self, block: block) { folded, place, pixel, channels in
      for channel in 0..<channels { pixel[channel] += folded[channel * block * block + place] }
    }
  }

  /// `dx += dy` for ``writePixelShuffled(_:block:)``; the map is the input's gradient.
  package func addPixelShuffledGradient(of gradient: FeatureMap, block: Int) {
    forEachBlock(beside: gradient, block: block) { folded, place, pixel, channels in
      for channel in 0..<channels { folded[channel * block * block + place] += pixel[channel] }
    }
  }

  /// Calls `body` with each pixel of the folded map, the place in its block and that place's pixel of the other.
  @inline(__always)
  private func forEachBlock(
    beside unfolded: FeatureMap, block: Int,
    _ body: (
      _ folded: UnsafeMutablePointer<Float>, _ place: Int, _ pixel: UnsafeMutablePointer<Float>,
      _ channels: Int
    ) -> Void
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        let folded = pixel(row, column)
        for i in 0..<block {
          for j in 0..<block {
            body(
              folded, i * block + j, unfolded.pixel(row * block + i, column * block + j),
              unfolded.channels)
          }
        }
      }
    }
  }
}
