import Images
import Recipes
import Tensors
import Training

/// Faces without conditions, each as it is or mirrored.
struct MirroredFaces: BatchSource {
  /// One face.
  struct Sample: Sendable {
    /// The face.
    let face: Int
    /// Whether it is the mirror image.
    let isMirrored: Bool
    /// RGB, of the source's size.
    let picture: Raster
    /// Of whatever else is drawn for the face.
    let seed: UInt64
  }

  /// The faces.
  let faces: SyntheticTrainingSet
  /// Width and height, to which Pillow's bicubic filter brings the faces.
  let size: Int
  /// Threads that prepare a batch.
  let workers: Workers

  var sampleCount: Int { faces.count }

  /// Faces from the request alone.
  func batch(_ request: BatchRequest) -> [Sample] {
    workers.map(request.samples.count) { index, _ in
      var random = request.random(forSample: index)
      let picture = faces.picture(request.samples[index])
        .resized(width: size, height: size, filter: .bicubic)
      let isMirrored = random.nextIndex(below: 2) == 1
      return Sample(
        face: request.samples[index], isMirrored: isMirrored,
        picture: isMirrored ? picture.mirrored : picture, seed: random.next())
    }
  }
}
