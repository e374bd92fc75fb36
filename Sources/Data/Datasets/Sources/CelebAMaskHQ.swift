import Foundation
import Synchronization
import Tensors

/// A folder in CelebAMask-HQ's published layout, with Multi-Modal-CelebA-HQ's captions.
///
/// | path | content |
/// |---|---|
/// | `CelebA-HQ-img/<id>.jpg` | faces, 1024×1024 |
/// | `mask/<id>.png`, `CelebAMask-HQ-mask/<id>.png` | merged label maps, taken where they are there |
/// | `CelebAMask-HQ-mask-anno/<id / 2000>/<id as 5 digits>_<part>.png` | else: one mask a part |
/// | `text/celeba-caption/<id>.txt` | ten captions, one a line; may be absent |
/// | `CelebA-HQ-to-CelebA-mapping.txt` | for CelebA's own splits, see ``CelebASplit`` |
///
/// The papers' test sets overlap in the ids 28000…29999 (SCA-DM's own, inside Collaborative
/// Diffusion's), so these are the default.
package struct CelebAMaskHQ: Equatable, Sendable {
  /// Where the dataset lies.
  package let directory: String
  /// The ids to use.
  package var ids: [Int] = Array(28000...29999)
  /// Ids known to be bad, left out and counted.
  package var skippedIDs: Set<Int> = []
  /// Which of the ten captions is taken.
  package var caption = CaptionChoice.line(0)
  /// Captions from elsewhere, in place of Multi-Modal-CelebA-HQ's.
  package var captions: CaptionSource?
  /// In which order ids are tried until there are enough pairs.
  package var selection = SubsetSelection.lowestIDs
  /// Whether ids without a caption are left out.
  package var requiresCaption = false

  /// The dataset in a folder, with the default ids and the first caption.
  package init(directory: String) { self.directory = directory }

  /// Finds the pairs, merging part masks where there are no merged ones.
  ///
  /// An id without image or without any part mask, or whose mask is broken, is left out and
  /// reported; an id without a caption is kept.
  ///
  /// - Parameters:
  ///   - cache: folder for merged label maps, `<cache>/celebamask-hq-masks/`.
  ///   - limit: how many pairs are enough; ids after them in the order of ``selection`` are not looked
  ///     at.
  ///   - workers: threads that merge.
  ///   - watcher: called for every id whose label map is found or merged.
  /// - Returns: the pairs, and what was left out.
  /// - Throws: `DatasetError`.
  package func dataset(
    cache: String, atMost limit: Int? = nil, workers: Workers = Workers(),
    watcher: DatasetWatcher = { _, _, _ throws(DatasetError) in }
  ) throws(DatasetError) -> Dataset {
    let root = Paths.absolute(directory)
    let (images, masks) = try sources(root: root, cache: cache)
    let match = images.matched(to: wantedIDs)
    let texts = try captionTexts(of: match.paired, root: root)
    let candidates = requiresCaption ? match.paired.filter { texts[$0] != nil } : match.paired
    guard !candidates.isEmpty else { throw .noPairs(place: root, reason: "no id has a caption") }
    var found = try masked(
      selection.order(candidates), images: images, masks: masks,
      atMost: limit ?? candidates.count, workers: workers, watcher: watcher)
    for index in found.pairs.indices { found.pairs[index].text = texts[found.pairs[index].id] }
    let captionless =
      requiresCaption
      ? match.paired.filter { texts[$0] == nil }
      : found.pairs.filter { $0.text == nil }.map(\.id).sortedByBytes()
    let skipped = skippedIDs.intersection(ids).map(String.init).sortedByBytes()
    return try Dataset(
      name: "celebamask-hq:\(directory)", pairs: found.pairs,
      findings: [
        .withoutImage(match.missing), .skipped(skipped), .withoutMask(found.maskless),
        requiresCaption ? .lacking(.text, captionless) : .withoutCaption(captionless),
        .unread(images.unread),
      ] + paddedOtherwise(match, found.maskless, masks) + found.broken)
  }
}

extension CelebAMaskHQ {
  private enum MaskSource: Sendable {
    case merged(ImageFolder)
    case parts(PartMasks)
  }

  private var wantedIDs: [String] { Set(ids).subtracting(skippedIDs).map(String.init) }

  /// Where images and masks lie.
  ///
  /// - Throws: `DatasetError` that tells everything that is wrong with the folder, not only the first.
  private func sources(
    root: String, cache: String
  ) throws(DatasetError) -> (images: ImageFolder, masks: MaskSource) {
    if isFile(root) { throw .unreadable(path: directory, reason: "it is a file, not a folder") }
    var causes: [String] = []
    var images: ImageFolder?
    do { images = try ImageFolder(directory: "\(directory)/CelebA-HQ-img") } catch {
      causes.append("\(error)")
    }
    if let match = images?.matched(to: wantedIDs), match.paired.isEmpty {
      causes.append(
        "CelebA-HQ-img holds none of the \(match.missing.count) ids that were asked for "
          + "(\((ids.min() ?? 0))…\((ids.max() ?? 0)))")
      causes += paddedOtherwise(match, [], nil).filter { !$0.isEmpty }.map(\.description)
    }
    var masks: MaskSource?
    do {
      masks = try maskSource(root: root, cache: cache)
      if masks == nil { causes.append("it has neither mask/ nor CelebAMask-HQ-mask-anno/") }
    } catch {
      causes.append("\(error)")
    }
    guard let images, let masks, causes.isEmpty else {
      throw .noPairs(place: root, reason: causes.joined(separator: "; "))
    }
    return (images, masks)
  }

  private func maskSource(root: String, cache: String) throws(DatasetError) -> MaskSource? {
    if let merged = ["mask", "CelebAMask-HQ-mask"].map({ "\(root)/\($0)" }).first(where: isFolder) {
      return .merged(try ImageFolder(directory: merged))
    }
    let parts = "\(root)/CelebAMask-HQ-mask-anno"
    guard isFolder(parts) else { return nil }
    let folder = "\(Paths.absolute(cache))/celebamask-hq-masks"
    try DatasetFiles.makeFolder(folder)
    return .parts(PartMasks(directory: parts, cache: folder))
  }

  /// What is there under names with other leading zeros than CelebAMask-HQ's.
  private func paddedOtherwise(
    _ images: IDMatch, _ maskless: [String], _ masks: MaskSource?
  ) -> [DatasetFinding] {
    let maps: DatasetFinding =
      switch masks {
      case nil: .withoutMask([])
      case .merged(let folder):
        folder.matched(to: maskless).spelling(of: "masks are named")
      case .parts(let parts): parts.spelling(of: maskless.compactMap { Int($0) })
      }
    return [images.spelling(of: "images are named"), maps]
  }

  private static func mask(of id: String, in source: MaskSource) -> Result<String?, DatasetError> {
    switch source {
    case .merged(let folder): .success(folder.paths[id])
    case .parts(let parts):
      Result { () throws(DatasetError) in try parts.labelMapPath(of: Int(id) ?? 0) }
    }
  }

  private struct Masked {
    var pairs: [Pair] = []
    var maskless: [String] = []
    var broken: [DatasetFinding] = []
  }

  /// Joins images and masks, id by id, until there are `limit` pairs.
  private func masked(
    _ ids: [String], images: ImageFolder, masks: MaskSource, atMost limit: Int, workers: Workers,
    watcher: DatasetWatcher
  ) throws(DatasetError) -> Masked {
    var found = Masked()
    var rest = ids[...]
    while !rest.isEmpty && found.pairs.count < limit {
      let next = Array(rest.prefix(limit - found.pairs.count))
      rest = rest.dropFirst(next.count)
      let done = Atomic(0)
      let outcomes = try workers.map(next.count) { (index, _) throws(DatasetError) in
        let outcome = Self.mask(of: next[index], in: masks)
        try watcher(
          "finding label maps", done.wrappingAdd(1, ordering: .relaxed).newValue, next.count)
        return outcome
      }
      for (id, outcome) in zip(next, outcomes) {
        switch outcome {
        case .success(let path?):
          found.pairs.append(Pair(id: id, imagePath: images.paths[id], maskPath: path))
        case .success(nil): found.maskless.append(id)
        case .failure(let error):
          found.broken.append(.brokenMask(id: id, reason: error.description))
        }
      }
    }
    return found
  }

  /// The captions of ids, where captions are there at all.
  private func captionTexts(
    of ids: [String], root: String
  ) throws(DatasetError) -> [String: String] {
    if let captions { return try captions.texts(of: ids) }
    var source = CaptionSource(path: "\(root)/text/celeba-caption")
    source.choice = caption
    return isFolder(source.path) ? try source.texts(of: ids) : [:]
  }
}
