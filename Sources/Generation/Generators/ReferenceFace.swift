import Datasets
import Images
import Tensors

/// The ground truth at the size that a table works at.
enum ReferenceFace {
  /// Decodes a pair's ground truth and resizes it with Pillow's bicubic filter; `[size, size, 3]`.
  ///
  /// - Throws: `MethodError.noReference`, `.image`, `.file` if the pair was made for another image.
  static func image(of pair: Pair, size: Int) throws(MethodError) -> Raster {
    guard let path = pair.imagePath else { throw .noReference(id: pair.id) }
    let face: Raster
    do { face = try ImageDecoder.rgb(contentsOf: path) } catch { throw .image(error) }
    do { try pair.verify(.image) } catch { throw .file(error) }
    if face.width == size && face.height == size { return face }
    return face.resized(width: size, height: size, filter: .bicubic)
  }
}
