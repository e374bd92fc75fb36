import Datasets
import Images
import Tensors

/// The label map that a built-in method follows.
enum ConditionMask {
  /// Decodes a pair's label map, `[H, W, 1]`, classes 0…18.
  ///
  /// - Throws: `MethodError.noMask`, `.image`, `.file` if the pair was made for another label map.
  static func labels(of pair: Pair) throws(MethodError) -> Raster {
    guard let path = pair.maskPath else { throw .noMask(id: pair.id) }
    let labels: Raster
    do { labels = try ImageDecoder.labelMap(contentsOf: path) } catch { throw .image(error) }
    do { try pair.verify(.mask) } catch { throw .file(error) }
    return labels
  }
}
