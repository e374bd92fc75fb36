import Images
import Networks
import Pipelines
import Tensors

/// Hints of the compact controlled diffusion model.
extension CompactNetworks.Hint {
  /// A label map as planes of ones and zeros, by Pillow's nearest filter.
  ///
  /// - Parameter labels: classes 0…18, any size.
  /// - Returns: `[19, 64, 64]`.
  /// - Throws: ``SystemError/unknownClass(_:classes:)``.
  package func maskPlanes(_ labels: Raster) throws -> Tensor {
    try LabelMapCondition(
      labels, side: CompactNetworks.invertedSize, classes: CompactNetworks.mapClasses
    ).map
  }

  /// White strokes on black as one plane, by Pillow's bilinear filter.
  ///
  /// - Parameter scribble: one channel, or several of which the first counts; any size.
  /// - Returns: `[1, 64, 64]` in 0…1.
  package func scribblePlane(_ scribble: Raster) -> Tensor {
    let side = CompactNetworks.invertedSize
    let small = scribble.resized(width: side, height: side, filter: .bilinear)
    return Tensor(
      shape: [1, side, side],
      values: (0..<side * side).map { Float(small.samples[$0 * small.channels]) / 255 })
  }
}
