import Foundation

/// Images in folders inside folders: FFHQ's thousands, LSUN's exported trees.
///
/// | dataset | layout |
/// |---|---|
/// | FFHQ | `images1024x1024/00000/00000.png`, `thumbnails128x128/…`, or the folders of thousands themselves |
/// | LSUN | `a/b/c/d/e/f/<key>.jpg` as `export` of `fyu/lsun`'s `data.py` writes it, or one flat folder |
///
/// An image's id is its file's name without extension, wherever it lies.
package struct ImageTree: Equatable, Sendable {
  /// Absolute path of each image.
  package let paths: [String: String]
  /// Files that are no images.
  package let unread: UnreadFiles

  /// Lists a tree; hidden files and folders are passed over, links to folders not followed.
  ///
  /// - Throws: `DatasetError.unreadable`; `.ambiguousStem` if two images share an id; `.invalidID`.
  package init(directory: String) throws(DatasetError) {
    let root = Paths.absolute(directory)
    let files = try FolderListing.filesBelow(root)
    paths = try ImageFolder.images(among: files, in: root)
    unread = UnreadFiles(
      place: directory, files: files.filter { !ImageFolder.isImage($0) })
  }

  /// FFHQ, of which the largest images are taken where several sizes lie side by side.
  ///
  /// - Throws: `DatasetError`.
  package static func ffhq(_ directory: String) throws(DatasetError) -> Dataset {
    let sizes = ["images1024x1024", "thumbnails128x128"].map { "\(directory)/\($0)" }
    let tree = try ImageTree(directory: sizes.first(where: isFolder) ?? directory)
    return try tree.dataset(named: "ffhq:\(directory)")
  }

  /// One category of LSUN as exported files.
  ///
  /// - Throws: `DatasetError`.
  package static func lsun(_ directory: String) throws(DatasetError) -> Dataset {
    if isFile("\(directory)/data.mdb") {
      throw .unreadable(
        path: directory,
        reason: "it is an LMDB, which is not read; export its images with LSUN's data.py first")
    }
    return try ImageTree(directory: directory).dataset(named: "lsun:\(directory)")
  }

  private func dataset(named name: String) throws(DatasetError) -> Dataset {
    try Dataset(
      name: name, pairs: paths.map { Pair(id: $0.key, imagePath: $0.value) },
      findings: [.unread(unread)])
  }
}
