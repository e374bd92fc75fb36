import Datasets
import Faces
import Foundation
import Generators
import Images
import Tensors
import TestSupport
import Testing

/// The nearest face of a gallery.
@Suite struct RetrieveMethodTests {
  /// A gallery that holds the conditions' own faces, which are in no gallery of a run.
  static let gallery = FaceGallery(
    world: .validation, seed: 4, labels: FaceGallery.labels(of: .validation, seed: 4, count: 30))

  @Test func findsTheConditionsOwnFace() throws {
    let conditions = try Conditions(count: 6, size: 192)
    let retrieve = RetrieveMethod(size: 64, gallery: Self.gallery)
    for (number, pair) in conditions.pairs.enumerated() {
      let face = Portrait(World.validation.scene(number, seed: 4), size: 64).image
      #expect(try retrieve.image(for: pair) == face)
      var silent = pair
      silent.text = nil
      #expect(try retrieve.image(for: silent) == face)
    }
  }

  @Test func givesTheSameInAnyOrderOnAnyThread() throws {
    let conditions = try Conditions(count: 8)
    let retrieve = RetrieveMethod(size: 64, gallery: Self.gallery)
    let inOrder = try conditions.pairs.map { try retrieve.image(for: $0) }
    let backwards = try conditions.pairs.reversed().map { try retrieve.image(for: $0) }
    #expect(inOrder == Array(backwards.reversed()))
    let atOnce = try Workers(count: 3).map(8) { number, _ in
      try retrieve.image(for: conditions.pairs[number])
    }
    #expect(inOrder == atOnce)
  }

  @Test func drawsSizesThatFacesDoNotHave() throws {
    let conditions = try Conditions(count: 1)
    for size in [16, 100] {
      let image = try RetrieveMethod(size: size, gallery: Self.gallery)
        .image(for: conditions.pairs[0])
      #expect(image.width == size && image.height == size)
    }
  }

  @Test func recipesHoldWhatMovesAPixel() throws {
    let conditions = try Conditions(count: 1)
    var pair = conditions.pairs[0]
    let retrieve = RetrieveMethod(size: 64, gallery: Self.gallery)
    var origins = [
      retrieve.origin(of: pair), RetrieveMethod(size: 65, gallery: Self.gallery).origin(of: pair),
    ]
    let smaller = FaceGallery(
      world: .validation, seed: 4, labels: Array(Self.gallery.labels[..<4096]))
    origins.append(RetrieveMethod(size: 64, gallery: smaller).origin(of: pair))
    pair.text = ""
    origins.append(retrieve.origin(of: pair))
    pair.text = nil
    origins.append(retrieve.origin(of: pair))
    #expect(Set(origins).count == 5 && !origins.contains(nil))
    // Neither name nor identity nor the real image matters.
    let same = Pair(id: "other", imagePath: "x.png", maskPath: pair.maskPath, identity: "y")
    #expect(retrieve.origin(of: same) == retrieve.origin(of: pair))
  }

  /// The gallery's file serves again, and one of no use is drawn anew.
  @Test func keepsItsGallery() throws {
    let conditions = try Conditions(count: 2)
    var context = MethodContext(
      pairs: conditions.pairs, outputDirectory: conditions.folder.path("out"))
    context.size = 64
    context.cache = conditions.folder.path("cache")
    let method = try MethodSpecification(parsing: "r=builtin:retrieve")
    let first = try #require(try method.open(in: context) as? RetrieveMethod)
    #expect(first.gallery.world == .train && first.gallery.count == 1000)
    let files = try FileManager.default.contentsOfDirectory(atPath: context.cache ?? "")
    #expect(files == ["gallery-\(SyntheticFaces.version)-train-64-1000.png"])
    let second = try #require(try method.open(in: context) as? RetrieveMethod)
    #expect(first.gallery == second.gallery && first.fingerprint == second.fingerprint)
    try conditions.folder.write(Array("cut".utf8), to: "cache/\(files[0])")
    let third = try #require(try method.open(in: context) as? RetrieveMethod)
    #expect(third.gallery == first.gallery)
    let image = try third.image(for: conditions.pairs[0])
    #expect(try image == first.image(for: conditions.pairs[0]))
  }
}
