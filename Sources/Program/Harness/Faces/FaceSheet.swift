import Faces
import Images
import Runs
import Tensors

/// A contact sheet of the face world: faces with their label maps and scribbles, one person on
/// several photos, and edits.
struct FaceSheet {
  let world: World
  let seed: UInt64

  private static let side = 160
  private static let columns = 8

  /// Draws the sheet.
  ///
  /// Rows: sixteen persons; eight persons' label maps and scribbles; two persons on eight photos
  /// each; a face and seven edits of it.
  func draw(_ workers: Workers) -> Raster {
    let people = (0..<16).map { world.scene($0, seed: seed) }
    let again = [3, 6].flatMap { number in
      (0..<8).map {
        Scene(
          identity: Identity(seed: world.identitySeed(number, seed: seed)), photo: $0)
      }
    }
    let scenes = people + again + edits()
    let portraits = workers.map(scenes.count) { number, _ in
      Portrait(scenes[number], size: Self.side)
    }
    var tiles = portraits[..<16].map(\.image)
    tiles += portraits[..<8].map { $0.labels.colored(by: LabelPalette.celebAMaskHQ) }
    tiles += portraits[..<8].map(\.scribble)
    tiles += portraits[16...].map(\.image)
    return Self.joined(tiles)
  }

  /// The first person who can be edited in all seven ways, before and after each.
  private func edits() -> [Scene] {
    let kinds: [FaceEdit] = [.makeup, .tanned, .grayHair, .glasses, .smile, .hat, .old]
    for number in 0..<10_000 {
      let scene = world.scene(number, seed: seed)
      let edited = kinds.compactMap { $0.applied(to: scene) }
      if edited.count == kinds.count { return [scene] + edited }
    }
    return []
  }

  /// Tiles of equal size, row by row.
  private static func joined(_ tiles: [Raster]) -> Raster {
    let rows = (tiles.count + columns - 1) / columns
    var sheet = Canvas(width: columns * side, height: rows * side)
    for (number, tile) in tiles.enumerated() {
      sheet.paste(tile, x: number % columns * side, y: number / columns * side)
    }
    return sheet.image
  }
}
