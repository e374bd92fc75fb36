import Essentials
import Images
import Tensors

extension Dataset {
  /// The same pairs with scribble maps; a pair that has one keeps it.
  ///
  /// - Parameters:
  ///   - source: where they come from.
  ///   - cache: folder for those that are drawn, `<cache>/scribbles/`.
  ///   - workers: threads that draw.
  /// - Returns: the pairs; one without a scribble map stays without.
  /// - Throws: `DatasetError` for the first file that cannot be read or written.
  package func scribbled(
    from source: ScribbleSource, cache: String, workers: Workers = Workers()
  ) throws(DatasetError) -> Dataset {
    let folder = "\(Paths.absolute(cache))/scribbles"
    let files: ImageFolder? =
      switch source {
      case .labels: nil
      case .softEdges(let directory), .folder(let directory): try ImageFolder(directory: directory)
      }
    try DatasetFiles.makeFolder(folder)
    let scribbled: [Pair]
    do {
      scribbled = try workers.map(pairs.count) { index, _ in
        var pair = pairs[index]
        if pair.scribblePath == nil {
          pair.scribblePath = try Self.scribble(of: pair, source, files, in: folder)
        }
        return pair
      }
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unwritable(path: folder, reason: "\(error)")
    }
    return try Dataset(name: name, pairs: scribbled, findings: findings)
  }

  private static func scribble(
    of pair: Pair, _ source: ScribbleSource, _ files: ImageFolder?, in folder: String
  ) throws(DatasetError) -> String? {
    switch source {
    case .folder: return files?.paths[pair.id]
    case .labels:
      guard let mask = pair.maskPath else { return nil }
      return try drawn(from: mask, rule: "labels-1", id: pair.id, in: folder) {
        bytes throws(ImageError) in
        ScribbleMap.strokes(
          alongBordersOf: try ImageDecoder.labelMap(decoding: bytes, named: mask))
      }
    case .softEdges:
      guard let edges = files?.paths[pair.id] else { return nil }
      return try drawn(from: edges, rule: "ridges-1", id: pair.id, in: folder) {
        bytes throws(ImageError) in
        ScribbleMap.strokes(alongRidgesOf: try ImageDecoder.rgb(decoding: bytes, named: edges))
      }
    }
  }

  /// Draws a map unless it was drawn from the same bytes before.
  private static func drawn(
    from path: String, rule: String, id: String, in folder: String,
    _ draw: (_ bytes: [UInt8]) throws(ImageError) -> Raster
  ) throws(DatasetError) -> String {
    let bytes = try DatasetFiles.contents(of: path)
    let key = FileDigest.sha256(of: "\(rule) \(FileDigest.sha256(of: bytes))".utf8).prefix(32)
    let target = "\(folder)/\(id)-\(key).png"
    if isFile(target) { return target }
    let map: Raster
    do { map = try draw(bytes) } catch { throw .unreadable(path: path, reason: error.reason) }
    try DatasetFiles.write(ImageEncoder.png(map), to: target)
    return target
  }
}
