import Essentials
import Foundation

/// A plain folder of images, with masks and captions beside them, matched by file stem.
///
/// Images lie in `DIR/images`, or else in `DIR` itself. Masks lie in `DIR/masks`; for images in
/// `DIR` itself a neighbor `DIR/../masks` serves too. Captions lie in `DIR` or beside the image
/// folder as `captions.jsonl` (`{"id": …, "text": …}` a line) or `text.txt` (`image : caption` a
/// line, as in UniteandConquer).
package enum FolderDataset {
  /// Finds the pairs of a folder.
  ///
  /// Where there are masks, an image without one is left out and reported; without any masks
  /// folder, pairs have none.
  ///
  /// - Throws: `DatasetError`.
  package static func open(_ directory: String) throws(DatasetError) -> Dataset {
    let root = Paths.absolute(directory)
    let nested = isFolder("\(root)/images")
    let images = try ImageFolder(directory: nested ? "\(directory)/images" : directory)
    let parent = PathText.folder(of: root)
    let places = nested ? [root] : [root, parent]
    let masks = try places.map { "\($0)/masks" }.first(where: isFolder)
      .map { path throws(DatasetError) in try ImageFolder(directory: path) }
    let captionFile = places.compactMap(captionFile).first
    let captions =
      try captionFile
      .map { path throws(DatasetError) in try Captions(contentsOf: path).texts }
    let match = masks?.matched(to: images.ids)
    let pairs = (match?.paired ?? images.ids).map { id in
      Pair(
        id: id, imagePath: images.paths[id], maskPath: masks?.paths[id], text: captions?[id])
    }
    let captioned = captions.map { IDMatch(wanted: images.ids, found: $0.keys) }
    return try Dataset(
      name: "folder:\(directory)", pairs: pairs,
      findings: [
        .withoutMask(match?.missing ?? []), .withoutImage(match?.surplus ?? []),
        .withoutCaption(captioned?.missing ?? []), .surplusCaptions(captioned?.surplus ?? []),
        .unread(
          images.unread.leavingOut([
            "masks", captionFile.map { ($0 as NSString).lastPathComponent } ?? "",
          ])),
      ] + (masks.map { [.unread($0.unread)] } ?? []))
  }

  private static func captionFile(in folder: String) -> String? {
    ["captions.jsonl", "text.txt"].map { "\(folder)/\($0)" }
      .first(where: isFile)
  }
}
