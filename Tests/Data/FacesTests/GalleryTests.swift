import Faces
import Tensors
import Testing

/// Small label maps, and the face nearest to one.
@Suite struct GalleryTests {
  static let count = 60
  static let gallery = FaceGallery(
    world: .validation, seed: 3, labels: FaceGallery.labels(of: .validation, seed: 3, count: count))

  @Test func labelsNeedNoLight() {
    for number in 0..<24 {
      let scene = World.train.scene(number, seed: 8)
      #expect(
        Portrait.labels(of: scene, size: 96) == Portrait(scene, size: 96).labels, "\(number)")
    }
  }

  @Test func holdsTheWorldsFaces() {
    let gallery = Self.gallery
    #expect(gallery.count == Self.count)
    let area = FaceGallery.side * FaceGallery.side
    for number in [0, 17, Self.count - 1] {
      let scene = gallery.scene(number)
      #expect(scene == World.validation.scene(number, seed: 3))
      let portrait = Portrait(scene, size: FaceGallery.side)
      #expect(Array(gallery.labels[number * area..<(number + 1) * area]) == portrait.labels.samples)
      #expect(gallery.traits[number] == FaceTraits(scene, labels: portrait.labels))
    }
    for workers in [1, 3] {
      #expect(
        FaceGallery.labels(
          of: .validation, seed: 3, count: 7, workers: Workers(count: workers))
          == Array(gallery.labels[..<(7 * area)]))
    }
  }

  /// A face finds itself, drawn four times as large, with or without its caption.
  @Test func findsTheSameFace() {
    for number in stride(from: 0, to: Self.count, by: 7) {
      let scene = Self.gallery.scene(number)
      let labels = Portrait.labels(of: scene, size: 4 * FaceGallery.side)
      #expect(Self.gallery.nearest(to: labels).number == number)
      let caption = DialogCaption.text(Self.gallery.traits[number], index: 0, seed: 1)
      #expect(
        Self.gallery.nearest(to: labels, saying: CaptionReading(caption)).number == number)
      let small = Portrait.labels(of: scene, size: FaceGallery.side)
      #expect(Self.gallery.nearest(to: small).number == number)
      #expect(Self.gallery.nearest(to: small).distance == 0)
    }
  }

  /// The fast search agrees with a plain one over all faces, ties going to the first.
  @Test func isTheFirstOfTheNearest() {
    let gallery = FaceGallery(world: .test, labels: Self.gallery.labels)
    var random = SplitMix64(seed: 5)
    for _ in 0..<10 {
      let number = random.nextIndex(below: 1000)
      let mask = Portrait.labels(of: World.test.scene(number), size: 64)
      let distances = (0..<gallery.count).map { Self.distance(mask.samples, gallery, $0) }
      let least = distances.min() ?? 0
      let match = gallery.nearest(to: mask)
      #expect(match.distance == least && match.number == distances.firstIndex(of: least))
    }
    let twice = FaceGallery(
      world: .test, labels: Array(gallery.labels[..<4096] + gallery.labels[..<4096]))
    let mask = Portrait.labels(of: World.test.scene(1), size: 64)
    #expect(twice.nearest(to: mask).number == 0)
  }

  static func distance(_ mask: [UInt8], _ gallery: FaceGallery, _ number: Int) -> Int {
    let weights = [1, 1, 2, 6, 5, 5, 3, 3, 3, 3, 5, 4, 4, 1, 4, 3, 2, 1, 1]
    return zip(mask, gallery.labels[number * mask.count..<(number + 1) * mask.count])
      .reduce(0) { sum, pair in
        pair.0 == pair.1 ? sum : sum + weights[Int(pair.0)] + weights[Int(pair.1)]
      }
  }

  /// What is said moves the choice toward faces that have it, and never away.
  @Test func followsTheCaption() {
    let gallery = Self.gallery
    let masks = (0..<30).map { Portrait.labels(of: World.test.scene($0), size: 64) }
    var (asked, silent) = (0, 0)
    for mask in masks {
      let other = gallery.traits[gallery.nearest(to: mask).number]
      for (word, trait) in [
        ("black", FaceTraits.Trait.blackHair), ("brown", .brownHair), ("blond", .blondHair),
      ] {
        let reading = CaptionReading("\(word) hair")
        let found = gallery.traits[gallery.nearest(to: mask, saying: reading).number]
        #expect(found.traits.contains(trait) || !other.traits.contains(trait))
        asked += found.traits.contains(trait) ? 1 : 0
        silent += other.traits.contains(trait) ? 1 : 0
      }
    }
    #expect(asked > silent + 15, "\(asked) with the caption, \(silent) without")
  }

  @Test func smallMapsHoldTheMostFrequentClass() {
    // 6×4 to 2×2: parts of 3×2 pixels; ties go to the lower class.
    let map = Raster(
      width: 6, height: 4, channels: 1,
      samples: [
        1, 1, 2, 5, 5, 3,
        2, 2, 1, 3, 3, 5,
        0, 0, 0, 18, 18, 18,
        0, 13, 13, 18, 4, 4,
      ])
    #expect(map.mostFrequentLabels(side: 2).samples == [1, 3, 0, 18])
    let tiny = Raster(width: 1, height: 1, channels: 1, samples: [7])
    #expect(tiny.mostFrequentLabels(side: 3).samples == [UInt8](repeating: 7, count: 9))
  }
}
