import Essentials
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
  /// Copies the files byte by byte, each as a whole or not at all; the manifest comes last.
  ///
  /// What is no image is not copied.
  ///
  /// - Parameters:
  ///   - manifest: the pairs to copy.
  ///   - directory: made if it is not there.
  ///   - encodings: further forms in which label maps are written.
  ///   - workers: threads that copy.
  ///   - progress: called after every pair.
  /// - Returns: the manifest of the copies.
  /// - Throws: `DatasetError.unreadable`, `.unwritable`, `.checksumMismatch`.
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
        (copy.imagePath, copy.checksums[.image]) = try copied(.image, of: pair, to: root)
        (copy.maskPath, copy.checksums[.mask]) = try copied(.mask, of: pair, to: root)
        (copy.scribblePath, copy.checksums[.scribble]) = try copied(.scribble, of: pair, to: root)
        if let mask = pair.maskPath, !encodings.isEmpty {
          try encode(mask, id: pair.id, as: encodings, into: root)
        }
        progress(finished.wrappingAdd(1, ordering: .relaxed).newValue, pairs.count)
        return copy
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

  /// Copies one of a pair's files, if it is an image and the pair was made for its bytes.
  private static func copied(
    _ file: PairFile, of pair: Pair, to root: String
  ) throws(DatasetError) -> (path: String?, digest: String?) {
    guard let source = pair.path(of: file) else { return (nil, nil) }
    let bytes = try DatasetFiles.contents(of: source)
    let digest = FileDigest.sha256(of: bytes)
    try pair.check(digest, of: file)
    do { _ = try ImageDecoder.rgb(decoding: bytes, named: source) } catch {
      throw .unreadable(path: source, reason: error.reason)
    }
    let folder = "\(root)/\(file.rawValue)s"
    try DatasetFiles.makeFolder(folder)
    let kind = (source as NSString).pathExtension.lowercased()
    let target = kind.isEmpty ? "\(folder)/\(pair.id)" : "\(folder)/\(pair.id).\(kind)"
    try DatasetFiles.write(bytes, to: target)
    return (target, digest)
  }
}
