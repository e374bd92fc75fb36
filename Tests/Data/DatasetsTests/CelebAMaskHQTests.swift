import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@Suite struct CelebAMaskHQTests {
  /// Plants an image and an RGB part mask that is white in the given columns of a 4×4 grid.
  private func plantPart(
    _ tree: Tree, _ name: String, columns: Set<Int>, side: Int = 4
  ) throws {
    var raster = Raster(
      width: side, height: side, channels: 3,
      samples: [UInt8](repeating: 0, count: side * side * 3))
    for y in 0..<side {
      for x in columns { for channel in 0..<3 { raster[x: x, y: y, channel: channel] = 255 } }
    }
    try tree.write(ImageEncoder.png(raster), to: "CelebAMask-HQ-mask-anno/\(name).png")
  }

  private func open(_ tree: Tree, _ ids: [Int] = [28000, 28001]) throws -> Dataset {
    var dataset = CelebAMaskHQ(directory: tree.path(""))
    dataset.ids = ids
    return try dataset.dataset(cache: tree.path("cache"), workers: Workers(count: 2))
  }

  @Test func usesTheTestSetByDefault() {
    let ids = CelebAMaskHQ(directory: "x").ids
    #expect(ids.count == 2000)
    #expect(ids.first == 28000 && ids.last == 29999)
  }

  @Test func paintsLaterPartsOverEarlierOnes() throws {
    let tree = try Tree()
    try tree.plant("CelebA-HQ-img/28000.jpg")
    // Folder 14 = 28000 / 2000. Hair is class 13, skin 1, cloth 18; l_eye is 4.
    try plantPart(tree, "14/28000_hair", columns: [1, 2])
    try plantPart(tree, "14/28000_skin", columns: [0, 1])
    try plantPart(tree, "14/28000_cloth", columns: [2])
    let pair = try #require(try open(tree, [28000]).pairs.first)
    let map = try ImageDecoder.labelMap(contentsOf: #require(pair.maskPath))
    #expect(map.samples == Array(repeating: [1, 13, 18, 0], count: 4).flatMap(\.self))
  }

  @Test func padsIDsToFiveDigitsInPartNames() throws {
    let tree = try Tree()
    try tree.plant("CelebA-HQ-img/7.jpg")
    try plantPart(tree, "0/00007_l_eye", columns: [3])
    let pair = try #require(try open(tree, [7]).pairs.first)
    #expect(pair.id == "7")
    let map = try ImageDecoder.labelMap(contentsOf: #require(pair.maskPath))
    #expect(Array(map.samples[..<4]) == [0, 0, 0, 4])
  }

  @Test func cachesMapsByTheContentOfTheirParts() throws {
    let tree = try Tree()
    try tree.plant("CelebA-HQ-img/28000.jpg")
    try plantPart(tree, "14/28000_skin", columns: [0])
    let first = try open(tree, [28000]).pairs[0].maskPath
    #expect(try open(tree, [28000]).pairs[0].maskPath == first)
    #expect(try tree.names(in: "cache/celebamask-hq-masks").count == 1)
    try plantPart(tree, "14/28000_skin", columns: [1])
    let second = try #require(try open(tree, [28000]).pairs[0].maskPath)
    #expect(second != first)
    #expect(try ImageDecoder.labelMap(contentsOf: second).samples[1] == 1)
    // The same pixels as another part are another map.
    try FileManager.default.moveItem(
      atPath: tree.path("CelebAMask-HQ-mask-anno/14/28000_skin.png"),
      toPath: tree.path("CelebAMask-HQ-mask-anno/14/28000_nose.png"))
    let third = try #require(try open(tree, [28000]).pairs[0].maskPath)
    #expect(try ImageDecoder.labelMap(contentsOf: third).samples[1] == 2)
  }

  @Test func mergesNoMoreThanAskedFor() throws {
    let tree = try Tree()
    for id in 28000...28005 {
      try tree.plant("CelebA-HQ-img/\(id).jpg")
      if id != 28001 { try plantPart(tree, "14/\(id)_skin", columns: [id % 4]) }
    }
    var source = CelebAMaskHQ(directory: tree.path(""))
    source.ids = Array(28000...28005)
    let dataset = try source.dataset(cache: tree.path("cache"), atMost: 3)
    #expect(dataset.pairs.map(\.id) == ["28000", "28002", "28003"])
    #expect(dataset.findings.contains(.withoutMask(["28001"])))
    #expect(try tree.names(in: "cache/celebamask-hq-masks").count == 3)
  }

  @Test func prefersMergedMasks() throws {
    let tree = try Tree()
    try tree.plant("CelebA-HQ-img/28000.jpg")
    try tree.plant("mask/28000.png", channels: 1)
    let dataset = try open(tree, [28000])
    #expect(dataset.pairs[0].maskPath == tree.path("mask/28000.png"))
  }

  @Test func reportsEveryIDThatItLeavesOut() throws {
    let tree = try Tree()
    for id in 28000...28004 { try tree.plant("CelebA-HQ-img/\(id).jpg") }
    for id in [28000, 28003, 28004, 28009] {
      try plantPart(tree, "14/\(id)_skin", columns: [0])
    }
    try tree.write("not an image", to: "CelebAMask-HQ-mask-anno/14/28002_nose.png")
    try plantPart(tree, "14/28004_hair", columns: [0], side: 5)
    var source = CelebAMaskHQ(directory: tree.path(""))
    source.ids = Array(28000...28009)
    source.skippedIDs = [28003, 5]
    let dataset = try source.dataset(cache: tree.path("cache"))
    #expect(dataset.pairs.map(\.id) == ["28000"])
    #expect(
      Array(dataset.findings.prefix(4)) == [
        .withoutImage(["28005", "28006", "28007", "28008", "28009"]), .skipped(["28003"]),
        .withoutMask(["28001"]), .withoutCaption(["28000"]),
      ])
    let broken = dataset.findings.dropFirst(4).map(\.description)
    #expect(broken.count == 2)
    #expect(broken[0].contains("28002_nose.png"))
    #expect(broken[1].contains("5×5") && broken[1].contains("4×4"), "\(broken)")
  }

  @Test func readsTheChosenCaption() throws {
    let tree = try Tree()
    for id in [28000, 28001] {
      try tree.plant("CelebA-HQ-img/\(id).jpg")
      try tree.plant("mask/\(id).png", channels: 1)
    }
    try tree.write("first one.\nsecond one. \nthird", to: "text/celeba-caption/28000.txt")
    var source = CelebAMaskHQ(directory: tree.path(""))
    source.ids = [28000, 28001]
    source.caption = .line(1)
    let dataset = try source.dataset(cache: tree.path("cache"))
    #expect(dataset.pairs.map(\.text) == ["second one.", nil])
    #expect(dataset.findings == [.withoutCaption(["28001"])])
    source.caption = .line(3)
    #expect(
      throws: DatasetError.malformedLine(
        path: tree.path("text/celeba-caption/28000.txt"), line: 4,
        reason: "caption 3 was asked for, but the file has 3")
    ) { try source.dataset(cache: tree.path("cache")) }
  }

  @Test func tellsEveryCause() throws {
    let tree = try Tree()
    for id in 5...7 { try tree.plant("CelebA-HQ-img/\(id).jpg") }
    try plantPart(tree, "0/5_skin", columns: [0])
    let nothing = try #require(throws: DatasetError.self) { try open(tree, [5, 6, 9]) }
    for cause in [
      "1 left out for want of an image: 9", "2 left out for want of a mask: 5, 6",
      "1 masks are named with other leading zeros, as 5_skin.png for 00005_skin.png",
    ] { #expect(nothing.description.contains(cause), "no '\(cause)': \(nothing)") }
    try FileManager.default.moveItem(
      atPath: tree.path("CelebA-HQ-img/7.jpg"), toPath: tree.path("CelebA-HQ-img/00008.jpg"))
    let padded = try #require(throws: DatasetError.self) { try open(tree, [8]) }
    #expect(padded.description.contains("as 00008 for 8"), "\(padded)")
  }

  @Test func explainsAWrongFolder() throws {
    let tree = try Tree()
    try tree.plant("CelebA-HQ-img/1.jpg")
    let none = try #require(throws: DatasetError.self) { try open(tree) }
    #expect(none.description.contains("none of the 2 ids"), "\(none)")
    #expect(none.description.contains("28000…28001"), "\(none)")
    #expect(none.description.contains("neither mask/ nor CelebAMask-HQ-mask-anno/"), "\(none)")
    let maskless = try #require(throws: DatasetError.self) { try open(tree, [1]) }
    #expect(maskless.description.contains("neither mask/ nor CelebAMask-HQ-mask-anno/"))
    try tree.plant("file.png")
    let file = CelebAMaskHQ(directory: tree.path("file.png"))
    #expect(
      throws: DatasetError.unreadable(
        path: tree.path("file.png"), reason: "it is a file, not a folder")
    ) { try file.dataset(cache: tree.path("cache")) }
    let elsewhere = CelebAMaskHQ(directory: tree.path("gone"))
    #expect(throws: DatasetError.self) { try elsewhere.dataset(cache: tree.path("cache")) }
  }
}
