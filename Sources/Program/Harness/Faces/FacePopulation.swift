import Datasets
import Faces
import Foundation
import Images
import Tensors

/// The statistics of many label maps: drawn ones, or those of a folder.
enum FacePopulation {
  /// Counts the label maps of a world's first faces.
  static func drawn(
    _ world: World, seed: UInt64, count: Int, size: Int, workers: Workers
  ) -> MaskStatistics {
    merged(
      workers.map(count) { number, _ in
        Portrait.labels(of: world.scene(number, seed: seed), size: size)
      })
  }

  /// Counts a folder's label maps.
  ///
  /// - Throws: `DatasetError` and `ImageError` for what cannot be read.
  static func stored(in folder: String, workers: Workers) throws -> MaskStatistics {
    let files = try ImageFolder(directory: folder)
    let ids = files.ids
    return merged(
      try workers.map(ids.count) { number, _ in
        try ImageDecoder.labelMap(contentsOf: files.paths[ids[number]] ?? "")
      })
  }

  /// Sums in the order of the maps, whichever worker made them.
  private static func merged(_ maps: [Raster]) -> MaskStatistics {
    var statistics = MaskStatistics()
    for map in maps { statistics.add(map) }
    return statistics
  }
}
