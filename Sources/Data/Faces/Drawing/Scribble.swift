import Tensors

/// White strokes on black along the borders of a label map, as a quick hand would draw them.
package enum Scribble {
  /// Draws a scribble of a label map `[H, W, 1]`.
  ///
  /// The map is read at places that wander by up to 0.6 % of its side, so that strokes are not
  /// exact; they are about a hundredth of the side wide.
  ///
  /// - Returns: `[H, W, 1]`, 0 or 255.
  package static func draw(_ labels: Raster, seed: UInt32) -> Raster {
    let size = labels.width
    let wander = 0.006 * Float(size)
    let step = 12 / Float(size)
    var moved = [UInt8](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        let (x, y) = (Float(column) * step, Float(row) * step)
        let dx = wander * Noise.smooth(x, y, seed)
        let dy = wander * Noise.smooth(x + 40, y, seed &+ 1)
        let fromX = min(size - 1, max(0, Int(Float(column) + dx + 0.5)))
        let fromY = min(size - 1, max(0, Int(Float(row) + dy + 0.5)))
        moved[row * size + column] = labels.samples[fromY * size + fromX]
      }
    }
    var strokes = [UInt8](repeating: 0, count: size * size)
    let reach = max(1, size / 200)
    for row in 0..<size - 1 {
      for column in 0..<size - 1 {
        let label = moved[row * size + column]
        guard label != moved[row * size + column + 1] || label != moved[(row + 1) * size + column]
        else { continue }
        for y in row...min(row + reach, size - 1) {
          for x in column...min(column + reach, size - 1) { strokes[y * size + x] = 255 }
        }
      }
    }
    return Raster(width: size, height: size, channels: 1, samples: strokes)
  }
}
