import Datasets
import Faces
import Generators
import Images
import Tensors
import Terms
import TestSupport
import Testing

/// Flat faces from label map and caption.
@Suite struct PaintMethodTests {
  /// A pair over one label map with another text, and an image that nobody can read.
  private func pair(_ conditions: Conditions, text: String?, id: String = "x") -> Pair {
    Pair(
      id: id, imagePath: "/nowhere/secret.png", maskPath: conditions.pairs[0].maskPath, text: text)
  }

  /// Mean color of the pixels of a class that lie within it, at least two pixels from its edge.
  private func color(_ image: Raster, _ labels: Raster, _ label: UInt8) -> [Int]? {
    var (sum, count) = ([0, 0, 0], 0)
    for y in 2..<labels.height - 2 {
      for x in 2..<labels.width - 2 {
        let isInside = (-2...2).allSatisfy { dy in
          (-2...2).allSatisfy { labels[x: x + $0, y: y + dy] == label }
        }
        guard isInside else { continue }
        for channel in 0..<3 { sum[channel] += Int(image[x: x, y: y, channel: channel]) }
        count += 1
      }
    }
    return count == 0 ? nil : sum.map { $0 / count }
  }

  /// Inside every region the color is one; the image of the pair is never opened.
  @Test func fillsTheRegionsOfTheMask() throws {
    let conditions = try Conditions(count: 4)
    let paint = PaintMethod(size: 96)
    for (pair, labels) in zip(conditions.pairs, conditions.labels) {
      var blind = pair
      blind.imagePath = "/nowhere/secret.png"
      blind.text = "She has black hair."
      let image = try paint.image(for: blind)
      #expect([image.width, image.height, image.channels] == [96, 96, 3])
      var colors: [UInt8: Set<[UInt8]>] = [:]
      for y in 1..<95 {
        for x in 1..<95 {
          let label = labels[x: x, y: y]
          let isInside = (-1...1).allSatisfy { dy in
            (-1...1).allSatisfy { labels[x: x + $0, y: y + dy] == label }
          }
          guard isInside else { continue }
          colors[label, default: []].insert((0..<3).map { image[x: x, y: y, channel: $0] })
        }
      }
      #expect(colors.count > 6)
      for (label, found) in colors { #expect(found.count == 1, "class \(label) of \(pair.id)") }
      #expect(Set(colors.values.flatMap(\.self)).count > 6)
    }
  }

  @Test func colorsFollowWords() throws {
    let conditions = try Conditions(count: 1)
    let labels = conditions.labels[0]
    let paint = PaintMethod(size: 96)
    func sum(_ text: String?, _ label: UInt8) throws -> Int {
      let image = try paint.image(for: pair(conditions, text: text))
      return try #require(color(image, labels, label), "class \(label)").reduce(0, +)
    }
    let hair = try ["black", "brown", "red", "gray", "blond"].map { color in
      try sum("She has \(color) hair.", Label.hair)
    }
    #expect(Set(hair).count == 5)
    #expect(try sum("black hair", Label.hair) < sum(nil, Label.hair))
    #expect(try sum("This person has blond hair", Label.hair) > sum(nil, Label.hair))
    #expect(try sum("tanned face", Label.skin) < sum("face", Label.skin))
    #expect(try sum("She has pale skin", Label.skin) > sum("face", Label.skin))
    #expect(try sum("face", Label.skin) == sum(nil, Label.skin))
    // A word moves its own region alone.
    let plain = try paint.image(for: pair(conditions, text: "She has black hair."))
    let other = try paint.image(for: pair(conditions, text: "She has black hair and earrings."))
    #expect(plain == other)
    let lips = try paint.image(for: pair(conditions, text: "She has black hair, and lipstick."))
    for pixel in 0..<96 * 96 where plain.samples[3 * pixel] != lips.samples[3 * pixel] {
      let (x, y) = (pixel % 96, pixel / 96)
      let near = (max(0, y - 1)...min(95, y + 1)).flatMap { row in
        (max(0, x - 1)...min(95, x + 1)).map { labels[x: $0, y: row] }
      }
      #expect(near.contains(Label.upperLip) || near.contains(Label.lowerLip), "at \(x), \(y)")
    }
    #expect(plain != lips)
  }

  /// A beard darkens skin below the nose, and none of the forehead.
  @Test(arguments: ["beard", "goatee", "mustache", "5 o'clock shadow"])
  func beardsGrowBelowTheNose(word: String) throws {
    let conditions = try Conditions(count: 1)
    let labels = conditions.labels[0]
    let paint = PaintMethod(size: 96)
    let shaven = try paint.image(for: pair(conditions, text: "He has black hair."))
    let bearded = try paint.image(for: pair(conditions, text: "He has black hair and \(word)."))
    let nose = try #require((0..<96 * 96).first { labels.samples[$0] == Label.nose }) / 96
    var darker = 0
    for pixel in 0..<96 * 96 where shaven.samples[3 * pixel] != bearded.samples[3 * pixel] {
      #expect(bearded.samples[3 * pixel] < shaven.samples[3 * pixel] && pixel / 96 > nose)
      darker += 1
    }
    #expect(darker > 20, "\(word) changes \(darker) pixels")
  }

  @Test func clothesAndBackgroundBelongToTheID() throws {
    let conditions = try Conditions(count: 1)
    let labels = conditions.labels[0]
    func image(_ id: String, seed: UInt64 = 0) throws -> Raster {
      try PaintMethod(size: 96, seeds: SeedPlan(runSeed: seed))
        .image(for: pair(conditions, text: "She has black hair.", id: id))
    }
    let (one, two) = (try image("a"), try image("b"))
    #expect(try one == image("a"))
    #expect(try one != image("a", seed: 1))
    #expect(color(one, labels, Label.background) != color(two, labels, Label.background))
    for label in [Label.skin, Label.hair] {
      #expect(color(one, labels, label) == color(two, labels, label))
    }
  }

  @Test(arguments: [24, 96, 200, 256])
  func makesTheSizeThatIsWanted(size: Int) throws {
    let conditions = try Conditions(count: 1)
    let image = try PaintMethod(size: size).image(for: conditions.pairs[0])
    #expect(image.width == size && image.height == size)
  }

  @Test func recipesHoldWhatMovesAPixel() throws {
    let conditions = try Conditions(count: 2)
    let paint = PaintMethod(size: 96)
    let origins = [
      paint.origin(of: pair(conditions, text: "a")), paint.origin(of: pair(conditions, text: "b")),
      paint.origin(of: pair(conditions, text: "a", id: "y")),
      PaintMethod(size: 95).origin(of: pair(conditions, text: "a")),
      PaintMethod(size: 96, seeds: SeedPlan(runSeed: 1)).origin(of: pair(conditions, text: "a")),
      paint.origin(of: conditions.pairs[1]),
    ]
    #expect(Set(origins).count == 6 && !origins.contains(nil))
    let mask = try #require(conditions.pairs[0].maskPath)
    let files = try #require(origins[0]).files
    #expect(files == [mask])
  }

  @Test func saysWhenThereIsNoUsableMask() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("no map".utf8), to: "broken.png")
    let gallery = FaceGallery(world: .train, labels: FaceGallery.labels(of: .train, count: 1))
    let methods: [any Method] = [
      PaintMethod(size: 64), RetrieveMethod(size: 64, gallery: gallery),
    ]
    for method in methods {
      let blind = Pair(id: "blind", imagePath: "x.png", text: "She smiles.")
      #expect(throws: MethodError.noMask(id: "blind")) { try method.image(for: blind) }
      #expect(method.origin(of: blind) == nil)
      let broken = Pair(id: "b", maskPath: folder.path("broken.png"))
      let error = try #require(throws: MethodError.self) { try method.image(for: broken) }
      #expect(error.ledgerState.rawValue == "not-an-image")
    }
    #expect(MethodError.noMask(id: "a").ledgerState.rawValue == "no-mask")
  }
}
