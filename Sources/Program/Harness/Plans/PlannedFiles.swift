import Datasets
import Foundation
import Generators
import Measurement
import Metrics
import Provenance
import Store
import Tensors

/// Finds out which images are known by their files' bytes.
struct KnownFiles {
  let store: Store?
  let workers: Workers
  let treatment: String
  private let digests = FileDigests()

  init(store: Store?, workers: Workers, treatment: String) {
    self.store = store
    self.workers = workers
    self.treatment = treatment
  }

  func images(
    _ sources: [(name: String, origin: ImageOrigin?)?]
  ) throws -> [PlannedImages.Image?] {
    let keys = workers.map(sources.count) { index, _ in
      sources[index]?.origin.flatMap {
        ImageLoading.key($0, treatment: treatment, digests: digests)
      }
    }
    let found = try store?.artifacts(among: keys.compactMap(\.self)).payloads ?? [:]
    return zip(sources, keys).map { source, key in
      source.map { source in
        let pixels = key.flatMap { found[$0] }.flatMap { PixelIdentity(Array($0)) }
        return PlannedImages.Image(
          identity: pixels?.content.text ?? key ?? source.name, content: pixels?.content)
      }
    }
  }
}

/// What an external command or a system has made before.
struct GeneratedFiles {
  let generation: CostPlan.Generation
  private let folder: FolderMethod?

  init(_ name: String, _ options: TableOptions, _ pairs: [Pair]) throws {
    let path = TableOptions.outputFolder(of: name, in: options.results)
    folder =
      FileManager.default.fileExists(atPath: path)
      ? try FolderMethod(name: name, directory: path, expecting: pairs.map(\.id)) : nil
    let times = folder?.times.values.map(\.seconds) ?? []
    generation = CostPlan.Generation(
      method: name, images: folder?.missing.count ?? pairs.count,
      secondsPerImage: Summary(times)?.mean)
  }

  func origin(of pair: Pair) -> ImageOrigin? { folder?.origin(of: pair) }
}
