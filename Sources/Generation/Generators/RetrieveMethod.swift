import Datasets
import Essentials
import Faces
import Images
import Tensors

/// The nearest face of the train world by label map and caption: a face in about the right layout, but
/// somebody else's.
///
/// It never sees the pair's image. Where a pair has no caption, label maps alone decide.
package struct RetrieveMethod: Method {
  /// Changes with every change of the distance.
  static let version = 1

  package let name: String
  /// Width and height of the images.
  package let size: Int
  /// The faces to choose from.
  package let gallery: FaceGallery
  private let galleryDigest: String

  /// The method with its gallery.
  package init(
    name: String = BuiltinMethod.retrieve.rawValue, size: Int, gallery: FaceGallery
  ) {
    self.name = name
    self.size = size
    self.gallery = gallery
    galleryDigest = FileDigest.sha256(of: gallery.labels)
  }

  package var fingerprint: String {
    "retrieve@\(Self.version) words@\(CaptionReading.version) faces@\(SyntheticFaces.version) "
      + "gallery=\(gallery.world.rawValue)/\(gallery.seed)/\(gallery.count) "
      + "labels=\(galleryDigest) size=\(size)"
  }

  package func origin(of pair: Pair) -> ImageOrigin? {
    pair.maskPath.map { mask in
      let text = pair.text.map { FileDigest.sha256(of: $0.utf8) } ?? "none"
      return ImageOrigin(
        recipe: "\(fingerprint) \(ImageOrigin.labelReading) text=\(text)", files: [mask])
    }
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster {
    let labels = try ConditionMask.labels(of: pair)
    let match = gallery.nearest(to: labels, saying: pair.text.map { CaptionReading($0) })
    return gallery.scene(match.number).image(size: size)
  }
}

extension Scene {
  /// The portrait at any size: faces are drawn at 64…1024 pixels, and resized beyond.
  func image(size: Int) -> Raster {
    Portrait(self, size: min(max(size, 64), 1024)).image
      .resized(width: size, height: size, filter: .bicubic)
  }
}
