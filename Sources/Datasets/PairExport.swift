import Foundation
import Images
import Synchronization
import Tensors

/// Copies a manifest's files into one folder that can be handed on.
///
/// The folder holds `images/<id>.…`, `masks/<id>.…`, `scribbles/<id>.…` and `pairs.jsonl` with the
/// SHA-256 of each, and so serves as `pairs:DIR/pairs.jsonl` and as `folder:DIR`. Label maps in further
/// forms lie in ``MaskEncoding/folder``s beside them.
package enum PairExport {
  /// Copies the files byte by byte, each at once or not at all; the manifest comes last.
  ///
  /// - Parameters:
  ///   - manifest: the pairs to copy.
  ///   - directory: made if it is not there.
  ///   - encodings: further forms in which label maps are written.
  ///   - workers: threads that copy.
  ///   - progress: told after every pair.
  /// - Returns: the manifest of the copies.
  /// - Throws: `DatasetError.unreadable`, `.unwritable`.
  @discardableResult
  package static func write(
    _ manifest: PairManifest, to directory: String, encodings: [MaskEncoding] = [],
    workers: Workers = Workers(),
    progress: @Sendable (_ finished: Int, _ total: Int) -> Void = {
      _, _ in
    }
  ) throws(DatasetError) -> PairManifest {
    let root = Paths.absolute(directory)
    let pairs = manifest.pairs
    let finished = Atomic<Int>(0)
    let copies: [Pair]
    do {
      copies = try workers.map(pairs.count) { index, _ in
        let pair = pairs[index]
        var copy = pair
        copy.imagePath = try copied(pair.imagePath, id: pair.id, into: "\(root)/images")
        copy.maskPath = try copied(pair.maskPath, id: pair.id, into: "\(root)/masks")
        copy.scribblePath = try copied(pair.scribblePath, id: pair.id, into: "\(root)/scribbles")
        if let mask = pair.maskPath, !encodings.isEmpty {
          try encode(mask, id: pair.id, as: encodings, into: root)
        }
        progress(finished.wrappingAdd(1, ordering: .relaxed).newValue, pairs.count)
        return try copy.withChecksums()
      }
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unwritable(path: root, reason: "\(error)")
    }
    let exported = try PairManifest(pairs: copies)
    try DatasetFiles.makeFolder(root)
    try exported.write(to: "\(root)/pairs.jsonl")
    return exported
  }

  private static func encode(
    _ mask: String, id: String, as encodings: [MaskEncoding], into root: String
  ) throws(DatasetError) {
    let labels: Raster
    do { labels = try ImageDecoder.labelMap(contentsOf: mask) } catch {
      throw .unreadable(path: mask, reason: error.reason)
    }
    for encoding in encodings {
      let folder = "\(root)/\(encoding.folder)"
      try DatasetFiles.makeFolder(folder)
      try encoding.write(labels, to: "\(folder)/\(id).\(encoding.fileExtension)")
    }
  }

  private static func copied(
    _ source: String?, id: String, into folder: String
  ) throws(DatasetError) -> String? {
    guard let source else { return nil }
    try DatasetFiles.makeFolder(folder)
    let kind = (source as NSString).pathExtension.lowercased()
    let target = kind.isEmpty ? "\(folder)/\(id)" : "\(folder)/\(id).\(kind)"
    try DatasetFiles.write(try DatasetFiles.contents(of: source), to: target)
    return target
  }
}
