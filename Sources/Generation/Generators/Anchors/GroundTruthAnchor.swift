import Datasets
import Images
import Tensors

/// The ground truth after one JPEG round trip: what storing a picture alone costs in each column.
package struct GroundTruthAnchor: Method {
  /// Quality of the round trip, in libjpeg's scale; chroma is halved both ways (4:2:0).
  package static let quality = 95

  package let name: String
  /// Width and height of the images.
  package let size: Int

  /// The anchor at a working size.
  package init(name: String = BuiltinMethod.groundTruth.rawValue, size: Int) {
    self.name = name
    self.size = size
  }

  package var fingerprint: String {
    "ground-truth size=\(size) resize=pillow-bicubic jpeg=\(Self.quality)/4:2:0"
  }

  package func origin(of pair: Pair) -> ImageOrigin? {
    pair.imagePath.map { ImageOrigin(recipe: fingerprint, files: [$0]) }
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    let face = try ReferenceFace.image(of: pair, size: size)
    do {
      return try ImageDecoder.rgb(
        decoding: ImageEncoder.jpeg(face, quality: Self.quality), named: pair.imagePath ?? pair.id)
    } catch {
      throw .image(error)
    }
  }
}
