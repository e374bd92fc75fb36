import Tensors

/// The first faces of a world as small label maps and traits, to find the one nearest to a condition.
package struct FaceGallery: Equatable, Sendable {
  /// Pixels on each side of the small label maps.
  package static let side = 64

  /// Which population.
  package let world: World
  /// Which of the population's seeds.
  package let seed: UInt64
  /// `[N, S, S]`, the label maps behind each other.
  package let labels: [UInt8]
  /// What can be seen on each face.
  package let traits: [FaceTraits]

  /// How many faces there are.
  package var count: Int { traits.count }

  /// Takes label maps that were drawn before.
  ///
  /// - Parameters:
  ///   - world: whose first faces they are.
  ///   - seed: which of the population's seeds.
  ///   - labels: what ``labels(of:seed:count:workers:)`` gave.
  /// - Precondition: at least one whole label map, and nothing beside whole ones.
  package init(world: World, seed: UInt64 = 0, labels: [UInt8]) {
    let area = Self.side * Self.side
    precondition(
      !labels.isEmpty && labels.count % area == 0, "\(labels.count) labels are no \(area) a face")
    self.world = world
    self.seed = seed
    self.labels = labels
    traits = (0..<labels.count / area).map { number in
      FaceTraits(
        world.scene(number, seed: seed),
        labels: Raster(
          width: Self.side, height: Self.side, channels: 1,
          samples: Array(labels[number * area..<(number + 1) * area])))
    }
  }

  /// Draws the label maps of a world's first faces, `[N, S, S]`.
  package static func labels(
    of world: World, seed: UInt64 = 0, count: Int, workers: Workers = Workers()
  ) -> [UInt8] {
    workers.map(count) { number, _ in
      Portrait.labels(of: world.scene(number, seed: seed), size: side).samples
    }.flatMap(\.self)
  }

  /// A face by its number.
  package func scene(_ number: Int) -> Scene { world.scene(number, seed: seed) }
}

extension FaceGallery {
  /// A face that was found.
  package struct Match: Equatable, Sendable {
    /// Its number in the world.
    package let number: Int
    /// How far it is from the condition: ``MaskDistance`` and ``TraitDistance`` together.
    package let distance: Int
  }

  /// The face nearest to a condition; of equally near ones the first.
  ///
  /// - Parameters:
  ///   - mask: a label map of any size, classes 0…18.
  ///   - reading: what the caption says; nil compares label maps alone.
  /// - Returns: the face's number and distance.
  package func nearest(to mask: Raster, saying reading: CaptionReading? = nil) -> Match {
    let small = mask.mostFrequentLabels(side: Self.side).samples
    let area = small.count
    let words = reading.map(TraitDistance.init(from:))
    let penalties = traits.map { face in words.map { $0(face) } ?? 0 }
    var best = Match(number: 0, distance: .max)
    labels.withUnsafeBufferPointer { labels in
      small.withUnsafeBufferPointer { small in
        for number in 0..<count {
          let face = UnsafeBufferPointer(rebasing: labels[number * area..<(number + 1) * area])
          let distance = MaskDistance.between(
            small, face, atMost: best.distance, from: penalties[number])
          if distance < best.distance { best = Match(number: number, distance: distance) }
        }
      }
    }
    return best
  }
}
