import Datasets
import Foundation
import Generators
import Images
import Tensors
import Terms
import TestSupport
import Testing

@Suite struct AnchorTests {
  @Test func groundTruthIsResizedThenStoredAsJPEG() throws {
    let faces = try Faces(count: 1, side: 12)
    let expected = try ImageDecoder.rgb(
      decoding: ImageEncoder.jpeg(
        faces.face(0).resized(width: 8, height: 8, filter: .bicubic), quality: 95), named: "x")
    let anchor = GroundTruthAnchor(size: 8)
    #expect(try anchor.image(for: faces.pairs[0]) == expected)
    #expect(anchor.fingerprint.contains("size=8"))
    #expect(anchor.fingerprint != GroundTruthAnchor(size: 9).fingerprint)
  }

  @Test func meanIsExactAndRoundsHalvesUp() throws {
    let faces = try Faces(count: 4, side: 6)
    let rasters = try faces.pairs.indices.map { try faces.face($0) }
    let anchor = try MeanFaceAnchor(pairs: faces.pairs, size: 6, workers: Workers(count: 2))
    for index in 0..<6 * 6 * 3 {
      let sum = rasters.reduce(0) { $0 + Int($1.samples[index]) }
      #expect(Int(anchor.face.samples[index]) == (sum + 2) / 4)
    }
    #expect(anchor.count == 4)
    #expect(try anchor.image(for: Pair(id: "anybody")) == anchor.face)
    let backwards = try MeanFaceAnchor(
      pairs: faces.pairs.reversed(), size: 6, workers: Workers(count: 1))
    #expect(backwards.fingerprint == anchor.fingerprint)
  }

  @Test func meanLeavesOutWhatDoesNotDecodeAndSaysSo() throws {
    let faces = try Faces(count: 3, side: 6)
    try faces.folder.write(Array("no image".utf8), to: "images/001.png")
    let anchor = try MeanFaceAnchor(pairs: faces.pairs, size: 6)
    #expect(anchor.count == 2)
    #expect(Array(anchor.failures.keys) == ["001"])
    #expect(anchor.failures["001"]?.ledgerState.rawValue == "not-an-image")
    #expect(
      throws: MethodError.tooFewReferences(anchor: .meanFace, found: 0, needed: 1)
    ) { try MeanFaceAnchor(pairs: [faces.pairs[1], Pair(id: "x")], size: 6) }
  }

  @Test func shuffledGivesTheSameFacesToOthers() throws {
    let faces = try Faces(count: 7)
    let shuffled = try ShuffledAnchor(pairs: faces.pairs.reversed(), seed: 3, size: 8)
    let truth = GroundTruthAnchor(size: 8)
    let given = try faces.pairs.map { try shuffled.image(for: $0).samples }
    let own = try faces.pairs.map { try truth.image(for: $0).samples }
    #expect(Set(given) == Set(own))
    for (given, own) in zip(given, own) { #expect(given != own) }
    for pair in faces.pairs {
      let donor = try #require(shuffled.donor(of: pair.id))
      #expect(try shuffled.image(for: pair) == truth.image(for: donor))
    }
    let other = try ShuffledAnchor(pairs: faces.pairs, seed: 4, size: 8)
    #expect(other.fingerprint != shuffled.fingerprint)
  }

  @Test func shuffledNeedsTwoGroundTruths() throws {
    let faces = try Faces(count: 1)
    let error = MethodError.tooFewReferences(anchor: .shuffled, found: 1, needed: 2)
    #expect(throws: error) {
      try ShuffledAnchor(pairs: faces.pairs + [Pair(id: "blind")], seed: 0, size: 8)
    }
    #expect(error.description.hasSuffix("but there is 1"))
  }

  @Test func anchorsSayWhenThereIsNoGroundTruth() throws {
    let faces = try Faces(count: 2)
    let blind = Pair(id: "blind")
    let shuffled = try ShuffledAnchor(pairs: faces.pairs + [blind], seed: 0, size: 8)
    let methods: [any Method] = [GroundTruthAnchor(size: 8), BlurredAnchor(size: 8), shuffled]
    for method in methods {
      #expect(throws: MethodError.noReference(id: "blind")) { try method.image(for: blind) }
    }
    let gone = Pair(id: "gone", imagePath: faces.path("gone.png"))
    let error = try #require(throws: MethodError.self) {
      try GroundTruthAnchor(size: 8).image(for: gone)
    }
    #expect(error.ledgerState.rawValue == "missing")
  }

  @Test func blurredKeepsConstantsAndScalesWithSize() throws {
    #expect(BlurredAnchor(size: 256).sigma == 2)
    let faces = try Faces(count: 1, side: 64)
    let blurred = try BlurredAnchor(size: 64).image(for: faces.pairs[0])
    #expect(try blurred == GaussianBlur(sigma: 0.5).apply(to: faces.face(0)))
    let gray = Raster.constant(137, 9, 5)
    #expect(GaussianBlur(sigma: 3).apply(to: gray) == gray)
  }

  @Test func specificationsOpenAnchors() throws {
    let faces = try Faces(count: 3)
    var context = MethodContext(pairs: faces.pairs, outputDirectory: faces.path("out"))
    context.size = 8
    context.seed = 5
    for anchor in BuiltinMethod.allCases where anchor.isAnchor && anchor != .trueEdit {
      let method = try MethodSpecification(parsing: "row=builtin:\(anchor.rawValue)")
        .open(in: context)
      #expect(method.name == "row")
      #expect(method.missing.isEmpty && method.surplus.isEmpty)
      #expect(method.fingerprint.hasPrefix(anchor.rawValue))
      let image = try method.image(for: faces.pairs[0])
      #expect(image.width == 8 && image.height == 8 && image.channels == 3)
    }
    #expect(!FileManager.default.fileExists(atPath: faces.path("out")))
  }
}

@Suite struct DerangementTests {
  @Test func isOneCycleWithoutFixedPoints() {
    for count in [2, 3, 4, 5, 7, 16, 100, 2000] {
      for seed in UInt64(0)..<10 {
        let order = Derangement.cyclic(count: count, seed: seed)
        #expect(order.sorted() == Array(0..<count), "count \(count) seed \(seed)")
        var place = order[0]
        var length = 1
        while place != 0 && length <= count {
          place = order[place]
          length += 1
        }
        #expect(length == count, "count \(count) seed \(seed)")
      }
    }
  }

  @Test func dependsOnTheSeedAlone() {
    let orders = (UInt64(0)..<20).map { Derangement.cyclic(count: 50, seed: $0) }
    #expect(Set(orders).count == 20)
    #expect(orders[3] == Derangement.cyclic(count: 50, seed: 3))
  }

  /// All six cycles of four things must come up about equally often.
  @Test func reachesEveryCycle() {
    var counts: [[Int]: Int] = [:]
    for seed in UInt64(0)..<6000 {
      counts[Derangement.cyclic(count: 4, seed: seed), default: 0] += 1
    }
    #expect(counts.count == 6)
    // Binomial with n = 6000, p = 1/6: standard deviation 28.9, so ±150 is more than 5 of them.
    for (order, count) in counts { #expect(abs(count - 1000) < 150, "\(order): \(count)") }
  }
}

@Suite struct GaussianBlurTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let seed: UInt64
      let width, height: Int
      let sigma: Double
      let blurred: [UInt8]
    }
    let cases: [Case]
  }

  @Test func agreesWithSciPy() throws {
    let golden = try GoldenFolder().decoded("gaussian_blur.json", as: Golden.self)
    #expect(golden.cases.count == 4)
    for item in golden.cases {
      var random = SplitMix64(seed: item.seed)
      let raster = Raster.noise(item.width, item.height, from: &random)
      // Float64 on both sides: only the order of sums differs, so roundings agree unless a sum lies
      // within 1e-12 of a half, which none of these do.
      let blurred = GaussianBlur(sigma: item.sigma).apply(to: raster)
      #expect(blurred.samples == item.blurred, "seed \(item.seed)")
    }
  }

  @Test func mirrorsWithTheEdgeRepeated() {
    let found = (-9..<9).map { GaussianBlur.reflected($0, count: 3) }
    #expect(found == [2, 1, 0] + [0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0] + [0, 1, 2])
    #expect((-3..<3).map { GaussianBlur.reflected($0, count: 1) } == [0, 0, 0, 0, 0, 0])
  }
}
