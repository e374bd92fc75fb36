import Foundation
import Tensors

/// A folder in CelebAMask-HQ's published layout, with Multi-Modal-CelebA-HQ's captions.
///
/// | path | content |
/// |---|---|
/// | `CelebA-HQ-img/<id>.jpg` | faces, 1024×1024 |
/// | `mask/<id>.png` | merged label maps, taken where they are there |
/// | `CelebAMask-HQ-mask-anno/<id / 2000>/<id as 5 digits>_<part>.png` | else: one mask a part |
/// | `text/celeba-caption/<id>.txt` | ten captions, one a line; may be absent |
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
  /// Which of the ten captions is taken, counted from 0.
  package var captionIndex = 0

  /// The dataset in a folder, with the default ids and the first caption.
  package init(directory: String) { self.directory = directory }

  /// Finds the pairs, merging part masks where there are no merged ones.
  ///
  /// An id without image or without any part mask, or whose mask is broken, is left out and
  /// reported; an id without a caption is kept.
  ///
  /// - Parameters:
  ///   - cache: folder for merged label maps, `<cache>/celebamask-hq-masks/`.
  ///   - limit: how many pairs of the lowest ids are enough; ids after them are not looked at.
  ///   - workers: threads that merge.
  /// - Returns: the pairs, and what was left out.
  /// - Throws: `DatasetError`.
  package func dataset(
    cache: String, atMost limit: Int? = nil, workers: Workers = Workers()
  ) throws(DatasetError) -> Dataset {
    let root = Paths.absolute(directory)
    let images = try ImageFolder(directory: "\(root)/CelebA-HQ-img")
    let wanted = Set(ids).subtracting(skippedIDs).map(String.init)
    let match = images.matched(to: wanted)
    guard !match.paired.isEmpty else {
      throw .noPairs(
        place: "\(root)/CelebA-HQ-img",
        reason: "it holds none of the \(wanted.count) ids that were asked for "
          + "(\((ids.min() ?? 0))…\((ids.max() ?? 0)))")
    }
    var found = masked(
      match.paired, images: images, masks: try maskSource(root: root, cache: cache),
      atMost: limit ?? match.paired.count, workers: workers)
    let captionless = try addCaptions(to: &found.pairs, root: root)
    let skipped = skippedIDs.intersection(ids).map(String.init).sortedByBytes()
    return try Dataset(
      name: "celebamask-hq:\(directory)", pairs: found.pairs,
      findings: [
        .withoutImage(match.missing), .skipped(skipped), .withoutMask(found.maskless),
        .withoutCaption(captionless),
      ] + found.broken)
  }
}

extension CelebAMaskHQ {
  private enum MaskSource: Sendable {
    case merged(ImageFolder)
    case parts(PartMasks)
  }

  private func maskSource(root: String, cache: String) throws(DatasetError) -> MaskSource {
    let merged = "\(root)/mask"
    if FileManager.default.fileExists(atPath: merged) {
      return .merged(try ImageFolder(directory: merged))
    }
    let parts = "\(root)/CelebAMask-HQ-mask-anno"
    guard FileManager.default.fileExists(atPath: parts) else {
      throw .noPairs(place: root, reason: "it has neither mask/ nor CelebAMask-HQ-mask-anno/")
    }
    let folder = "\(Paths.absolute(cache))/celebamask-hq-masks"
    try DatasetFiles.makeFolder(folder)
    return .parts(PartMasks(directory: parts, cache: folder))
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
    _ ids: [String], images: ImageFolder, masks: MaskSource, atMost limit: Int, workers: Workers
  ) -> Masked {
    var found = Masked()
    var rest = ids[...]
    while !rest.isEmpty && found.pairs.count < limit {
      let next = Array(rest.prefix(limit - found.pairs.count))
      rest = rest.dropFirst(next.count)
      let outcomes = map(next, workers) { id in Self.mask(of: id, in: masks) }
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

  /// One value for each id, in their order.
  private func map<Value: Sendable>(
    _ ids: [String], _ workers: Workers, _ body: @Sendable (String) -> Value
  ) -> [Value] {
    workers.map(ids.count) { index, _ in body(ids[index]) }
  }

  /// Gives each pair its caption, where captions are there at all; returns the ids without one.
  private func addCaptions(
    to pairs: inout [Pair], root: String
  ) throws(DatasetError) -> [String] {
    let folder = "\(root)/text/celeba-caption"
    guard FileManager.default.fileExists(atPath: folder) else { return pairs.map(\.id) }
    var captionless: [String] = []
    for index in pairs.indices {
      let path = "\(folder)/\(pairs[index].id).txt"
      if FileManager.default.fileExists(atPath: path) {
        pairs[index].text = try Captions.line(captionIndex, of: path)
      } else {
        captionless.append(pairs[index].id)
      }
    }
    return captionless
  }
}
