import Faces
import Foundation
import Images
import Tensors

/// Pairs drawn from seeds: nothing to fetch, and the same bytes everywhere.
package struct SyntheticFaces: Equatable, Sendable {
  /// Which population the persons are from.
  package var world = World.test
  /// Which of the population's seeds.
  package var seed: UInt64 = 0
  /// Pixels on each side, 64…1024.
  package var size = 256
  /// How many pairs.
  package var count = 2000

  /// The default: 2,000 faces of the test world at 256×256.
  package init() {}

  /// Changes with every change of the drawing, so that no old picture passes for a new one.
  package static let version = 1

  /// Draws the pairs that the cache lacks, and lists them all.
  ///
  /// Files of a pair are images, label maps and scribbles, all PNG; a pair's caption is the first in
  /// Multi-Modal-CelebA-HQ's style, its identity the person's seed.
  ///
  /// - Parameters:
  ///   - cache: folder for the files, `<cache>/synthetic-…/`.
  ///   - workers: threads that draw; the files do not depend on their number.
  /// - Returns: the pairs.
  /// - Throws: `DatasetError.unwritable`; `.noPairs` for a count below 1 and a size that is not drawn.
  package func dataset(
    cache: String, workers: Workers = Workers()
  ) throws(DatasetError) -> Dataset {
    guard 64...1024 ~= size else {
      throw .noPairs(
        place: "synthetic", reason: "faces are drawn at 64…1024 pixels on a side, not \(size)")
    }
    let name = "synthetic-\(Self.version)-\(world.rawValue)-\(seed)-\(size)"
    let root = "\(Paths.absolute(cache))/\(name)"
    for folder in ["images", "masks", "scribbles"] {
      try DatasetFiles.makeFolder("\(root)/\(folder)")
    }
    let pairs = try workers.map(max(count, 0)) { (number, _) throws(DatasetError) in
      try pair(number, in: root)
    }
    return try Dataset(name: "synthetic", pairs: pairs, findings: [])
  }

  /// One pair's files, drawn where they are not there.
  private func pair(_ number: Int, in root: String) throws(DatasetError) -> Pair {
    let digits = String(number)
    let id = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    let scene = world.scene(number, seed: seed)
    let (image, mask) = ("\(root)/images/\(id).png", "\(root)/masks/\(id).png")
    let scribble = "\(root)/scribbles/\(id).png"
    let caption = "\(root)/\(id).txt"
    // The caption is written last, so a pair that has one is complete.
    if !isFile(caption) {
      let portrait = Portrait(scene, size: size)
      let text = MultiModalCaption.text(
        FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      try DatasetFiles.write(ImageEncoder.png(portrait.image), to: image)
      try DatasetFiles.write(ImageEncoder.labelMapPNG(portrait.labels), to: mask)
      try DatasetFiles.write(ImageEncoder.png(portrait.scribble), to: scribble)
      try DatasetFiles.write(Array(text.utf8), to: caption)
    }
    return Pair(
      id: id, imagePath: image, maskPath: mask,
      text: String(decoding: try DatasetFiles.contents(of: caption), as: UTF8.self),
      scribblePath: scribble, identity: String(scene.identity.seed, radix: 16))
  }
}
