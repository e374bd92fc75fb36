import Faces
import Images
import Networks
import Pipelines
import Recipes
import Tensors

/// Faces of the test world at 64 pixels, with captions and what hints are made of.
struct HintedFaces: Sendable {
  /// A face with what it is made from.
  struct Face: Sendable {
    /// RGB, 64 pixels.
    let picture: Raster
    /// Classes 0…18, 128 pixels.
    let labels: Raster
    /// One of its captions.
    let caption: String
    /// Which face of the world.
    let number: Int

    /// `[H, 64, 64]`.
    func hint(_ kind: CompactNetworks.Hint) throws -> Tensor {
      try kind.planes(of: labels, seed: UInt64(number))
    }
  }

  /// The faces.
  let faces: [Face]

  /// Draws faces.
  init(_ count: Int, workers: Workers) {
    let side = CompactNetworks.invertedSize
    faces = workers.map(count) { number, _ in
      let scene = World.test.scene(number, seed: 16)
      let portrait = Portrait(scene, size: SyntheticTrainingSet.drawnSide)
      let (picture, labels) = SyntheticTrainingSet.reduced(portrait)
      return Face(
        picture: picture.resized(width: side, height: side, filter: .bicubic), labels: labels,
        caption: MultiModalCaption.text(
          FaceTraits(scene, labels: portrait.labels), index: number % MultiModalCaption.count,
          seed: scene.identity.seed), number: number)
    }
  }

  /// Requests of systems, a seed a face.
  var requests: [ImageRequest] {
    faces.map { face in
      ImageRequest(
        id: "\(face.number)", seed: UInt64(8000 + face.number), text: face.caption,
        labels: { face.labels },
        scribble: { CompactNetworks.Hint.drawnScribble(of: face.labels, seed: UInt64(face.number)) }
      )
    }
  }
}
