import Datasets
import Faces
import Foundation
import Images
import Tensors

/// Where the gallery's label maps are kept from run to run: one PNG of them all, tile by tile.
enum GalleryFile {
  /// How many faces there are to choose from.
  static let count = 1000
  private static let columns = 25

  /// The gallery that `builtin:retrieve` chooses from, drawn if the file is not there or of no use.
  ///
  /// - Parameters:
  ///   - cache: the file's folder, made if it is not there; nil draws the gallery and keeps nothing.
  ///   - workers: threads that draw; no bit depends on their number.
  /// - Returns: the gallery.
  /// - Throws: `MethodError.file` if the file cannot be written.
  static func gallery(
    in cache: String?, workers: Workers
  ) throws(MethodError) -> FaceGallery {
    let world = World.train
    guard let cache else {
      return FaceGallery(
        world: world, labels: FaceGallery.labels(of: world, count: count, workers: workers))
    }
    let name = "gallery-\(SyntheticFaces.version)-\(world.rawValue)-\(FaceGallery.side)-\(count)"
    let path = "\(cache)/\(name).png"
    if let sheet = try? ImageDecoder.labelMap(contentsOf: path), let labels = labels(of: sheet) {
      return FaceGallery(world: world, labels: labels)
    }
    let labels = FaceGallery.labels(of: world, count: count, workers: workers)
    do {
      try DatasetFiles.makeFolder(cache)
      try DatasetFiles.write(ImageEncoder.labelMapPNG(sheet(of: labels)), to: path)
    } catch {
      throw .file(error)
    }
    return FaceGallery(world: world, labels: labels)
  }

  private static var width: Int { columns * FaceGallery.side }

  /// Label maps behind each other, `[N, S, S]`, as tiles of one map.
  private static func sheet(of labels: [UInt8]) -> Raster {
    let rows = labels.count / FaceGallery.side / width
    return Raster(
      width: width, height: rows * FaceGallery.side, channels: 1,
      samples: places(labels.count).map { labels[$0] })
  }

  /// What ``sheet(of:)`` was made from; nil if the map has another size.
  private static func labels(of sheet: Raster) -> [UInt8]? {
    let side = FaceGallery.side
    guard sheet.width == width, sheet.samples.count == count * side * side else { return nil }
    var labels = sheet.samples
    for (place, source) in places(labels.count).enumerated() {
      labels[source] = sheet.samples[place]
    }
    return labels
  }

  /// For every pixel of the sheet its place among the label maps.
  private static func places(_ total: Int) -> [Int] {
    let side = FaceGallery.side
    return (0..<total).map { pixel in
      let (y, x) = (pixel / width, pixel % width)
      let tile = y / side * columns + x / side
      return (tile * side + y % side) * side + x % side
    }
  }
}
