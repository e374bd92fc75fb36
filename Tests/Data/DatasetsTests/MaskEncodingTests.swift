import Checkpoints
import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct MaskEncodingTests {
  /// All classes, each in a block of 8×8 of a 512×512 map.
  private static let labels = Raster.computed(512, 512, 1) { x, y, _ in (x / 8 + 3 * (y / 8)) % 19 }

  private func encoded(_ encoding: MaskEncoding) throws -> (Tree, String) {
    let tree = try Tree()
    let path = tree.path("m.\(encoding.fileExtension)")
    try encoding.write(Self.labels, to: path)
    return (tree, path)
  }

  @Test(arguments: [MaskEncoding.label, .palette, .color])
  func formsOfLabelsAreReadAsLabels(encoding: MaskEncoding) throws {
    let (tree, path) = try encoded(encoding)
    #expect(try ImageDecoder.labelMap(contentsOf: path) == Self.labels)
    _ = tree
  }

  @Test func grayValuesAreClassesAndColorsAreCelebAMasks() throws {
    let (gray, label) = try encoded(.label)
    let levels = try ImageDecoder.rgb(contentsOf: label)
    #expect(levels.samples[3 * 8..<3 * 9] == [1, 1, 1])
    let (first, palette) = try encoded(.palette)
    let (second, color) = try encoded(.color)
    let shown = try ImageDecoder.rgb(contentsOf: palette)
    #expect(try ImageDecoder.rgb(contentsOf: color) == shown)
    // Class 7, the one that two palettes disagree on, is painted as g_color.py does.
    #expect(Array(shown.samples[3 * 56..<3 * 57]) == [255, 204, 204])
    _ = (gray, first, second)
  }

  @Test func controlNetGetsColorsOfADE20K() throws {
    let (tree, path) = try encoded(.ade20k)
    let shown = try ImageDecoder.rgb(contentsOf: path)
    #expect(Array(shown.samples[..<3]) == [120, 120, 120])
    #expect(Array(shown.samples[3 * 96..<3 * 97]) == [150, 5, 61])
    #expect(Set(LabelPalette.ade20k).count == 19)
    #expect(throws: ImageError.self) { try ImageDecoder.labelMap(contentsOf: path) }
    _ = tree
  }

  @Test func oneHotTakesPillowsNearestPixels() throws {
    let (tree, path) = try encoded(.oneHot32)
    let file = try NPYFile.read(path)
    #expect(file.shape == [19, 1024])
    let values = try file.tensor().values
    // Pillow's nearest neighbor of 512 → 32 reads columns and rows 8, 24, 40, ….
    for (pixel, place) in [(0, (8, 8)), (1, (24, 8)), (32, (8, 24)), (1023, (504, 504))] {
      let label = Int(Self.labels[x: place.0, y: place.1])
      let column = (0..<19).map { values[$0 * 1024 + pixel] }
      #expect(column == (0..<19).map { $0 == label ? 1 : 0 }, "pixel \(pixel)")
    }
    #expect(values.reduce(0, +) == 1024)
    _ = tree
  }

  @Test func exportWritesEveryForm() throws {
    let tree = try Tree()
    try tree.plant("a.png")
    try tree.write(ImageEncoder.labelMapPNG(Self.labels), to: "m.png")
    let manifest = try PairManifest(pairs: [
      Pair(id: "a", imagePath: tree.path("a.png"), maskPath: tree.path("m.png")),
      Pair(id: "b", imagePath: tree.path("a.png")),
    ])
    try PairExport.write(manifest, to: tree.path("out"), encodings: MaskEncoding.allCases)
    for encoding in MaskEncoding.allCases {
      #expect(try tree.names(in: "out/\(encoding.folder)") == ["a.\(encoding.fileExtension)"])
    }
    // The mask itself is handed on byte by byte.
    #expect(
      try DatasetFiles.contents(of: tree.path("out/masks/a.png"))
        == DatasetFiles.contents(of: tree.path("m.png")))
    try tree.write(ImageEncoder.png(.constant(30, 4, 4, 1)), to: "m.png")
    #expect(throws: DatasetError.self) {
      try PairExport.write(manifest, to: tree.path("other"), encodings: [.label])
    }
  }

  @Test func describesWhatAMapShows() {
    func text(_ classes: [Int: Int]) -> String {
      var samples = [UInt8](repeating: 1, count: 100)
      var place = 0
      for (label, count) in classes.sorted(by: { $0.key < $1.key }) {
        for _ in 0..<count {
          samples[place] = UInt8(label)
          place += 1
        }
      }
      return LabelCaption.text(for: Raster(width: 10, height: 10, channels: 1, samples: samples))
    }
    #expect(text([:]) == "A face.")
    #expect(text([13: 9]) == "A face with short hair.")
    #expect(text([13: 24, 3: 1]) == "A face with hair and glasses.")
    #expect(
      text([13: 25, 3: 1, 10: 1, 14: 1, 15: 1, 16: 1])
        == "A face with long hair, glasses, an open mouth, a hat, earrings and a necklace.")
  }
}
