import Faces
import Images
import Networks
import Recipes
import Systems
import Tensors
import Training

/// Heads of the train world, each seen from a side of its own whenever it is seen.
struct TurnedHeads: BatchSource {
  /// One view of a head.
  struct Sample: Sendable {
    /// Which head.
    let head: Int
    /// RGB; what is not the head is gray.
    let picture: Raster
    /// One channel, as large: 255 where the head is.
    let cover: Raster
    /// From where it is seen.
    let view: HeadView
    /// Of where rays are looked at.
    let seed: UInt64
  }

  /// Which heads.
  let heads: SyntheticTrainingSet.Plan
  /// How many steps see pictures of half the side.
  let coarseSteps: Int
  /// Threads that prepare a batch.
  let workers: Workers

  /// How far heads are turned and tilted, in degrees each way.
  private static let (yaw, pitch): (Float, Float) = (30, 12)

  var sampleCount: Int { heads.count }

  /// Views from the request alone.
  func batch(_ request: BatchRequest) -> [Sample] {
    workers.map(request.samples.count) { index, _ in
      var random = SplitMix64(seed: request.seed &+ UInt64(index))
      // The first number tells neighboring seeds apart in every bit.
      random = SplitMix64(seed: random.next())
      let yaw = (2 * random.nextUnit() - 1) * Self.yaw
      let pitch = (2 * random.nextUnit() - 1) * Self.pitch
      let head = request.samples[index]
      return Self.view(
        of: heads.scene(head), head: head, yaw: yaw, pitch: pitch, seed: random.next(),
        side: request.step < coarseSteps ? HeadGenerator.side / 2 : HeadGenerator.side)
    }
  }

  /// A head from a side, drawn at twice the size.
  static func view(
    of scene: Scene, head: Int, yaw: Float, pitch: Float, seed: UInt64,
    side: Int = HeadGenerator.side
  ) -> Sample {
    let portrait = TurnedPortrait(scene, yaw: yaw, pitch: pitch, size: 2 * side)
    return Sample(
      head: head,
      picture: portrait.image.resized(width: side, height: side, filter: .bicubic),
      cover: portrait.head.resized(width: side, height: side, filter: .bilinear),
      view: portrait.view, seed: seed)
  }
}
