import Checkpoints
import Essentials
import Foundation

/// A dataset in the ZIP files of StyleGAN2-ADA and StyleGAN3: images at any depth, and `dataset.json`.
///
/// `{"labels": [["00000/img00000000.png", 3], …]}`, or null for `labels`; an image's label becomes its
/// group. Source: `NVlabs/stylegan3`, `dataset_tool.py`.
package struct ZipDataset {
  private static let labelFile = "dataset.json"

  private let path: String
  private let files: ZippedFiles

  /// Opens an archive; nothing is unpacked.
  ///
  /// - Throws: `DatasetError.unreadable`.
  package init(path: String) throws(DatasetError) {
    self.path = path
    do { files = try ZippedFiles(path) } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
  }

  /// Unpacks images and lists them as pairs.
  ///
  /// - Parameters:
  ///   - cache: folder for the unpacked images, `<cache>/zip/<digest of archive's directory>/`.
  ///   - selection: which images are taken.
  ///   - limit: how many; nil takes all.
  ///   - watcher: called for every image that is unpacked.
  /// - Returns: the pairs.
  /// - Throws: `DatasetError`.
  package func dataset(
    cache: String, selection: SubsetSelection = .lowestIDs, atMost limit: Int? = nil,
    watcher: DatasetWatcher = { _, _, _ throws(DatasetError) in }
  ) throws(DatasetError) -> Dataset {
    let names = names
    let images = try ImageFolder.images(among: names, in: path)
      .mapValues { String($0.dropFirst(path.count + 1)) }
    let unread = UnreadFiles(
      place: path,
      files: names.filter { !ImageFolder.isImage($0) && $0 != Self.labelFile })
    guard !images.isEmpty else {
      throw .noPairs(
        place: path,
        reason: "it holds no images" + (unread.isEmpty ? "" : "; \(unread)"))
    }
    let labels = try labels()
    let chosen = selection.order(images.keys.sortedByBytes()).prefix(limit ?? images.count)
    let text = images.values.sortedByBytes().joined(separator: "\n")
    let folder =
      "\(Paths.absolute(cache))/zip/\(FileDigest.sha256(of: text.utf8).prefix(32))"
    var pairs: [Pair] = []
    for id in chosen {
      guard let name = images[id] else { continue }
      let place = "\(folder)/\(id).\((name as NSString).pathExtension.lowercased())"
      try unpack(name, to: place)
      pairs.append(Pair(id: id, imagePath: place, group: labels[name]))
      try watcher("unpacking images", pairs.count, chosen.count)
    }
    return try Dataset(name: "zip:\(path)", pairs: pairs, findings: [.unread(unread)])
  }

  /// Names of all files but hidden ones and the second halves that macOS adds to an archive.
  private var names: [String] {
    files.names.filter { name in
      !name.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
    }
  }

  /// Class of each image, where there are classes.
  private func labels() throws(DatasetError) -> [String: String] {
    guard let bytes = try contents(of: Self.labelFile) else { return [:] }
    if let name = RepeatedName.first(in: bytes) {
      throw .unreadable(path: path, reason: "its dataset.json has the name \(name.text) twice")
    }
    let root = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    guard let root else {
      throw .unreadable(path: path, reason: "its dataset.json is not a JSON object")
    }
    guard let entries = root["labels"], !(entries is NSNull) else { return [:] }
    guard let rows = entries as? [[Any]] else {
      throw .unreadable(path: path, reason: "'labels' of its dataset.json is not a list of pairs")
    }
    var labels: [String: String] = [:]
    for row in rows {
      guard row.count == 2, let name = row[0] as? String, let label = row[1] as? NSNumber else {
        throw .unreadable(
          path: path, reason: "a label of its dataset.json is not ['file', number]")
      }
      labels[name] = "class-\(label.intValue)"
    }
    return labels
  }

  private func unpack(_ name: String, to place: String) throws(DatasetError) {
    guard let bytes = try contents(of: name) else { return }
    if isFile(place), try DatasetFiles.sha256(of: place) == FileDigest.sha256(of: bytes) { return }
    try DatasetFiles.makeFolder(PathText.folder(of: place))
    try DatasetFiles.write(bytes, to: place)
  }

  private func contents(of name: String) throws(DatasetError) -> [UInt8]? {
    do { return try files.bytes(of: name) } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
  }
}
