import Faces
import Foundation
import Images
import Synchronization
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
  /// What is said of each.
  package var captions = SyntheticCaptions.multiModal(.line(0))
  /// Whether pairs come with the texts of an edit that suits them.
  package var hasEdits = false

  /// The default: 2,000 faces of the test world at 256×256.
  package init() {}

  /// Changes with every change of the drawing, so that no old picture passes for a new one.
  package static let version = 1

  /// Draws the pairs that the cache lacks, and lists them all.
  ///
  /// Files of a pair are images, label maps and scribbles, all PNG, and two of captions: ten like
  /// Multi-Modal-CelebA-HQ's, one a line, and one of beard and age like CelebA-Dialog's.
  ///
  /// - Parameters:
  ///   - cache: folder for the files, `<cache>/synthetic-…/`.
  ///   - workers: threads that draw; the files do not depend on their number.
  ///   - watcher: called for every pair that is drawn.
  /// - Returns: the pairs.
  /// - Throws: `DatasetError.unwritable`; `.noPairs` for a count below 1 and a size that is not drawn.
  package func dataset(
    cache: String, workers: Workers = Workers(),
    watcher: DatasetWatcher = { _, _, _ throws(DatasetError) in }
  ) throws(DatasetError) -> Dataset {
    guard 64...1024 ~= size else {
      throw .noPairs(
        place: "synthetic", reason: "faces are drawn at 64…1024 pixels on a side, not \(size)")
    }
    let root = root(in: cache)
    for folder in ["images", "masks", "scribbles", "captions", "dialog"] {
      try DatasetFiles.makeFolder("\(root)/\(folder)")
    }
    let missing = self.missing(in: cache)
    let drawn = Atomic(0)
    let pairs = try workers.map(max(count, 0)) { (number, _) throws(DatasetError) in
      let isThere = isFile(Self.lastFile(of: Self.id(number), in: root))
      let pair = try pair(number, in: root)
      if !isThere {
        let done = drawn.wrappingAdd(1, ordering: .relaxed).newValue
        // Another process may be drawing the same ones.
        try watcher("drawing faces", done, max(done, missing))
      }
      return pair
    }
    return try Dataset(name: "synthetic", pairs: pairs, findings: [])
  }

  /// How many of the pairs a cache lacks.
  package func missing(in cache: String) -> Int {
    let root = root(in: cache)
    return (0..<max(count, 0)).count { !isFile(Self.lastFile(of: Self.id($0), in: root)) }
  }

  private func root(in cache: String) -> String {
    let name = "synthetic-\(Self.version)-\(world.rawValue)-\(seed)-\(size)"
    return "\(Paths.absolute(cache))/\(name)"
  }

  /// What is written last, so that a pair that has it is complete.
  private static func lastFile(of id: String, in root: String) -> String {
    "\(root)/dialog/\(id).txt"
  }

  private static func id(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// One pair's files, drawn where they are not there.
  private func pair(_ number: Int, in root: String) throws(DatasetError) -> Pair {
    let id = Self.id(number)
    let scene = world.scene(number, seed: seed)
    let (image, mask) = ("\(root)/images/\(id).png", "\(root)/masks/\(id).png")
    let scribble = "\(root)/scribbles/\(id).png"
    let (captions, dialog) = ("\(root)/captions/\(id).txt", Self.lastFile(of: id, in: root))
    if !isFile(dialog) {
      let portrait = Portrait(scene, size: size)
      let face = FaceTraits(scene, labels: portrait.labels)
      let identity = scene.identity.seed
      let lines = (0..<MultiModalCaption.count).map {
        MultiModalCaption.text(face, index: $0, seed: identity) + "\n"
      }
      try DatasetFiles.write(ImageEncoder.png(portrait.image), to: image)
      try DatasetFiles.write(ImageEncoder.labelMapPNG(portrait.labels), to: mask)
      try DatasetFiles.write(ImageEncoder.png(portrait.scribble), to: scribble)
      try DatasetFiles.write(Array(lines.joined().utf8), to: captions)
      try DatasetFiles.write(
        Array((DialogCaption.beardAndAge(face, seed: identity) + "\n").utf8), to: dialog)
    }
    let text =
      switch self.captions {
      case .multiModal(let choice): try Captions.line(choice, for: id, of: captions)
      // Collaborative Diffusion reads these in lower case.
      case .beardAndAge: try Captions.line(.line(0), for: id, of: dialog).lowercased()
      }
    let edit = hasEdits ? FaceEdit.suited(to: scene)?.texts : nil
    return Pair(
      id: id, imagePath: image, maskPath: mask, text: text, scribblePath: scribble,
      identity: Self.identity(of: scene), sourceText: edit?.source, targetText: edit?.target)
  }
}

/// In whose manner drawn faces are described.
package enum SyntheticCaptions: Equatable, Sendable {
  /// One of ten captions like Multi-Modal-CelebA-HQ's.
  case multiModal(CaptionChoice)
  /// Beard and age like CelebA-Dialog's, as Collaborative Diffusion was trained on.
  case beardAndAge
}

extension SyntheticFaces {
  private static let identityPrefix = "synthetic-"

  /// What a drawn pair has as its identity.
  static func identity(of scene: Scene) -> String {
    identityPrefix + String(scene.identity.seed, radix: 16)
  }

  /// What a pair shows, if it was drawn; nil for pairs of other datasets.
  package static func scene(of pair: Pair) -> Scene? {
    guard let identity = pair.identity, identity.hasPrefix(identityPrefix) else { return nil }
    return UInt64(identity.dropFirst(identityPrefix.count), radix: 16).map(Scene.init(seed:))
  }
}
