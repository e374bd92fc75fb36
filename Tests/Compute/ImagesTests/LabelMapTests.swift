import Images
import Tensors
import TestSupport
import Testing

@Suite struct LabelMapTests {
  static let palette = LabelPalette.celebAMaskHQ

  private func decode(_ raster: Raster) throws(ImageError) -> Raster {
    try ImageDecoder.labelMap(decoding: ImageEncoder.png(raster), named: "map.png")
  }

  private func failure(_ bytes: [UInt8]) -> ImageError? {
    do throws(ImageError) {
      _ = try ImageDecoder.labelMap(decoding: bytes, named: "map.png")
      return nil
    } catch {
      return error
    }
  }

  static let everyClass = Raster.computed(19, 2, 1) { x, y, _ in y == 0 ? x : 18 - x }

  /// The classes painted with their colors.
  static func painted(_ labels: Raster, rightBrow: RGBColor = palette[7]) -> Raster {
    Raster.computed(labels.width, labels.height, 3) { x, y, channel in
      let label = labels[x: x, y: y]
      let color = label == 7 ? rightBrow : palette[Int(label)]
      return Int([color.red, color.green, color.blue][channel])
    }
  }

  @Test func grayValuesAreClasses() throws {
    #expect(try decode(Self.everyClass) == Self.everyClass)
  }

  @Test func paletteIndicesAreClasses() throws {
    let file = ImageEncoder.labelMapPNG(Self.everyClass)
    #expect(try ImageDecoder.labelMap(decoding: file, named: "map") == Self.everyClass)
    // And the palette is CelebAMask-HQ's, for whoever looks at the file.
    #expect(try ImageDecoder.rgb(decoding: file, named: "map") == Self.painted(Self.everyClass))
  }

  /// A palette's picture with a palette of one's own.
  private func palettePNG(_ indices: Raster, _ entries: [RGBColor]) throws -> [UInt8] {
    let chunks = try #require(TestPNG.chunks(of: ImageEncoder.labelMapPNG(indices)))
    let palette = entries.flatMap { [$0.red, $0.green, $0.blue] }
    return TestPNG.signature
      + chunks.flatMap { TestPNG.chunk($0.name, $0.name == "PLTE" ? palette : $0.data) }
  }

  /// Programs that save a palette's picture again keep the colors and number them anew.
  @Test func colorsOfARenumberedPaletteAreClasses() throws {
    let new = Raster.computed(19, 2, 1) { x, y, _ in
      (Int(Self.everyClass[x: x, y: y]) * 7 + 3) % 19
    }
    var entries = Self.palette
    for label in 0..<19 { entries[(label * 7 + 3) % 19] = Self.palette[label] }
    let file = try palettePNG(new, entries)
    #expect(try ImageDecoder.labelMap(decoding: file, named: "map") == Self.everyClass)
  }

  /// Colors of no class say nothing, and neither do grays in order.
  @Test func indicesOfOtherPalettesAreClasses() throws {
    let foreign = (0..<19).map { RGBColor(UInt8(10 * $0), 1, 2) }
    let scale = (0..<19).map { RGBColor(UInt8($0), UInt8($0), UInt8($0)) }
    for entries in [foreign, scale] {
      let file = try palettePNG(Self.everyClass, entries)
      #expect(try ImageDecoder.labelMap(decoding: file, named: "map") == Self.everyClass)
    }
  }

  @Test func aPaletteThatContradictsItselfIsRefused() throws {
    var mixed = (0..<19).map { RGBColor(UInt8(10 * $0), 1, 2) }
    mixed[4] = Self.palette[1]
    let foreign = try #require(try failure(palettePNG(Self.everyClass, mixed)))
    #expect(foreign.state == .contradictoryPalette)
    #expect(foreign.reason.contains("index 4 the color (204, 0, 0) of class 1"), "\(foreign)")
    let black = [RGBColor](repeating: Self.palette[0], count: 19)
    #expect(try failure(palettePNG(Self.everyClass, black))?.state == .contradictoryPalette)
  }

  @Test func threeEqualChannelsAreClasses() throws {
    let gray = Raster.computed(19, 2, 3) { x, y, _ in Int(Self.everyClass[x: x, y: y]) }
    #expect(try decode(gray) == Self.everyClass)
    let error = try #require(failure(ImageEncoder.png(.computed(2, 1, 3) { x, _, _ in x * 255 })))
    #expect(error.state == .unknownClass)
  }

  @Test func colorsOfBothPalettesAreClasses() throws {
    #expect(try decode(Self.painted(Self.everyClass)) == Self.everyClass)
    let other = Self.painted(Self.everyClass, rightBrow: LabelPalette.otherRightBrow)
    #expect(try decode(other) == Self.everyClass)
  }

  /// Few bits are unpacked, not scaled, whatever the colors of the palette.
  @Test(arguments: ["grey", "palette"], [1, 2, 4])
  func fewBitsAreUnpacked(kind: String, bits: Int) throws {
    // The formula that wrote the files: the highest bits of the noisy picture.
    let expected = Goldens.picture(13, 11, 1).samples.map { $0 >> UInt8(8 - bits) }
    for suffix in ["", "-interlaced"] {
      let file = try Goldens.file("\(kind)\(bits)\(suffix).png")
      let labels = try ImageDecoder.labelMap(decoding: file, named: "map")
      #expect(labels.samples == expected, "\(kind)\(bits)\(suffix)")
    }
  }

  @Test func anUnknownColorIsNamedWithItsPlace() throws {
    var picture = Self.painted(Self.everyClass)
    picture[x: 4, y: 1, channel: 2] = 17
    let error = try #require(failure(ImageEncoder.png(picture)))
    #expect(error.state == .unknownColor)
    #expect(error.reason.contains("(255, 51, 17) at column 4, row 1"))
  }

  @Test func anUnknownClassIsNamedWithItsPlace() throws {
    var labels = Self.everyClass
    labels[x: 5, y: 1] = 19
    let error = try #require(failure(ImageEncoder.png(labels)))
    #expect(error.state == .unknownClass)
    #expect(error.reason.contains("value 19 at column 5, row 1"))
  }

  @Test(arguments: [
    "grey.jpg", "baseline-444.jpg", "grey16.png", "rgb16.png", "rgba8.png", "greyalpha8.png",
  ])
  func refusesWhatCannotHoldClasses(name: String) throws {
    let error = try #require(failure(Goldens.file(name)))
    #expect(error.state == .unsupported)
    #expect(error.reason.contains("; save"), "no advice: \(error)")
  }

  @Test func ordersAreInverseOfEachOther() {
    let there = LabelOrder.celebAMaskHQ.conversion(to: .biSeNet)
    let back = LabelOrder.biSeNet.conversion(to: .celebAMaskHQ)
    #expect(there == [0, 1, 10, 6, 4, 5, 2, 3, 7, 8, 11, 12, 13, 17, 18, 9, 15, 14, 16])
    #expect(back == [0, 1, 6, 7, 4, 5, 3, 8, 9, 15, 2, 10, 11, 12, 17, 16, 18, 13, 14])
    #expect(there.map { back[Int($0)] } == Array(0...18))
    #expect(
      LabelOrder.unetSmall.conversion(to: .celebAMaskHQ)
        == [0, 11, 6, 1, 9, 5, 2, 16, 8, 3, 12, 7, 14, 13, 10, 17, 18, 4, 15])
  }

  @Test func relabelingFollowsTheOrder() {
    let there = Self.everyClass.relabeled(from: .celebAMaskHQ, to: .biSeNet)
    // Hair is class 13 of the one and class 17 of the other.
    #expect(there[x: 13, y: 0] == 17 && there[x: 5, y: 1] == 17)
    #expect(there.relabeled(from: .biSeNet, to: .celebAMaskHQ) == Self.everyClass)
  }

  @Test func noTwoClassesShareAColor() {
    #expect(Set(Self.palette + [LabelPalette.otherRightBrow]).count == 20)
  }
}
