import Datasets
import Images
import Tensors

/// The ground truth under a Gaussian blur: right in layout and color, without any detail.
package struct BlurredAnchor: Method {
  package let name: String
  /// Width and height of the images.
  package let size: Int
  /// Standard deviation in pixels: a 128th of the size, 2 at 256 pixels.
  package var sigma: Double { Double(size) / 128 }

  /// The anchor at a working size.
  package init(name: String = BuiltinMethod.blurred.rawValue, size: Int) {
    self.name = name
    self.size = size
  }

  package var fingerprint: String {
    "blurred size=\(size) resize=pillow-bicubic gaussian=\(sigma)/reflect/truncate-4"
  }

  package func origin(of pair: Pair) -> ImageOrigin? {
    pair.imagePath.map { ImageOrigin(recipe: fingerprint, files: [$0]) }
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    GaussianBlur(sigma: sigma).apply(to: try ReferenceFace.image(of: pair, size: size))
  }
}
