import Datasets
import Foundation
import Images
import Tensors
import TestSupport

/// A temporary dataset of small, distinct faces, and room for what methods make of them.
struct Faces {
  let folder: TemporaryFolder
  let pairs: [Pair]

  /// Plants `count` RGB pictures of noise and a mask for each, ids `000`, `001`, ….
  init(count: Int, side: Int = 8, seed: UInt64 = 1) throws {
    folder = try TemporaryFolder()
    var random = SplitMix64(seed: seed)
    var pairs: [Pair] = []
    for index in 0..<count {
      let id = String(String(1000 + index).dropFirst())
      let face = Raster.noise(side, side, from: &random)
      let mask = Raster.constant(UInt8(index % 19), side, side, 1)
      try folder.write(ImageEncoder.png(face), to: "images/\(id).png")
      try folder.write(ImageEncoder.png(mask), to: "masks/\(id).png")
      pairs.append(
        Pair(
          id: id, imagePath: Paths.absolute(folder.path("images/\(id).png")),
          maskPath: Paths.absolute(folder.path("masks/\(id).png")), text: "face \(index)"))
    }
    self.pairs = pairs
  }

  /// Absolute path of an entry, in the spelling that methods use.
  func path(_ name: String) -> String { Paths.absolute(folder.path(name)) }

  /// The ground truth's pixels.
  func face(_ index: Int) throws -> Raster {
    try ImageDecoder.rgb(contentsOf: path("images/\(pairs[index].id).png"))
  }
}
