import Essentials
import Faces
import Images
import Networks
import Recipes
import Systems
import Tensors
import Training

/// Heads of the train world, each with its front and some other sides, drawn once and kept in a file.
struct TurnedHeads: BatchSource {
  /// One view of a head.
  struct Sample: Sendable {
    /// The head from the front, which its code is found of; RGB, 64 pixels.
    let front: Raster
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
  /// Sides of a head beside its front.
  private let sides: Int
  private let records: RecordFile

  /// How far heads are turned and tilted, in degrees each way.
  private static let (yaw, pitch): (Float, Float) = (30, 12)
  private static let side = HeadGenerator.side
  private static let pictureBytes = 3 * side * side
  private static let viewBytes = 6 * MemoryLayout<Float>.size
  private static let sampleBytes = pictureBytes + side * side + viewBytes

  /// Opens the heads, drawing them first where they are not there.
  ///
  /// - Parameters:
  ///   - heads: which ones.
  ///   - sides: how many of each beside the front.
  ///   - coarseSteps: how many steps see pictures of half the side.
  ///   - environment: threads, folder and reports.
  /// - Throws: ``TrainingStopped``, `FileError`.
  init(
    _ heads: SyntheticTrainingSet.Plan, sides: Int, coarseSteps: Int,
    in environment: TrainingEnvironment
  ) throws {
    self.heads = heads
    self.sides = sides
    self.coarseSteps = coarseSteps
    workers = environment.workers
    records = try environment.records(
      "heads-\(FileDigest.sha256(of: "1 \(heads) \(sides)".utf8).prefix(12)).bin",
      "drawing heads", count: heads.count,
      recordBytes: Self.pictureBytes + sides * Self.sampleBytes
    ) { range in
      environment.workers.map(range.count) { index, _ in
        let head = range.lowerBound + index
        return Self.record(of: heads.scene(head), head: head, sides: sides)
      }
    }
  }

  var sampleCount: Int { heads.count }

  /// Views from the request alone.
  func batch(_ request: BatchRequest) -> [Sample] {
    workers.map(request.samples.count) { index, _ in
      var random = request.random(forSample: index)
      let sample = sample(
        request.samples[index], side: random.nextIndex(below: sides), seed: random.next())
      return request.step < coarseSteps ? sample.halved : sample
    }
  }

  // MARK: Records

  /// A head's front, then picture, cover and view of each other side.
  private static func record(of scene: Scene, head: Int, sides: Int) -> [UInt8] {
    var random = SplitMix64(mixing: UInt64(head))
    var record = front(of: scene).samples
    for _ in 0..<sides {
      let yaw = (2 * random.nextUnit() - 1) * Self.yaw
      let pitch = (2 * random.nextUnit() - 1) * Self.pitch
      let sample = view(of: scene, yaw: yaw, pitch: pitch)
      let view = sample.view
      record += sample.picture.samples + sample.cover.samples
      for value in [view.yaw, view.pitch, view.roll, view.left, view.top, view.width] {
        record += (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
    }
    return record
  }

  private func sample(_ head: Int, side: Int, seed: UInt64) -> Sample {
    let first = Self.pictureBytes + side * Self.sampleBytes
    func bytes(_ start: Int, _ count: Int) -> [UInt8] {
      records.bytes(of: head, start..<start + count)
    }
    func raster(_ start: Int, channels: Int) -> Raster {
      Raster(
        width: Self.side, height: Self.side, channels: channels,
        samples: bytes(start, channels * Self.side * Self.side))
    }
    let coded = bytes(first + Self.sampleBytes - Self.viewBytes, Self.viewBytes)
    let values = (0..<6).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(coded[4 * place + $1]) << (8 * $1) })
    }
    return Sample(
      front: raster(0, channels: 3), picture: raster(first, channels: 3),
      cover: raster(first + Self.pictureBytes, channels: 1),
      view: HeadView(
        yaw: values[0], pitch: values[1], roll: values[2], left: values[3], top: values[4],
        width: values[5]), seed: seed)
  }

  // MARK: Drawing

  /// A head from the front.
  static func front(of scene: Scene) -> Raster { view(of: scene, yaw: 0, pitch: 0).picture }

  /// A head from a side, drawn at twice the size; it stands for its own front.
  static func view(of scene: Scene, yaw: Float, pitch: Float) -> Sample {
    let portrait = TurnedPortrait(scene, yaw: yaw, pitch: pitch, size: 2 * side)
    let picture = portrait.image.resized(width: side, height: side, filter: .bicubic)
    return Sample(
      front: picture, picture: picture,
      cover: portrait.head.resized(width: side, height: side, filter: .bilinear),
      view: portrait.view, seed: 0)
  }
}

extension TurnedHeads.Sample {
  /// The same view at half the side.
  fileprivate var halved: Self {
    let (width, height) = (picture.width / 2, picture.height / 2)
    return Self(
      front: front, picture: picture.resized(width: width, height: height, filter: .bicubic),
      cover: cover.resized(width: width, height: height, filter: .bilinear), view: view, seed: seed)
  }
}
