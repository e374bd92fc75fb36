import Foundation

/// Copies a manifest's files into one folder that can be handed on.
///
/// The folder holds `images/<id>.…`, `masks/<id>.…`, `scribbles/<id>.…` and `pairs.jsonl` with the
/// SHA-256 of each, and so serves as `pairs:DIR/pairs.jsonl` and as `folder:DIR`.
package enum PairExport {
  /// Copies the files byte by byte, each at once or not at all; the manifest comes last.
  ///
  /// - Parameters:
  ///   - manifest: the pairs to copy.
  ///   - directory: made if it is not there.
  /// - Returns: the manifest of the copies.
  /// - Throws: `DatasetError.unreadable`, `.unwritable`.
  @discardableResult
  package static func write(
    _ manifest: PairManifest, to directory: String
  ) throws(DatasetError) -> PairManifest {
    let root = Paths.absolute(directory)
    var copies: [Pair] = []
    for pair in manifest.pairs {
      var copy = pair
      copy.imagePath = try copied(pair.imagePath, id: pair.id, into: "\(root)/images")
      copy.maskPath = try copied(pair.maskPath, id: pair.id, into: "\(root)/masks")
      copy.scribblePath = try copied(pair.scribblePath, id: pair.id, into: "\(root)/scribbles")
      copies.append(try copy.withChecksums())
    }
    let exported = try PairManifest(pairs: copies)
    try DatasetFiles.makeFolder(root)
    try exported.write(to: "\(root)/pairs.jsonl")
    return exported
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
