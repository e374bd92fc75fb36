import Images
import Tensors

/// Images on their way into and out of a diffusion in pixels.
package enum PixelImage {
  /// A picture as a square: halved by means of four as long as it stays twice as large, then Pillow's bicubic, then
  /// the center.
  ///
  /// - Parameters:
  ///   - picture: RGB, not empty.
  ///   - size: width and height.
  /// - Returns: `[S, S, 3]`.
  ///
  /// Source: `openai/guided-diffusion`, `guided_diffusion/image_datasets.py`, `center_crop_arr`; the same in
  /// `xh-liu/SDG_code` and `jychoi118/ilvr_adm`.
  package static func square(_ picture: Raster, size: Int) -> Raster {
    var picture = picture
    while min(picture.width, picture.height) >= 2 * size {
      picture = picture.resized(
        width: picture.width / 2, height: picture.height / 2, filter: .box)
    }
    let scale = Double(size) / Double(min(picture.width, picture.height))
    func scaled(_ length: Int) -> Int {
      Int((Double(length) * scale).rounded(.toNearestOrEven))
    }
    picture = picture.resized(
      width: scaled(picture.width), height: scaled(picture.height), filter: .bicubic)
    let (top, left) = ((picture.height - size) / 2, (picture.width - size) / 2)
    return picture.cropped(rows: top..<top + size, columns: left..<left + size)
  }
}
