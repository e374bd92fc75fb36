import Foundation

/// The images that lie directly in a folder, by id (file name without extension).
///
/// The order in which the folder lists its files does not matter. Hidden files are passed over; other
/// files, and images in sub-folders, are ``unread``.
package struct ImageFolder: Equatable, Sendable {
  /// Extensions of images, compared without regard to case.
  package static let imageExtensions: Set<String> = ["png", "jpg", "jpeg"]

  /// Absolute path of the folder.
  package let directory: String
  /// Absolute path of each image.
  package let paths: [String: String]
  /// What else lies there.
  package let unread: UnreadFiles

  /// Lists a folder.
  ///
  /// - Throws: `DatasetError.unreadable`; `.ambiguousStem` if two images share an id; `.invalidID`.
  package init(directory: String) throws(DatasetError) {
    let root = Paths.absolute(directory)
    let listing = try FolderListing(root)
    self.directory = root
    paths = try Self.images(among: listing.files, in: root)
    unread = UnreadFiles(
      place: directory, files: listing.files.filter { !Self.isImage($0) },
      nested: Self.imagesBelow(root, in: listing.folders + listing.links))
  }

  /// Whether a file is an image by its extension.
  static func isImage(_ name: String) -> Bool {
    imageExtensions.contains((name as NSString).pathExtension.lowercased())
  }

  /// Paths of images by id.
  ///
  /// - Parameters:
  ///   - names: of files, seen from a folder or archive.
  ///   - place: the folder or archive.
  /// - Returns: `<place>/<name>` of each id.
  /// - Throws: `DatasetError.ambiguousStem`, `.invalidID`.
  static func images(
    among names: [String], in place: String
  ) throws(DatasetError) -> [String: String] {
    var images: [String: String] = [:]
    for name in names.sortedByBytes() where isImage(name) {
      let id = Identifier(ofFile: name).text
      if let fault = Identifier.fault(in: id) { throw .invalidID(id: id, reason: fault) }
      if let first = images.updateValue("\(place)/\(name)", forKey: id) {
        throw .ambiguousStem(
          directory: place, stem: id, files: [String(first.dropFirst(place.count + 1)), name])
      }
    }
    return images
  }

  /// Images in sub-folders, seen from the folder; a sub-folder that cannot be listed has none.
  private static func imagesBelow(_ root: String, in folders: [String]) -> [String] {
    var found: [String] = []
    for folder in folders.sortedByBytes() where found.count < UnreadFiles.nestedLimit {
      let files = try? FolderListing.filesBelow(
        "\(root)/\(folder)", atMost: UnreadFiles.nestedLimit - found.count)
      found += (files ?? []).filter(isImage).map { "\(folder)/\($0)" }
    }
    return found
  }

  /// All ids, sorted by bytes.
  package var ids: [String] { paths.keys.sortedByBytes() }

  /// Compares the folder's ids with those that are asked for.
  package func matched(to wanted: some Sequence<String>) -> IDMatch {
    IDMatch(wanted: wanted, found: paths.keys)
  }
}

/// Which ids are on both sides, and which on one only.
///
/// Each list is sorted by bytes.
package struct IDMatch: Equatable, Sendable {
  /// Asked for and there.
  package let paired: [String]
  /// Asked for but not there.
  package let missing: [String]
  /// There but not asked for.
  package let surplus: [String]

  /// Compares two lists of ids; repetitions count once.
  package init(wanted: some Sequence<String>, found: some Sequence<String>) {
    let wanted = Set(wanted)
    let found = Set(found)
    paired = wanted.intersection(found).sortedByBytes()
    missing = wanted.subtracting(found).sortedByBytes()
    surplus = found.subtracting(wanted).sortedByBytes()
  }

  /// Missing ids that are there with other leading zeros, as `028000` for `28000`.
  ///
  /// - Parameter what: subject and verb of the finding's sentence, such as “images are named”.
  /// - Returns: a finding that may be empty.
  package func spelling(of what: String) -> DatasetFinding {
    func unpadded(_ id: String) -> String { String(id.drop { $0 == "0" }) }
    let spellings = Dictionary(
      surplus.map { (unpadded($0), $0) }, uniquingKeysWith: { first, _ in first })
    let found = missing.compactMap { id in spellings[unpadded(id)].map { (id, $0) } }
    return .paddedOtherwise(
      what: what, wanted: found.first?.0 ?? "", found: found.first?.1 ?? "", count: found.count)
  }
}
