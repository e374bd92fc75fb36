import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct ScribbleMapTests {
  @Test func aBorderBecomesAStrokeOf13Pixels() {
    // A line of 255 behind a Gaussian of σ = 3 is 33.9 · exp(−d² / 18): 4.6 at d = 6 and 2.2 at d = 7,
    // so with the threshold 4 after rounding a stroke reaches 6 pixels to both sides.
    let labels = Raster.computed(60, 40, 1) { x, _, _ in x < 30 ? 0 : 1 }
    let map = ScribbleMap.strokes(alongBordersOf: labels)
    let expected = Raster.computed(60, 40, 1) { x, _, _ in (23...35).contains(x) ? 255 : 0 }
    #expect(map == expected)
  }

  @Test func turnsWithThePicture() {
    let labels = Raster.computed(50, 50, 1) { x, y, _ in
      (x - 20) * (x - 20) + (y - 28) * (y - 28) < 150 ? 13 : 0
    }
    let turned = Raster.computed(50, 50, 1) { x, y, _ in Int(labels[x: y, y: x]) }
    let map = ScribbleMap.strokes(alongBordersOf: labels)
    #expect(map.samples.contains(255) && map.samples.contains(0))
    #expect(
      ScribbleMap.strokes(alongBordersOf: turned)
        == Raster.computed(50, 50, 1) { x, y, _ in Int(map[x: y, y: x]) })
    let plain = ScribbleMap.strokes(alongBordersOf: .constant(4, 9, 5, 1))
    #expect(plain == .constant(0, 9, 5, 1))
  }

  @Test func faintRidgesAreNoStrokes() {
    // A wide band keeps its height under the Gaussian, so 127 decides.
    for (level, isDrawn) in [(120, false), (140, true)] {
      let edges = Raster.computed(80, 40, 1) { x, _, _ in (20..<60).contains(x) ? level : 0 }
      let map = ScribbleMap.strokes(alongRidgesOf: edges)
      #expect(map.samples.contains(255) == isDrawn, "level \(level)")
    }
  }

  private struct Golden: Decodable {
    struct Case: Decodable {
      let width, height: Int
      let factors: [Int]
      let rows: [String]
    }
    let cases: [Case]
  }

  @Test func ridgesAreThoseOfOpenCV() throws {
    for golden in try GoldenFolder().decoded("scribbles.json", as: Golden.self).cases {
      let (a, b, c) = (golden.factors[0], golden.factors[1], golden.factors[2])
      let edges = Raster.computed(golden.width, golden.height, 1) { x, y, _ in
        abs((a * x * x + b * y * y + c * x * y) / 37 % 511 - 255)
      }
      let map = ScribbleMap.strokes(alongRidgesOf: edges)
      var differing = 0
      for y in 0..<golden.height {
        let digits = Array(golden.rows[y])
        for x in 0..<golden.width {
          let nibble = try #require(digits[x / 4].hexDigitValue)
          let isStroke = nibble >> (3 - x % 4) & 1 == 1
          if isStroke != (map[x: x, y: y] == 255) { differing += 1 }
        }
      }
      // OpenCV blurs bytes in fixed point of 8 bits: an error of up to 1 of 255, which decides only
      // where the blurred value lies within 1 of the threshold. On a stroke's rim the value falls from
      // 4.6 to 2.2 between two pixels, so few pixels of a rim can differ.
      let limit = golden.width * golden.height / 100
      #expect(differing <= limit, "\(differing) of \(golden.width)×\(golden.height)")
    }
  }

  @Test func readsTheFirstChannel() {
    var random = SplitMix64(seed: 3)
    let gray = Raster.noise(30, 20, 1, from: &random)
    let color = Raster.computed(30, 20, 3) { x, y, c in c == 0 ? Int(gray[x: x, y: y]) : 255 }
    #expect(
      ScribbleMap.strokes(alongRidgesOf: gray) == ScribbleMap.strokes(alongRidgesOf: color))
  }

  @Test func pairsGetMapsOnce() throws {
    let tree = try Tree()
    let mask = Raster.computed(32, 32, 1) { x, _, _ in x / 16 }
    for id in ["a", "b", "c"] { try tree.plant("images/\(id).png", side: 32) }
    for id in ["a", "b"] { try tree.write(ImageEncoder.png(mask), to: "m/\(id).png") }
    try tree.plant("own.png", side: 32)
    var pairs = try FolderDataset.open(tree.path("")).pairs
    pairs[0].maskPath = tree.path("m/a.png")
    pairs[1].maskPath = tree.path("m/b.png")
    pairs[1].scribblePath = tree.path("own.png")
    let dataset = try Dataset(name: "d", pairs: pairs, findings: [])
    let drawn = try dataset.scribbled(from: .labels, cache: tree.path("cache"))
    #expect(drawn.pairs[1].scribblePath == tree.path("own.png"))
    #expect(drawn.pairs[2].scribblePath == nil)
    let path = try #require(drawn.pairs[0].scribblePath)
    #expect(
      try ImageDecoder.rgb(contentsOf: path).samples.count { $0 == 255 } == 3 * 13 * 32)
    #expect(try dataset.scribbled(from: .labels, cache: tree.path("cache")) == drawn)
    #expect(try tree.names(in: "cache/scribbles").count == 1)
    let soft = try dataset.scribbled(
      from: .softEdges(directory: tree.path("images")), cache: tree.path("cache"))
    #expect(soft.pairs.allSatisfy { $0.scribblePath != nil })
    let folder = try dataset.scribbled(
      from: .folder(directory: tree.path("m")), cache: tree.path("cache"))
    #expect(folder.pairs.map(\.scribblePath) == [tree.path("m/a.png"), tree.path("own.png"), nil])
  }

  @Test func parsesSources() {
    #expect(ScribbleSource(parsing: "labels") == .labels)
    #expect(ScribbleSource(parsing: "soft-edges:a:b") == .softEdges(directory: "a:b"))
    #expect(ScribbleSource(parsing: "folder:x") == .folder(directory: "x"))
    for text in ["", "label", "labels:x", "folder", "folder:"] {
      #expect(ScribbleSource(parsing: text) == nil, "\(text)")
    }
  }
}
