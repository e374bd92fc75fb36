import Faces
import Images
import Networks
import Tensors

/// Portraits of one world as the compact networks see them, drawn once and kept in a file.
///
/// A sample is a photo of a person: its picture as `Preprocessing.compact128` brings it to the networks,
/// in 8 bits, and its label map, both drawn at 256 pixels first, as a table's pairs are.
package struct SyntheticTrainingSet: Sendable {
  /// Which faces there are.
  package struct Plan: Equatable, Sendable {
    /// The population.
    package var world = World.train
    /// Which of the population's seeds.
    package var seed: UInt64 = 0
    /// How many persons.
    package var people: Int
    /// How many photos of each.
    package var photos: Int

    /// Chooses persons of the train world.
    package init(people: Int, photos: Int) {
      self.people = people
      self.photos = photos
    }

    /// The faces that the larger networks share, so that they are drawn once.
    package static let shared = Plan(people: 3000, photos: 5)

    /// Samples in all.
    package var count: Int { people * photos }

    /// What they are, in words.
    package var text: String {
      "\(count) photos of \(people) persons of the \(world.rawValue) world"
    }

    /// The scene of a sample: photos of a person lie behind each other.
    package func scene(_ sample: Int) -> Scene {
      Scene(
        identity: Identity(seed: world.identitySeed(sample / photos, seed: seed)),
        photo: sample % photos)
    }
  }

  /// Side of a picture and of a label map.
  package static let side = CompactNetworks.imageSize
  /// Side at which faces are drawn.
  package static let drawnSide = 256
  private static let pictureBytes = side * side * 3
  private static let recordBytes = side * side * 4
  /// Changes with every change of the drawing.
  private static let version = 1

  /// Which faces these are.
  package let plan: Plan
  private let records: RecordFile

  /// Opens the drawn faces of a plan, drawing them first where they are not there.
  ///
  /// - Parameters:
  ///   - plan: which faces.
  ///   - environment: threads, of which no byte depends on, folder and reports.
  /// - Throws: ``TrainingStopped``, `FileError`.
  package init(_ plan: Plan, in environment: TrainingEnvironment) throws {
    self.plan = plan
    records = try environment.records(
      "faces-\(Self.version)-\(plan.world.rawValue)-\(plan.seed)-\(plan.people)x\(plan.photos).bin",
      "drawing faces", count: plan.count, recordBytes: Self.recordBytes
    ) { samples in
      environment.workers.map(samples.count) { index, _ in
        Self.record(plan.scene(samples.lowerBound + index))
      }
    }
  }

  private static func record(_ scene: Scene) -> [UInt8] {
    let portrait = Portrait(scene, size: drawnSide)
    let (picture, labels) = reduced(portrait)
    return picture.samples + labels.samples
  }

  /// A portrait at the size of the networks, as a table brings it there.
  package static func reduced(_ portrait: Portrait) -> (picture: Raster, labels: Raster) {
    (
      portrait.image.resized(width: side, height: side, filter: .bicubic),
      portrait.labels.resized(width: side, height: side, filter: .nearest)
    )
  }

  /// Samples in all.
  package var count: Int { plan.count }

  /// A sample's picture, `[128, 128, 3]`.
  package func picture(_ sample: Int) -> Raster {
    Raster(
      width: Self.side, height: Self.side, channels: 3,
      samples: records.bytes(of: sample, 0..<Self.pictureBytes))
  }

  /// The picture of a sample or of its mirror image, `[128, 128, 3]`.
  package func picture(_ sample: Int, isMirrored: Bool) -> Raster {
    isMirrored ? picture(sample).mirrored : picture(sample)
  }

  /// A sample's label map, `[128, 128, 1]`.
  package func labels(_ sample: Int) -> Raster {
    Raster(
      width: Self.side, height: Self.side, channels: 1,
      samples: records.bytes(of: sample, Self.pictureBytes..<Self.recordBytes))
  }

  /// The label map of a sample or of its mirror image, in which left and right have changed places, `[128, 128, 1]`.
  package func labels(_ sample: Int, isMirrored: Bool) -> Raster {
    isMirrored ? labels(sample).mirrored.withSidesExchanged : labels(sample)
  }

  /// What can be seen on a sample.
  package func traits(_ sample: Int) -> FaceTraits {
    FaceTraits(plan.scene(sample), labels: labels(sample))
  }

  /// Number of `FaceTraits.values`.
  package static let traitCount = FaceTraits.Trait.allCases.count + 1
}

extension FaceTraits {
  /// 1 for each trait that holds and 0 for the others, in the order of `Trait.allCases`, then whether it is a
  /// woman.
  var values: [Float] {
    Trait.allCases.map { traits.contains($0) ? 1 : 0 } + [isWoman ? 1 : 0]
  }
}

extension Raster {
  /// A label map in which the classes of left and right parts are exchanged.
  fileprivate var withSidesExchanged: Raster {
    var exchanged = self
    for index in samples.indices { exchanged.samples[index] = Self.otherSide[Int(samples[index])] }
    return exchanged
  }

  /// Eyes are 4 and 5, brows 6 and 7, ears 8 and 9.
  private static let otherSide: [UInt8] = (0...255).map { label in
    (4...9).contains(label) ? label ^ 1 : label
  }
}

extension Raster {
  /// The picture with left and right exchanged.
  package var mirrored: Raster {
    var mirrored = self
    for row in 0..<height {
      for column in 0..<width {
        let (source, target) = (row * width + column, row * width + width - 1 - column)
        for channel in 0..<channels {
          mirrored.samples[target * channels + channel] = samples[source * channels + channel]
        }
      }
    }
    return mirrored
  }
}
