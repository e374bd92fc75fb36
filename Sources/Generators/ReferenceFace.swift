import Datasets
import Images
import Tensors

/// The ground truth at the size that a table works at.
enum ReferenceFace {
  /// Decodes a pair's ground truth and resizes it with Pillow's bicubic filter; `[size, size, 3]`.
  ///
  /// - Throws: `MethodError.noReference`, `.image`.
  static func image(of pair: Pair, size: Int) throws(MethodError) -> Raster {
    guard let path = pair.imagePath else { throw .noReference(id: pair.id) }
    do {
      let face = try ImageDecoder.rgb(contentsOf: path)
      if face.width == size && face.height == size { return face }
      return face.resized(width: size, height: size, filter: .bicubic)
    } catch {
      throw .image(error)
    }
  }
}
