import Images
import Tensors

/// A label map as latent diffusion's networks read it.
///
/// Source: `ziqihuangg/Collaborative-Diffusion`, `generate.py`, and `ErgastiAlex/SCA-DM`, `ldm/data/celebahq.py`: Pillow's
/// nearest filter, then ones and zeros.
package struct LabelMapCondition: Sendable {
  /// For each class, ones at the pixels where it is and zeros elsewhere: `[K, H, W]`.
  package let map: Tensor

  /// Reads a label map.
  ///
  /// - Parameters:
  ///   - labels: one channel, classes 0 ..< `classes`, any size.
  ///   - side: H and W.
  ///   - classes: K.
  /// - Throws: ``SystemError/unknownClass(_:classes:)``.
  package init(_ labels: Raster, side: Int, classes: Int) throws(SystemError) {
    let small = labels.resized(width: side, height: side, filter: .nearest)
    var map = Tensor(shape: [classes, side, side])
    for (pixel, label) in small.samples.enumerated() {
      guard label < classes else { throw .unknownClass(Int(label), classes: classes) }
      map.values[Int(label) * side * side + pixel] = 1
    }
    self.map = map
  }

  /// The same with a row of all pixels for each class, `[H·W, K, 1]`.
  package var planes: Tensor {
    let (classes, pixels) = (map.shape[0], map.count / map.shape[0])
    var planes = Tensor(shape: [pixels, classes, 1])
    for label in 0..<classes {
      for pixel in 0..<pixels {
        planes.values[pixel * classes + label] = map.values[label * pixels + pixel]
      }
    }
    return planes
  }
}
