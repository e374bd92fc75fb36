import Datasets
import Faces
import Images
import Tensors
import TestSupport

/// Label maps and captions of drawn faces, on disk and without any image.
struct Conditions {
  let folder: TemporaryFolder
  let pairs: [Pair]
  let labels: [Raster]

  /// Draws the first faces of the validation world.
  init(count: Int, size: Int = 96, seed: UInt64 = 4) throws {
    folder = try TemporaryFolder()
    let scenes = (0..<count).map { World.validation.scene($0, seed: seed) }
    labels = Workers().map(count) { number, _ in Portrait.labels(of: scenes[number], size: size) }
    var pairs: [Pair] = []
    for (number, map) in labels.enumerated() {
      let id = "face-\(number)"
      try folder.write(ImageEncoder.labelMapPNG(map), to: "masks/\(id).png")
      let text = MultiModalCaption.text(
        FaceTraits(scenes[number], labels: map), index: 0, seed: scenes[number].identity.seed)
      pairs.append(
        Pair(id: id, maskPath: Paths.absolute(folder.path("masks/\(id).png")), text: text))
    }
    self.pairs = pairs
  }
}
