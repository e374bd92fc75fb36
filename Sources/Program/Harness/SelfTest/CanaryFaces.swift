import Essentials
import Faces
import Images
import Provenance
import Recipes
import Tensors

/// Eight persons of the test world, four photos each: pictures, label maps and captions that never change.
///
/// The pictures are one JPEG of eight columns, a person each, and four rows, a photo each, so that reading
/// them is part of what is proven; the label maps lie in a palette PNG in the same way.
package struct CanaryFaces: Sendable {
  static let people = 8
  static let photos = 4
  static var count: Int { people * photos }
  static let side = SyntheticTrainingSet.side

  /// `a1`, `a2` … `h4`: a letter a person, a digit a photo.
  package static let ids: [String] = "abcdefgh".flatMap { person in
    (1...photos).map { "\(person)\($0)" }
  }

  /// `[128, 128, 3]` each, in the order of ``ids``.
  package let pictures: [Raster]
  /// `[128, 128, 1]` each, CelebAMask-HQ's classes.
  package var labels: [Raster]
  /// One for each picture.
  let captions: [String]

  /// The three files that hold them.
  package struct Files: Sendable {
    /// All pictures as JPEG.
    let faces: [UInt8]
    /// All label maps as PNG.
    let labels: [UInt8]
    /// A caption a line.
    let captions: [UInt8]

    /// Names and contents.
    var all: [(name: String, bytes: [UInt8])] {
      [("faces.jpg", faces), ("labels.png", labels), ("captions.txt", captions)]
    }

    /// Those that are part of the program.
    package static let embedded = Files(
      faces: bytes("faces.jpg"), labels: bytes("labels.png"), captions: bytes("captions.txt"))

    private static func bytes(_ name: String) -> [UInt8] {
      EmbeddedFile.bytes(of: "canary/\(name)") ?? []
    }

    /// Draws the persons again.
    static func drawn(workers: Workers) -> Files {
      let scenes = (0..<CanaryFaces.count).map { face in
        Scene(
          identity: Identity(
            seed: World.test.identitySeed(face / CanaryFaces.photos, seed: 77)),
          photo: face % CanaryFaces.photos)
      }
      let portraits = workers.map(scenes.count) { face, _ in
        Portrait(scenes[face], size: SyntheticTrainingSet.drawnSide)
      }
      let captions = zip(scenes, portraits).map { scene, portrait in
        MultiModalCaption.text(
          FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      }
      let reduced = portraits.map(SyntheticTrainingSet.reduced)
      return Files(
        faces: ImageEncoder.jpeg(sheet(reduced.map(\.picture)), quality: 95),
        labels: ImageEncoder.labelMapPNG(sheet(reduced.map(\.labels))),
        captions: Array(captions.map { "\($0)\n" }.joined().utf8))
    }
  }

  /// Reads the files.
  ///
  /// - Throws: `ImageError` for a picture that cannot be read; ``HarnessError`` if one does not hold 32 faces.
  package init(_ files: Files) throws {
    let faces = try ImageDecoder.rgb(decoding: files.faces, named: "canary/faces.jpg")
    let maps = try ImageDecoder.labelMap(decoding: files.labels, named: "canary/labels.png")
    captions = String(decoding: files.captions, as: UTF8.self).split(separator: "\n")
      .map(String.init)
    let (width, height) = (Self.people * Self.side, Self.photos * Self.side)
    guard [faces, maps].allSatisfy({ $0.width == width && $0.height == height }),
      captions.count == Self.count
    else {
      throw HarnessError(
        .runtime,
        "the canary has \(faces.width)×\(faces.height) pixels, a label map of "
          + "\(maps.width)×\(maps.height) and \(captions.count) captions, not \(width)×\(height) "
          + "twice and \(Self.count)")
    }
    pictures = Self.tiles(of: faces)
    labels = Self.tiles(of: maps)
  }

  /// SHA-256 over all decoded pixels and labels.
  var digest: String {
    FileDigest.sha256(of: (pictures + labels).flatMap(\.samples))
  }

  private static func place(_ face: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (row, column) = (face % photos * side, face / photos * side)
    return (row..<row + side, column..<column + side)
  }

  private static func tiles(of sheet: Raster) -> [Raster] {
    (0..<count).map { face in
      let (rows, columns) = place(face)
      return sheet.cropped(rows: rows, columns: columns)
    }
  }

  private static func sheet(_ tiles: [Raster]) -> Raster {
    let channels = tiles[0].channels
    let width = people * side
    var samples = [UInt8](repeating: 0, count: width * photos * side * channels)
    for (face, tile) in tiles.enumerated() {
      let (rows, columns) = place(face)
      let row = side * channels
      for line in 0..<side {
        let target = ((rows.lowerBound + line) * width + columns.lowerBound) * channels
        samples.replaceSubrange(
          target..<target + row, with: tile.samples[line * row..<(line + 1) * row])
      }
    }
    return Raster(width: width, height: photos * side, channels: channels, samples: samples)
  }
}
